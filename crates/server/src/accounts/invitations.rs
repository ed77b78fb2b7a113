//! Invitations: mailed links with which somebody becomes a member, once, within thirty days.

use std::time::Duration;

use grantry_store::account::{Account, AccountState};
use grantry_store::audit::{Action, Actor, ActorKind, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, InvitationId, PersonId};
use grantry_store::invitation::{Invitation, NewInvitation};
use grantry_store::person::{NewPerson, Person};
use grantry_store::session::Session;
use grantry_store::{Error, Tx};
use serde_json::json;

use super::members::{RawMember, join};
use super::{Access, Refused, letters, name, people, person, weak};
use crate::app::App;
use crate::apps::{Fault, Faults};
use crate::sign_in::Address;
use crate::sign_in::link;
use crate::sign_in::password_rules::judge;
use crate::sign_in::session::{Fresh, Place};
use crate::web::Words;

/// How long an invitation can be accepted.
pub const VALID_FOR: Duration = Duration::from_hours(30 * 24);

/// People whom an account may mail in [`WINDOW`]: an account is free, and its name stands in the mail.
const MOST: i64 = 100;
const WINDOW: Duration = Duration::from_hours(24);

/// Counts a mail that an account sends to an address of its choice.
pub(super) async fn spend(tx: &Tx, account: &AccountId) -> Result<(), Refused> {
    let counted = tx.count_failure(&format!("invite:{account}"), WINDOW).await?;
    if counted.failures > MOST {
        let left = (counted.window_started_at + WINDOW).since(tx.now());
        return Err(Refused::TooMany(left.as_secs().max(1)));
    }
    Ok(())
}

/// Invites somebody. Nobody becomes a member without saying yes, and whoever invites learns nothing of the address: the
/// answer, the row in the list and the mail are the same whether or not it has a sign-in.
///
/// # Errors
/// The fault of `email`, among them somebody who is a member or invited already.
pub async fn create(
    app: &App,
    origin: &Origin,
    account: &Account,
    raw: &RawMember<'_>,
) -> Result<InvitationId, Refused> {
    let address = Address::parse(raw.email).ok_or_else(|| Fault::new("email", "accounts-fault-email"))?;
    let token = app.random.token();
    let new = &NewInvitation {
        id: InvitationId::new(app.clock.now(), app.random.bytes()),
        account_id: account.id.clone(),
        email: address.as_str().to_owned(),
        email_key: address.key().to_owned(),
        is_admin: raw.access.is_admin,
        roles: raw.access.roles.clone(),
        units: raw.access.units.clone(),
        invited_by: person(origin),
        token_hash: link::hash(&token),
        expires_at: app.clock.now() + VALID_FOR,
    };
    let words = words_for(app, &new.email_key, raw.words).await?;
    let to = (new.email.as_str(), account.name.as_str());
    let mail = &letters::invitation(app, origin, to, &token, words).await?;
    let invited = app.store.write(app.clock.now(), |tx| async move {
        spend(&tx, &account.id).await?;
        let known = tx.find_person_by_email(&new.email_key).await?;
        if let Some(known) = known
            && tx.find_member(&account.id, &known.id).await?.is_some()
        {
            return Err(Fault::new("email", "accounts-fault-member").into());
        }
        tx.insert_invitation(new).await?;
        let detail = json!({ "admin": new.is_admin, "roles": new.roles, "units": new.units });
        let entry = Entry::new(&account.id, Action::InvitationCreated, object(&new.id, &new.email));
        tx.audit(origin, &entry.with(detail)).await?;
        tx.insert_mail(mail).await?;
        Ok(())
    });
    invited.await.map_err(people::explained)?;
    app.post.hurry();
    Ok(new.id.clone())
}

/// The language of a mail to an address: the person's own, if there is one who chose it.
async fn words_for(app: &App, email_key: &str, words: Words) -> Result<Words, Error> {
    let known = app.store.reader().find_person_by_email(email_key).await?;
    Ok(known.map_or(words, |known| letters::words_of(&known, words)))
}

/// Mails a new link, good for thirty days again; the old one is dead.
///
/// # Errors
/// An invitation that is not open.
pub async fn resend(
    app: &App,
    origin: &Origin,
    account: &Account,
    id: &InvitationId,
    words: Words,
) -> Result<(), Refused> {
    let open = app.store.reader().find_invitation(&account.id, id).await?.ok_or(Refused::Missing)?;
    let token = app.random.token();
    let words = words_for(app, &open.email_key, words).await?;
    let to = (open.email.as_str(), account.name.as_str());
    let mail = &letters::invitation(app, origin, to, &token, words).await?;
    let (hash, expires_at) = (&link::hash(&token), app.clock.now() + VALID_FOR);
    app.store
        .write(app.clock.now(), |tx| async move {
            spend(&tx, &account.id).await?;
            if !tx.renew_invitation(&account.id, id, hash, expires_at).await? {
                return Err(Refused::Missing);
            }
            let entry = Entry::new(&account.id, Action::InvitationResent, object(id, to.0));
            tx.audit(origin, &entry).await?;
            tx.insert_mail(mail).await?;
            Ok(())
        })
        .await?;
    app.post.hurry();
    Ok(())
}

/// Revokes an open invitation: its link is dead.
///
/// # Errors
/// An invitation that is not open.
pub async fn revoke(
    app: &App,
    origin: &Origin,
    account: &AccountId,
    id: &InvitationId,
) -> Result<(), Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let open = tx.find_invitation(account, id).await?.ok_or(Refused::Missing)?;
            if !tx.revoke_invitation(account, id).await? {
                return Err(Refused::Missing);
            }
            let entry = Entry::new(account, Action::InvitationRevoked, object(id, &open.email));
            tx.audit(origin, &entry).await?;
            Ok(())
        })
        .await
}

/// Revokes the open invitation of an address.
///
/// # Errors
/// There is none.
pub async fn revoke_of(
    app: &App,
    origin: &Origin,
    account: &AccountId,
    address: &Address,
) -> Result<(), Refused> {
    let open = app.store.reader().list_invitations(account).await?;
    let found = open.into_iter().find(|open| open.email_key == address.key()).ok_or(Refused::Missing)?;
    revoke(app, origin, account, &found.id).await
}

/// An invitation that can be accepted, as whoever follows its link sees it.
#[derive(Debug, Clone)]
pub struct Open {
    pub invitation: Invitation,
    pub account: Account,
    /// The person who has the invited address, if there is one.
    pub known: Option<Person>,
}

/// What a link invites to, if it still does.
///
/// # Errors
/// The store's.
pub async fn find(app: &App, token: &str) -> Result<Option<Open>, Error> {
    let reader = app.store.reader();
    let found = reader.find_invitation_by_token(&link::hash(token), app.clock.now()).await?;
    let Some(invitation) = found else { return Ok(None) };
    let account = reader.find_account(&invitation.account_id).await?;
    let Some(account) = account.filter(|account| account.state == AccountState::Active) else {
        return Ok(None);
    };
    let known = reader.find_person_by_email(&invitation.email_key).await?;
    Ok(Some(Open { invitation, account, known }))
}

/// Accepts an invitation as somebody who is signed in with the invited address; the dashboard shows the account from
/// then on.
///
/// # Errors
/// A dead link, or an invitation for another address.
pub async fn accept(
    app: &App,
    origin: &Origin,
    token: &str,
    (who, session): (&Person, &Session),
) -> Result<Account, Refused> {
    let open = find(app, token).await?.ok_or(Refused::Missing)?;
    if open.known.as_ref().is_none_or(|known| known.id != who.id) {
        return Err(Refused::OtherPerson);
    }
    let (hash, open) = (&link::hash(token), &open);
    app.store
        .write(app.clock.now(), |tx| async move {
            consume(&tx, origin, hash, (&who.id, &who.email)).await?;
            // The link was mailed to this address.
            tx.verify_email(&who.id, &open.invitation.email_key).await?;
            tx.show_account(&session.id_hash, &open.account.id).await?;
            Ok::<_, Refused>(())
        })
        .await?;
    Ok(open.account.clone())
}

/// Declines an invitation, as whoever may accept it: its link is dead. The account learns that, and nothing else.
///
/// # Errors
/// A dead link, or an invitation for another address.
pub async fn decline(app: &App, origin: &Origin, token: &str, who: Option<&Person>) -> Result<(), Refused> {
    let open = find(app, token).await?.ok_or(Refused::Missing)?;
    if open.known.as_ref().map(|known| &known.id) != who.map(|who| &who.id) {
        return Err(Refused::OtherPerson);
    }
    let invitation = &open.invitation;
    // Not even that the address has a sign-in.
    let origin = &Origin { actor: Actor::anonymous(), ip: String::new(), ..origin.clone() };
    app.store
        .write(app.clock.now(), |tx| async move {
            if !tx.revoke_invitation(&invitation.account_id, &invitation.id).await? {
                return Err(Refused::Missing);
            }
            let object = object(&invitation.id, &invitation.email);
            tx.audit(origin, &Entry::new(&invitation.account_id, Action::InvitationDeclined, object)).await?;
            Ok(())
        })
        .await
}

/// What somebody types who accepts an invitation and has no sign-in yet.
#[derive(Debug, Clone, Copy)]
pub struct RawNewcomer<'a> {
    /// `first_name`
    pub first_name: &'a str,
    /// `last_name`
    pub last_name: &'a str,
    /// `password`
    pub password: &'a str,
}

/// Accepts an invitation as somebody new: makes the person and begins a session. Answers what its cookie carries.
///
/// # Errors
/// A dead link, the faults of what was typed, or an address that has a sign-in by now.
pub async fn accept_as_newcomer(
    app: &App,
    origin: &Origin,
    token: &str,
    raw: RawNewcomer<'_>,
    place: &Place<'_>,
) -> Result<String, Refused> {
    let open = find(app, token).await?.ok_or(Refused::Missing)?;
    if open.known.is_some() {
        return Err(Refused::OtherPerson);
    }
    let invitation = &open.invitation;
    let (first_name, last_name) = check(app, raw, &invitation.email)?;
    let new = &NewPerson {
        id: PersonId::new(app.random.bytes()),
        email: invitation.email.clone(),
        email_key: invitation.email_key.clone(),
        email_verified: true,
        first_name,
        last_name,
        password_hash: Some(app.passwords.hash(raw.password, &app.random).await?),
        locale: None,
        claims: "{}".to_owned(),
    };
    let fresh = &Fresh::new(app, (&new.id, &new.email), place);
    let actor = Actor { kind: ActorKind::Person, id: new.id.as_str().to_owned(), label: new.email.clone() };
    let origin = &Origin { actor, ..origin.clone() };
    let hash = &link::hash(token);
    let accepted = app.store.write(app.clock.now(), |tx| async move {
        tx.insert_person(new).await?;
        let object = Object::new(ObjectKind::Person, new.id.as_str(), &new.email);
        tx.audit(origin, &Entry::new(&invitation.account_id, Action::PersonCreated, object)).await?;
        consume(&tx, origin, hash, (&new.id, &new.email)).await?;
        fresh.begin(&tx, origin).await?;
        Ok(())
    });
    accepted.await.map_err(people::explained)?;
    Ok(fresh.cookie.clone())
}

fn check(app: &App, raw: RawNewcomer<'_>, email: &str) -> Result<(String, String), Refused> {
    let mut faults = Faults::default();
    let mut read = |field, text: &str| {
        name(field, text).unwrap_or_else(|fault| {
            faults.push(fault);
            String::new()
        })
    };
    let (first, last) = (read("first_name", raw.first_name), read("last_name", raw.last_name));
    let about = [email, &first, &last, &app.config.branding.name];
    if let Err(weakness) = judge(raw.password, &about) {
        faults.push(weak(weakness));
    }
    if faults.is_empty() { Ok((first, last)) } else { Err(faults.into()) }
}

/// Uses the link, once, and makes the member. Who is one already stays as they are.
async fn consume(
    tx: &Tx,
    origin: &Origin,
    hash: &[u8; 32],
    (id, email): (&PersonId, &str),
) -> Result<(), Refused> {
    let used = tx.accept_invitation(hash).await?.ok_or(Refused::Missing)?;
    let account = &used.account_id;
    let entry = Entry::new(account, Action::InvitationAccepted, object(&used.id, &used.email));
    tx.audit(origin, &entry).await?;
    if tx.find_member(account, id).await?.is_none() {
        let access = Access { is_admin: used.is_admin, roles: used.roles, units: used.units };
        join(tx, origin, account, (id, email), &access).await?;
    }
    Ok(())
}

fn object(id: &InvitationId, email: &str) -> Object {
    Object::new(ObjectKind::Invitation, id.as_str(), email)
}
