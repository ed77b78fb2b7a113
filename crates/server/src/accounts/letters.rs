//! The mails about membership, written before the transaction that makes them due.

use grantry_store::audit::{ActorKind, Origin};
use grantry_store::outbox_mail::NewMail;
use grantry_store::person::Person;

use super::{Refused, invitations, person};
use crate::app::App;
use crate::mail;
use crate::sign_in::set_password::FIRST_VALID_FOR;
use crate::web::Words;

/// Who invites, as mails name them: a person, the app that acts for an account, or the platform.
pub(super) async fn inviter(app: &App, origin: &Origin) -> Result<String, Refused> {
    let found = match person(origin) {
        Some(id) => app.store.reader().find_person(&id).await?.map(|person| person.full_name()),
        None if origin.actor.kind == ActorKind::App => {
            let known = app.cached.find_app(&origin.actor.label).await?;
            known.map(|known| known.version.details.name.clone())
        }
        None => None,
    };
    Ok(found.filter(|name| !name.is_empty()).unwrap_or_else(|| app.config.branding.name.clone()))
}

/// The words of somebody's own language, if they chose one.
pub(super) fn words_of(person: &Person, words: Words) -> Words {
    person.locale.as_deref().map_or(words, |chosen| Words::preferred(Some(chosen)))
}

/// To somebody who was made a member of one more account.
pub(super) async fn added(
    app: &App,
    origin: &Origin,
    (person, account): (&Person, &str),
    words: Words,
) -> Result<NewMail, Refused> {
    let message = mail::AddedToAccount {
        name: person.full_name(),
        inviter: inviter(app, origin).await?,
        account: account.to_owned(),
        url: format!("{}/account/login", app.issuer()),
    };
    Ok(app.post.write(app, &message, &person.email, words_of(person, words))?)
}

/// To somebody who was just made, and has no password yet.
pub(super) fn set_password(
    app: &App,
    (name, email): (String, &str),
    account: &str,
    url: &str,
    words: Words,
) -> Result<NewMail, Refused> {
    let (account, url) = (account.to_owned(), url.to_owned());
    let message = mail::SetPassword { name, account, url, valid_for: FIRST_VALID_FOR };
    Ok(app.post.write(app, &message, email, words)?)
}

/// To somebody who is invited.
pub(super) async fn invitation(
    app: &App,
    origin: &Origin,
    (email, account): (&str, &str),
    token: &str,
    words: Words,
) -> Result<NewMail, Refused> {
    let message = mail::Invitation {
        name: email.to_owned(),
        inviter: inviter(app, origin).await?,
        account: account.to_owned(),
        url: format!("{}/account/invitation/{token}", app.issuer()),
        valid_for: invitations::VALID_FOR,
    };
    Ok(app.post.write(app, &message, email, words)?)
}

/// To the account's other admins: what somebody connected for the account stays when that person goes.
pub(super) fn connections_stay(
    app: &App,
    admin: &Person,
    (gone, account): (&Person, &str),
    apps: &[String],
    words: Words,
) -> Result<NewMail, Refused> {
    let message = mail::ConnectionsStay {
        name: admin.full_name(),
        member: gone.full_name(),
        email: gone.email.clone(),
        account: account.to_owned(),
        apps: apps.to_vec(),
        url: format!("{}/apps/connected-apps", app.issuer()),
    };
    Ok(app.post.write(app, &message, &admin.email, words_of(admin, words))?)
}
