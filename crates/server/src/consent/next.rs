//! What a waiting authorization needs next: the rules' answer, with everything that it was found by.

use grantry_oauth::authorize::AuthorizeRequest;
use grantry_oauth::client::GrantType;
use grantry_oauth::id_token::Hint;
use grantry_oauth::interaction::{self, AccountChoice, SignedIn, Situation, Step};
use grantry_oauth::redirect_uri::RedirectUri;
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::{Error, ErrorCode};

use super::standing::{self, Standing};
use super::trial;
use super::way::{NoWay, Way};
use crate::app::App;
use crate::sign_in::pending::{Begun, Pending};
use crate::web::visitor::{Actor, Current};

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// Prove who they are.
    SignIn,
    /// Choose one of these accounts.
    ChooseAccount(Vec<Current>),
    /// The person belongs to no account that could connect anything.
    NoAccount,
    /// Say yes or no.
    Consent(Box<Standing>, Way),
    /// Say yes or no is not this person's to say, or nobody's.
    Closed(Box<Standing>, NoWay),
    /// Nothing: a code may be given for this account.
    Ready(Box<Standing>),
    /// The app is told.
    SendBack(Error),
    /// The app is not what it was when it asked; nothing is sent anywhere.
    Refused(Error),
}

/// Finds what comes next. `allowed`: the person allows it right now.
///
/// # Errors
/// The store's.
pub async fn next(
    app: &App,
    pending: &Pending,
    actor: Option<&Actor>,
    allowed: bool,
) -> Result<Next, grantry_store::Error> {
    let request = &pending.request;
    if let Some(refused) = changed(app, pending) {
        return Ok(refused);
    }
    let hint = match hint(app, request) {
        Ok(hint) => hint,
        Err(error) => return Ok(Next::SendBack(error)),
    };
    let accounts = actor.map(|actor| usable(pending, actor)).unwrap_or_default();
    let name = actor.map(|actor| app.subjects.of(&pending.app.client, actor.person.id.as_str()));
    let (choice, chosen) = choose(pending, (actor, name.as_deref()), &accounts, hint.as_ref());
    let standing = match (actor, chosen) {
        (Some(actor), Some(current)) => {
            let (reader, asking) = (app.store.reader(), &pending.app.app.id);
            standing::read(&reader, asking, &current.account.id, &actor.person.id).await?
        }
        (None, _) | (_, None) => None,
    };
    let asked = request.consent_scopes();
    let consented = standing.as_ref().map_or_else(ScopeSet::default, |s| s.consented(&asked));
    let situation = Situation {
        asked_at: pending.row.created_at,
        now: app.clock.now(),
        signed_in: actor.zip(name.as_deref()).map(|(actor, name)| signed_in(actor, name)),
        hint: hint.as_ref(),
        account: choice,
        consented: &consented,
        allowed,
    };
    let step = match interaction::next(request, &pending.app.client, &situation) {
        Ok(step) => step,
        Err(error) => return Ok(Next::SendBack(error)),
    };
    Ok(match (step, standing) {
        (Step::SignIn, _) => Next::SignIn,
        (Step::ChooseAccount, _) if !accounts.is_empty() => {
            Next::ChooseAccount(accounts.into_iter().cloned().collect())
        }
        (Step::Issue, Some(standing)) if standing.remembered(&asked).is_some() => {
            Next::Ready(Box::new(standing))
        }
        (Step::Consent | Step::Issue, Some(standing)) => {
            let unlisted = app.config.review.unlisted;
            match standing.way(&pending.app, &asked, unlisted) {
                Err(no_way) => Next::Closed(Box::new(standing), no_way),
                Ok(_) if step == Step::Issue => Next::Ready(Box::new(standing)),
                Ok(way) => Next::Consent(Box::new(standing), way),
            }
        }
        (Step::ChooseAccount | Step::Consent | Step::Issue, _) => Next::NoAccount,
    })
}

/// The accounts for which a person can go on.
#[must_use]
pub fn usable<'a>(pending: &Pending, actor: &'a Actor) -> Vec<&'a Current> {
    let own = &pending.app.app.account_id;
    let fits = |current: &&Current| match pending.begun {
        Begun::ByApp | Begun::ByDevice(_) => true,
        Begun::AsTrial => current.account.id == *own && current.member.is_admin,
    };
    actor.memberships.iter().filter(fits).collect()
}

fn choose<'a>(
    pending: &Pending,
    (actor, name): (Option<&Actor>, Option<&str>),
    accounts: &[&'a Current],
    hint: Option<&Hint>,
) -> (AccountChoice, Option<&'a Current>) {
    let Some(actor) = actor else { return (AccountChoice::Open, None) };
    let chose = pending.row.person_id.as_ref() == Some(&actor.person.id);
    let chosen = pending.row.account_id.as_ref().filter(|_| chose);
    if let Some(current) = accounts.iter().find(|current| Some(&current.account.id) == chosen) {
        return (AccountChoice::Chosen, Some(current));
    }
    let meant = hint.filter(|hint| Some(hint.person_id.as_str()) == name);
    let meant = meant.and_then(|hint| hint.account_code.as_deref());
    let obvious = match accounts {
        [only] => Some(only),
        several => several.iter().find(|current| Some(current.account.code.as_str()) == meant),
    };
    match obvious {
        Some(current) => (AccountChoice::Obvious, Some(current)),
        None => (AccountChoice::Open, None),
    }
}

/// Whom the app means. OIDC Core §3.1.2.1: with `prompt=none`, a hint that proves nothing must not lead to somebody
/// else's code; a page may ignore it, because the person sees who they are there.
fn hint(app: &App, request: &AuthorizeRequest) -> Result<Option<Hint>, Error> {
    let Some(text) = &request.id_token_hint else { return Ok(None) };
    let hint = Hint::verify(app.keys.ring().recognised(), app.issuer(), text);
    if hint.is_none() && request.prompt.none {
        return Err(Error::new(ErrorCode::LoginRequired, "id_token_hint is not an ID token of this server"));
    }
    Ok(hint)
}

/// Who is signed in, by the name that the app knows them by: hints name people so.
fn signed_in<'a>(actor: &Actor, name: &'a str) -> SignedIn<'a> {
    SignedIn { person_id: name, auth_time: actor.session.auth_time }
}

/// What has changed about the app since it asked, if that forbids to go on: a request may wait for an hour.
fn changed(app: &App, pending: &Pending) -> Option<Next> {
    let (known, request) = (&pending.app, &pending.request);
    let refuse = |description| Some(Next::Refused(Error::new(ErrorCode::UnauthorizedClient, description)));
    if !known.is_active() {
        return refuse("this app is not known here");
    }
    let registered = match pending.begun {
        Begun::ByApp => known.client.find_redirect_uri(request.return_to.uri()).is_some(),
        Begun::AsTrial => {
            RedirectUri::from_stored(trial::callback(app)).matches(request.return_to.uri(), false)
        }
        // Its answer goes nowhere by way of the browser.
        Begun::ByDevice(_) => known.client.may_use(GrantType::DeviceCode),
    };
    if !registered {
        return refuse("redirect_uri is not registered for this app");
    }
    if !request.scopes.api().is_subset_of(&known.client.scopes) {
        let error = Error::new(ErrorCode::InvalidScope, "a scope is not registered for this app");
        return Some(Next::SendBack(error));
    }
    None
}
