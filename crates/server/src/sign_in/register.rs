//! Developer sign-up: what was typed waits behind a mailed link, and becomes a person with an account once it is used.

use std::time::Duration;

use grantry_oauth::display_text;
use grantry_store::Error;
use grantry_store::account::{AccountKind, ConnectPolicy, NewAccount};
use grantry_store::action_token::ActionKind;
use grantry_store::audit::{Action, Actor, ActorKind, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, PersonId};
use grantry_store::person::NewPerson;
use serde::{Deserialize, Serialize};

use super::attempts::{self, MAIL_FROM_SOURCE, MAIL_TO_ADDRESS, PASSWORD_OF_SIGN_UP};
use super::even::Evenly;
use super::link::{self, Link, NotMailed};
use super::password_rules::{Weakness, judge};
use super::session::{Fresh, Place};
use super::{Address, Checked, Entered, Refused, account_code};
use crate::app::App;
use crate::mail;
use crate::web::Words;

/// How long the mailed link works.
pub const CONFIRM_VALID_FOR: Duration = Duration::from_hours(24);

/// Longest first and last name and company name, in letters.
pub const LONGEST_NAME: usize = 100;

/// The fields of a sign-up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    /// The name of the account.
    pub company: &'a str,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Name(display_text::Problem),
    Email,
    /// The address has a sign-in already; told only to whom it may be told.
    Taken,
    Password(Weakness),
}

/// Everything that somebody needs to be made, checked.
#[derive(Debug)]
pub struct Newcomer {
    pub first_name: String,
    pub last_name: String,
    pub address: Address,
    pub company: String,
    password: String,
}

impl Newcomer {
    /// Checks what was typed. `platform` is one of the things that a password may not be.
    ///
    /// # Errors
    /// Every field that is wrong, in the order of the form.
    pub fn read(typed: Typed<'_>, platform: &str) -> Result<Self, Vec<(&'static str, Fault)>> {
        let mut faults = Vec::new();
        let mut name = |field, raw| match display_text::register(raw, LONGEST_NAME) {
            Ok(name) => name,
            Err(problem) => {
                faults.push((field, Fault::Name(problem)));
                String::new()
            }
        };
        let (first_name, last_name) =
            (name("first_name", typed.first_name), name("last_name", typed.last_name));
        let company = name("company", typed.company);
        let address = Address::parse(typed.email);
        if address.is_none() {
            faults.push(("email", Fault::Email));
        }
        let about = [typed.email, typed.first_name, typed.last_name, typed.company, platform];
        if let Err(weakness) = judge(typed.password, &about.map(str::trim)) {
            faults.push(("password", Fault::Password(weakness)));
        }
        match address {
            Some(address) if faults.is_empty() => {
                let password = typed.password.to_owned();
                Ok(Self { first_name, last_name, address, company, password })
            }
            Some(_) | None => Err(faults),
        }
    }

    /// With the password hashed: what can be kept, and becomes a person.
    ///
    /// # Errors
    /// [`super::Busy`].
    pub(super) async fn seal(self, app: &App) -> Result<SignUp, super::Busy> {
        Ok(SignUp {
            password_hash: app.passwords.hash(&self.password, &app.random).await?,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.address.as_str().to_owned(),
            email_key: self.address.key().to_owned(),
            company: self.company,
            browser: None,
        })
    }
}

/// A sign-up that waits for its address to be confirmed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUp {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub company: String,
    email_key: String,
    password_hash: String,
    /// The hash of the browser that signed up.
    #[serde(default)]
    browser: Option<[u8; 32]>,
}

impl SignUp {
    /// Whether somebody who opens the mailed link in this browser must show that they know the password. Anybody can
    /// sign up with an address that is not theirs and a password that they know: if the link alone were enough, they
    /// could sign in as the person who presses its button. In the browser that signed up there is nothing to ask.
    #[must_use]
    pub fn asks_password(&self, browser: &[u8; 32]) -> bool {
        self.browser.as_ref() != Some(browser)
    }
}

/// Takes a sign-up, and mails the link that makes it real. Somebody whose address has a sign-in already gets another
/// mail; the page and the time it takes are the same.
///
/// # Errors
/// Too many sign-ups from one source, too many passwords being hashed, or the store's.
pub async fn register(
    app: &App,
    newcomer: Newcomer,
    words: Words,
    (browser, origin): (&[u8; 32], &Origin),
) -> Result<(), NotMailed> {
    let evenly = Evenly::begin();
    let taken = take(app, newcomer, words, (browser, origin)).await;
    evenly.end().await;
    taken
}

async fn take(
    app: &App,
    newcomer: Newcomer,
    words: Words,
    (browser, origin): (&[u8; 32], &Origin),
) -> Result<(), NotMailed> {
    let reader = app.store.reader();
    let source = &MAIL_FROM_SOURCE.key(&attempts::source(&origin.ip));
    if let Some(wait) = MAIL_FROM_SOURCE.check(&reader, source, app.clock.now()).await? {
        return Err(NotMailed::TooMany(wait));
    }
    let sign_up = SignUp { browser: Some(*browser), ..newcomer.seal(app).await? };
    let known = reader.find_person_by_email(&sign_up.email_key).await?;
    let link =
        Link::new(app, "/account/confirm-email", ActionKind::ConfirmEmail, CONFIRM_VALID_FOR).with(&sign_up);
    let mail = match &known {
        None => {
            let message = mail::ConfirmEmail {
                name: format!("{} {}", sign_up.first_name, sign_up.last_name),
                account: sign_up.company.clone(),
                url: link.url.clone(),
                valid_for: CONFIRM_VALID_FOR,
            };
            app.post.write(app, &message, &sign_up.email, words)?
        }
        Some(person) => {
            let url = format!("{}/account/login", app.issuer());
            let message = mail::AlreadyKnown { name: person.full_name(), url };
            app.post.write(app, &message, &person.email, words)?
        }
    };
    let recipient = &MAIL_TO_ADDRESS.key(&sign_up.email_key);
    let (link, mail, is_new) = (&link, &mail, known.is_none());
    app.store
        .write(app.clock.now(), |tx| async move {
            MAIL_FROM_SOURCE.count(&tx, source).await?.map_err(NotMailed::TooMany)?;
            if MAIL_TO_ADDRESS.count(&tx, recipient).await?.is_ok() {
                if is_new {
                    link.make(&tx).await?;
                }
                tx.insert_mail(mail).await?;
            }
            Ok::<_, NotMailed>(())
        })
        .await?;
    app.post.hurry();
    Ok(())
}

/// Why a link did not make anybody.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The link was used, or is too old.
    #[error("the link does not work any more")]
    Gone,
    /// Meanwhile the address has a sign-in.
    #[error("the address has a sign-in")]
    Taken,
    #[error(transparent)]
    Store(#[from] Error),
}

/// The sign-up behind a link, if it still works.
///
/// # Errors
/// The store's.
pub async fn find(app: &App, token: &str) -> Result<Option<SignUp>, Error> {
    let (hash, now) = (link::hash(token), app.clock.now());
    let found = app.store.reader().find_action_token(&hash, ActionKind::ConfirmEmail, now).await?;
    Ok(found.and_then(|found| serde_json::from_str(&found.data).ok()))
}

/// Why a sign-up was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum NotConfirmed {
    /// The password was not the one chosen at sign-up, or was tried too often.
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    NotMade(#[from] NotMade),
}

/// Uses the link: makes the person, the developer account and the person its admin, and signs them in. The password
/// counts where the sign-up asks for it.
///
/// # Errors
/// [`NotConfirmed`].
pub async fn confirm(
    app: &App,
    (token, password): (&str, &str),
    place: &Place<'_>,
    origin: &Origin,
) -> Result<Entered, NotConfirmed> {
    let sign_up = find(app, token).await.map_err(NotMade::from)?.ok_or(NotMade::Gone)?;
    if sign_up.asks_password(&place.browser) {
        prove(app, token, password, &sign_up).await?;
    }
    let opening =
        Opening { link: (link::hash(token), ActionKind::ConfirmEmail), kind: AccountKind::Developer };
    Ok(open(app, &sign_up, opening, (place, origin)).await?)
}

/// Checks the password of a sign-up, slowly and not too often.
async fn prove(app: &App, token: &str, password: &str, sign_up: &SignUp) -> Result<(), Refused> {
    let key = &PASSWORD_OF_SIGN_UP.key(token);
    app.store
        .write(app.clock.now(), |tx| async move {
            PASSWORD_OF_SIGN_UP.count(&tx, key).await?.map_err(Refused::TooMany)
        })
        .await?;
    match app.passwords.check(password, Some(&sign_up.password_hash), &app.random).await? {
        Checked::Right { .. } => Ok(()),
        Checked::Wrong => Err(Refused::Wrong),
    }
}

/// How an account comes to be: by which link, and of which kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) link: ([u8; 32], ActionKind),
    pub(super) kind: AccountKind,
}

/// Makes a person with an account of their own and signs them in, if the link still works. A code that is taken is
/// replaced by another; the whole transaction begins again then, because PostgreSQL ends it.
pub(super) async fn open(
    app: &App,
    sign_up: &SignUp,
    opening: Opening,
    (place, origin): (&Place<'_>, &Origin),
) -> Result<Entered, NotMade> {
    let person = &NewPerson {
        id: PersonId::new(app.random.bytes()),
        email: sign_up.email.clone(),
        email_key: sign_up.email_key.clone(),
        email_verified: true,
        first_name: sign_up.first_name.clone(),
        last_name: sign_up.last_name.clone(),
        password_hash: Some(sign_up.password_hash.clone()),
        locale: None,
        claims: "{}".to_owned(),
    };
    let suggested = account_code::suggested(&sign_up.company);
    let mut tries = 0;
    loop {
        let code = suggested.clone().filter(|_| tries == 0);
        let code = code.unwrap_or_else(|| account_code::candidate(&app.random, tries));
        let account = NewAccount {
            id: AccountId::new(app.clock.now(), app.random.bytes()),
            code: code.as_str().to_owned(),
            name: sign_up.company.clone(),
            kind: opening.kind,
            connect_policy: ConnectPolicy::Admins,
        };
        let fresh = Fresh::new(app, (&person.id, &person.email), place);
        match write(app, (person, &account, &fresh), opening, origin).await {
            Err(NotMade::Store(why))
                if why.is_conflict("account_code_key") && tries < account_code::TRIES =>
            {
                tries += 1;
            }
            Err(NotMade::Store(why)) if why.is_conflict("person_email_key_key") => {
                return Err(NotMade::Taken);
            }
            done => return done,
        }
    }
}

async fn write(
    app: &App,
    (person, account, fresh): (&NewPerson, &NewAccount, &Fresh),
    opening: Opening,
    origin: &Origin,
) -> Result<Entered, NotMade> {
    let actor =
        Actor { kind: ActorKind::Person, id: person.id.as_str().to_owned(), label: person.email.clone() };
    let origin = &Origin { actor, ..origin.clone() };
    let (hash, link) = (&opening.link.0, opening.link.1);
    app.store
        .write(app.clock.now(), |tx| async move {
            tx.consume_action_token(hash, link).await?.ok_or(NotMade::Gone)?;
            if opening.kind == AccountKind::Operator {
                // Also waits for, or fails with, another such link that is being used right now.
                tx.delete_action_tokens(link, None).await?;
                if tx.operator_exists().await? {
                    return Err(NotMade::Gone);
                }
            }
            tx.insert_person(person).await?;
            tx.insert_account(account).await?;
            tx.insert_member(&account.id, &person.id, true, false).await?;
            let about = |kind, id: &str, label: &str| Object::new(kind, id, label);
            let made = about(ObjectKind::Account, account.id.as_str(), &account.code);
            let newcomer = about(ObjectKind::Person, person.id.as_str(), &person.email);
            let admin = about(ObjectKind::Member, person.id.as_str(), &person.email);
            let details = serde_json::json!({ "name": account.name, "kind": account.kind.as_str() });
            let first = if opening.kind == AccountKind::Operator {
                Action::OperatorCreated
            } else {
                Action::PersonCreated
            };
            for entry in [
                Entry::new(&account.id, Action::AccountCreated, made).with(details),
                Entry::new(&account.id, first, newcomer),
                Entry::new(&account.id, Action::MemberAdded, admin)
                    .with(serde_json::json!({ "admin": true })),
            ] {
                tx.audit(origin, &entry).await?;
            }
            let kind = fresh.begin(&tx, origin).await?;
            Ok(Entered { cookie: fresh.cookie.clone(), account: kind, too_late: false })
        })
        .await
}
