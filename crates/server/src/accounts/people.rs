//! Making a person a member without asking them first: by an operator, or from the command line.

use grantry_store::account::Account;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, PersonId};
use grantry_store::outbox_mail::NewMail;
use grantry_store::person::{NewPerson, Person};
use grantry_store::{Error, Tx};
use serde_json::json;

use super::{Refused, letters, name, weak};
use crate::app::App;
use crate::apps::{Fault, Faults};
use crate::sign_in::Address;
use crate::sign_in::link::Link;
use crate::sign_in::password_rules::judge;
use crate::sign_in::set_password::{self, FIRST_VALID_FOR};
use crate::web::Words;

/// Most bytes of further claims.
const CLAIMS_LIMIT: usize = 16 * 1024;

/// What was typed about somebody.
#[derive(Debug, Clone, Copy)]
pub struct RawPerson<'a> {
    /// `email`
    pub email: &'a str,
    /// `first_name`
    pub first_name: &'a str,
    /// `last_name`; may be empty.
    pub last_name: &'a str,
    /// Whether the person administers the account.
    pub is_admin: bool,
    /// `password`, in clear. Without one a link to choose it is mailed.
    pub password: Option<&'a str>,
    /// `claims`: further OpenID Connect claims, a JSON object.
    pub claims: Option<&'a str>,
    /// The language of the mail to somebody who has not chosen one.
    pub words: Words,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub person_id: PersonId,
    pub email: String,
    /// False for somebody who had a sign-in before: name and password are as they were.
    pub is_new: bool,
    /// Whether a mail was written.
    pub mailed: bool,
}

/// Somebody about to become a member; everything slow is done.
#[derive(Debug)]
pub(super) struct Ready {
    who: Who,
    email_key: String,
    is_admin: bool,
    mail: Option<NewMail>,
    /// With which a new person chooses a password.
    link: Option<Link>,
}

#[derive(Debug)]
enum Who {
    New(Box<NewPerson>),
    /// With claims that replace the person's.
    Known(Box<Person>, Option<String>),
}

/// Makes somebody a member of an account, active and with a confirmed address. An address that has a sign-in gains the
/// membership; its name and password stay.
///
/// # Errors
/// The faults of what was typed, among them somebody who is a member already.
pub async fn create(
    app: &App,
    origin: &Origin,
    account: &Account,
    raw: RawPerson<'_>,
) -> Result<Made, Refused> {
    let ready = &prepare(app, origin, &account.name, raw).await?;
    let joined =
        app.store.write(app.clock.now(), |tx| async move { ready.join(&tx, origin, &account.id).await });
    joined.await.map_err(explained)?;
    app.post.hurry();
    Ok(ready.made())
}

/// Checks what was typed, looks whether the person exists, hashes the password and writes the mail.
pub(super) async fn prepare(
    app: &App,
    origin: &Origin,
    account: &str,
    raw: RawPerson<'_>,
) -> Result<Ready, Refused> {
    let claims = raw.claims.map(claims).transpose();
    let Some(address) = Address::parse(raw.email) else {
        let mut faults = Faults::from(Fault::new("email", "accounts-fault-email"));
        let _ = claims.map_err(|fault| faults.push(fault));
        return Err(faults.into());
    };
    let claims = claims?;
    if let Some(person) = app.store.reader().find_person_by_email(address.key()).await? {
        let mail = letters::added(app, origin, (&person, account), raw.words).await?;
        let who = Who::Known(Box::new(person), claims);
        let email_key = address.key().to_owned();
        return Ok(Ready { who, email_key, is_admin: raw.is_admin, mail: Some(mail), link: None });
    }
    let (first_name, last_name) = names(&raw)?;
    let password_hash = match raw.password {
        Some(password) => Some(hash(app, password, &raw).await?),
        None => None,
    };
    let person = NewPerson {
        id: PersonId::new(app.random.bytes()),
        email: address.as_str().to_owned(),
        email_key: address.key().to_owned(),
        email_verified: true,
        first_name,
        last_name,
        password_hash,
        locale: None,
        claims: claims.unwrap_or_else(|| "{}".to_owned()),
    };
    let (email_key, is_admin) = (address.key().to_owned(), raw.is_admin);
    let mut ready = Ready { who: Who::New(Box::new(person)), email_key, is_admin, mail: None, link: None };
    if let (Who::New(person), None) = (&ready.who, raw.password) {
        let link = set_password::link(app, (&person.id, &address), FIRST_VALID_FOR);
        let name = format!("{} {}", person.first_name, person.last_name).trim().to_owned();
        let mail = letters::set_password(app, (name, &person.email), account, &link.url, raw.words)?;
        (ready.mail, ready.link) = (Some(mail), Some(link));
    }
    Ok(ready)
}

fn names(raw: &RawPerson<'_>) -> Result<(String, String), Faults> {
    let mut faults = Faults::default();
    let mut read = |field, text: &str| {
        name(field, text).unwrap_or_else(|fault| {
            faults.push(fault);
            String::new()
        })
    };
    let first = read("first_name", raw.first_name);
    let last = if raw.last_name.trim().is_empty() { String::new() } else { read("last_name", raw.last_name) };
    if faults.is_empty() { Ok((first, last)) } else { Err(faults) }
}

async fn hash(app: &App, password: &str, raw: &RawPerson<'_>) -> Result<String, Refused> {
    let about = [raw.email, raw.first_name, raw.last_name, &app.config.branding.name];
    judge(password, &about).map_err(weak)?;
    Ok(app.passwords.hash(password, &app.random).await?)
}

fn claims(text: &str) -> Result<String, Fault> {
    let fault = || Fault::new("claims", "accounts-fault-claims");
    if text.len() > CLAIMS_LIMIT {
        return Err(fault());
    }
    let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).map_err(|_| fault())?;
    Ok(serde_json::Value::from(read).to_string())
}

impl Ready {
    /// Makes the person, if new, and the membership.
    pub(super) async fn join(&self, tx: &Tx, origin: &Origin, account: &AccountId) -> Result<(), Refused> {
        let (id, email) = self.named();
        let object = || Object::new(ObjectKind::Person, id.as_str(), email);
        match &self.who {
            Who::New(person) => {
                tx.insert_person(person).await?;
                tx.audit(origin, &Entry::new(account, Action::PersonCreated, object())).await?;
                if let Some(link) = &self.link {
                    link.make(tx).await?;
                }
            }
            Who::Known(_, Some(claims)) => {
                tx.set_claims(id, claims).await?;
                let detail = json!({ "changed": ["claims"] });
                let entry = Entry::new(account, Action::PersonUpdated, object()).with(detail);
                tx.audit(origin, &entry).await?;
            }
            Who::Known(_, None) => {}
        }
        // An open invitation is answered by this.
        tx.revoke_invitation_by_email(account, &self.email_key).await?;
        tx.insert_member(account, id, self.is_admin, false).await?;
        let member = Object::new(ObjectKind::Member, id.as_str(), email);
        let detail = json!({ "admin": self.is_admin });
        tx.audit(origin, &Entry::new(account, Action::MemberAdded, member).with(detail)).await?;
        if let Some(mail) = &self.mail {
            tx.insert_mail(mail).await?;
        }
        Ok(())
    }

    pub(super) fn made(&self) -> Made {
        let (id, email) = self.named();
        Made {
            person_id: id.clone(),
            email: email.to_owned(),
            is_new: matches!(self.who, Who::New(_)),
            mailed: self.mail.is_some(),
        }
    }

    fn named(&self) -> (&PersonId, &str) {
        match &self.who {
            Who::New(person) => (&person.id, &person.email),
            Who::Known(person, _) => (&person.id, &person.email),
        }
    }
}

/// What a refusal of the store means for whoever typed an address.
pub(super) fn explained(refused: Refused) -> Refused {
    let Refused::Store(Error::Conflict(constraint)) = &refused else { return refused };
    let key = match constraint.as_str() {
        "member_pkey" => "accounts-fault-member",
        "invitation_account_id_email_key_key" => "accounts-fault-invited",
        "person_email_key_key" => "accounts-fault-just-made",
        _ => return refused,
    };
    Fault::new("email", key).into()
}
