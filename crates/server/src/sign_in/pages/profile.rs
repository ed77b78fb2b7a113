//! `/account/profile`: a person's own name, language, password, accounts, sessions, and the apps that they allowed.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use grantry_oauth::time::Timestamp;
use grantry_store::account::Membership;
use grantry_store::connection::ConnectionKind;
use grantry_store::consent::GivenConsent;
use grantry_store::id::{ConnectionId, SessionId};
use grantry_store::page::PageRequest;
use grantry_store::session::Session;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::faults::password;
use crate::accounts::members;
use crate::app::App;
use crate::apps::logo;
use crate::cached::KnownCatalogue;
use crate::connections::{NotDone, disconnect};
use crate::sign_in::choose_language::choose_language;
use crate::sign_in::device::Device;
use crate::sign_in::session::IDLE;
use crate::sign_in::set_password::{self, NotSet};
use crate::sign_in::{Refused, end_session};
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, Words, page};

const PATH: &str = "/account/profile";

/// Apps on one page of the list.
const APPS: u32 = 50;

#[derive(askama::Template)]
#[template(path = "sign_in/profile.html")]
struct Profile<'a> {
    page: Page,
    name: String,
    email: &'a str,
    /// What is said of the accounts that the platform has suspended.
    suspended: Option<String>,
    languages: Vec<Language>,
    accounts: Vec<Belongs>,
    sessions: Vec<Line>,
    others: bool,
    apps: Vec<Allowed>,
    more: String,
    faults: PasswordFaults,
}

/// Where the list of apps goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Where {
    after: Option<String>,
}

/// An app that the person allowed.
struct Allowed {
    connection: String,
    name: String,
    logo: String,
    publisher: String,
    account_name: String,
    account_code: String,
    personal: bool,
    /// What it may do, in words: as many permissions as the connection's own page counts.
    sentences: Vec<String>,
    stays: bool,
    used: Moment,
}

/// An account that the person belongs to.
struct Belongs {
    id: String,
    code: String,
    name: String,
    is_admin: bool,
    since: Moment,
    /// The id of the dialog that asks before they leave.
    dialog: String,
}

impl Belongs {
    fn new(membership: Membership, now: Timestamp, words: Words) -> Self {
        let Membership { account, member } = membership;
        Self {
            id: account.id.as_str().to_owned(),
            dialog: format!("leave-{}", account.code),
            code: account.code,
            name: account.name,
            is_admin: member.is_admin,
            since: Moment::new(member.created_at, now, words),
        }
    }
}

struct Language {
    tag: &'static str,
    name: String,
    chosen: bool,
}

/// One session.
struct Line {
    sid: String,
    device: String,
    icon: &'static str,
    ip: String,
    began: Moment,
    seen: Moment,
    current: bool,
}

/// What is wrong with a change of the password; empty when nothing is.
#[derive(Default)]
struct PasswordFaults {
    current: String,
    new: String,
}

/// `GET /account/profile`
///
/// # Errors
/// The store's.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Where>,
) -> Answer {
    profile(&app, &visitor, (&actor, &wanted), (StatusCode::OK, PasswordFaults::default())).await
}

async fn profile(
    app: &App,
    visitor: &Visitor,
    (actor, wanted): (&Actor, &Where),
    (status, faults): (StatusCode, PasswordFaults),
) -> Answer {
    let now = app.clock.now();
    let reader = app.store.reader();
    let catalogue = app.cached.catalogue().await?;
    let first = PageRequest::from_token(wanted.after.as_deref(), APPS);
    let given = reader.list_consents(&actor.person.id, &first).await?;
    let accounts = reader.list_accounts_of_person(&actor.person.id).await?;
    let sessions = reader.list_sessions(&actor.person.id, now).await?;
    let sessions: Vec<Line> = sessions
        .iter()
        .filter(|session| now.since(session.last_seen_at) <= IDLE)
        .map(|session| line(session, actor, now, visitor.words))
        .collect();
    let chosen = actor.person.locale.as_deref();
    let languages = Words::tags()
        .into_iter()
        .map(|tag| Language {
            tag,
            name: Words::preferred(Some(tag)).get("profile-language-itself"),
            chosen: chosen == Some(tag),
        })
        .collect();
    let template = Profile {
        page: visitor.page(app, visitor.words.get("layout-profile"), "profile"),
        name: actor.person.full_name(),
        email: &actor.person.email,
        suspended: actor.suspended_words(app, visitor.words),
        languages,
        accounts: accounts.into_iter().map(|one| Belongs::new(one, now, visitor.words)).collect(),
        others: sessions.iter().any(|session| !session.current),
        sessions,
        more: given.next.map(|next| format!("{PATH}?after={}#apps", next.token())).unwrap_or_default(),
        apps: given.items.into_iter().map(|one| allowed(one, &catalogue, now, visitor.words)).collect(),
        faults,
    };
    Ok(page::render(status, &template))
}

fn allowed(given: GivenConsent, catalogue: &KnownCatalogue, now: Timestamp, words: Words) -> Allowed {
    let GivenConsent { app, account } = given;
    // The scopes of OpenID Connect are about who the person is: said once for all of them.
    let sentence = |scope: &String| catalogue.find_scope(scope).map(|(_, known)| known.display_name.clone());
    Allowed {
        connection: app.connection.id.as_str().to_owned(),
        logo: logo::path(app.logo_id.as_deref()),
        name: app.app_name,
        publisher: app.publisher,
        account_name: account.name,
        account_code: account.code,
        personal: app.connection.kind == ConnectionKind::Personal,
        stays: app.scopes.iter().any(|scope| scope == "offline_access"),
        sentences: app.scopes.iter().filter_map(sentence).collect(),
        used: Moment::new(app.connection.last_used_at, now, words),
    }
}

fn line(session: &Session, actor: &Actor, now: Timestamp, words: Words) -> Line {
    let device = Device::read(&session.user_agent);
    let name = match (device.browser, device.system) {
        (Some(browser), Some(system)) => {
            words.with2("profile-device", ("browser", browser), ("system", system))
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => words.get("profile-device-unknown"),
    };
    Line {
        sid: session.sid.as_str().to_owned(),
        device: name,
        icon: if device.is_mobile() { "phone" } else { "laptop" },
        ip: session.ip.clone(),
        began: Moment::new(session.created_at, now, words),
        seen: Moment::new(session.last_seen_at, now, words),
        current: session.sid == actor.session.sid,
    }
}

/// `POST /account/profile/language`
///
/// # Errors
/// The store's.
pub async fn language(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, form: Form) -> Answer {
    choose_language(&app, &actor, form.get("language"), &visitor.origin()).await?;
    Ok(done("flash-language-chosen"))
}

fn done(flash: &'static str) -> Response {
    page::with_flash(page::see_other(PATH), flash)
}

/// `POST /account/profile/password`
///
/// # Errors
/// The store's.
pub async fn change_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    form: Form,
) -> Answer {
    let (current, new) = (form.get("current_password"), form.get("password"));
    let words = visitor.words;
    let (status, faults, wait) =
        match set_password::change(&app, &actor, (current, new), (&visitor.browser_hash, &visitor.origin()))
            .await
        {
            Ok(()) => return Ok(done("flash-password-changed")),
            Err(NotSet::Weak(weakness)) => {
                let new = password(weakness, words);
                (StatusCode::UNPROCESSABLE_ENTITY, PasswordFaults { new, ..PasswordFaults::default() }, None)
            }
            Err(NotSet::Refused(Refused::Wrong)) => {
                let current = words.get("fault-password-wrong");
                (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    PasswordFaults { current, ..PasswordFaults::default() },
                    None,
                )
            }
            Err(NotSet::Refused(Refused::TooMany(wait))) => {
                let current = wait.words(visitor.words);
                (
                    StatusCode::TOO_MANY_REQUESTS,
                    PasswordFaults { current, ..PasswordFaults::default() },
                    Some(wait),
                )
            }
            Err(NotSet::Refused(Refused::Busy(busy))) => return Err(busy.into()),
            Err(NotSet::Refused(Refused::Store(error))) => return Err(error.into()),
            Err(why @ NotSet::Gone) => return Err(Problem::internal(why)),
        };
    let mut response = profile(&app, &visitor, (&actor, &Where::default()), (status, faults)).await?;
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.seconds()));
    }
    Ok(response)
}

/// `POST /account/profile/sessions/{sid}/end`
///
/// # Errors
/// 404 for a session that is not the person's, or has ended.
pub async fn end_session(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path(sid): Path<String>,
    _form: Form,
) -> Answer {
    let sid = SessionId::parse(&sid).ok_or_else(Problem::not_found)?;
    if !end_session::end_by_name(&app, &actor, &sid, &visitor.origin()).await? {
        return Err(Problem::not_found());
    }
    Ok(done("flash-session-ended"))
}

/// `POST /account/profile/sessions/end-others`
///
/// # Errors
/// The store's.
pub async fn end_other_sessions(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    _form: Form,
) -> Answer {
    end_session::end_others(&app, &actor, &visitor.origin()).await?;
    Ok(done("flash-sessions-ended"))
}

/// `POST /account/profile/accounts/{account}/leave`
///
/// # Errors
/// 404 for an account that the person does not belong to, 409 for the last admin of one.
pub async fn leave(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path(account): Path<String>,
    _form: Form,
) -> Answer {
    let person = &actor.person.id;
    let mut belongs = app.store.reader().list_accounts_of_person(person).await?.into_iter();
    let found = belongs.find(|one| one.account.id.as_str() == account).ok_or_else(Problem::not_found)?;
    let left = members::remove(&app, &visitor.origin(), &found.account, person, visitor.words).await;
    left.map_err(|refused| refused.problem(visitor.words))?;
    Ok(done("flash-account-left"))
}

/// `POST /account/profile/apps/{connection}/withdraw`
///
/// # Errors
/// 404 for what the person has not allowed.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path(connection): Path<String>,
    _form: Form,
) -> Answer {
    let connection = ConnectionId::parse(&connection).ok_or_else(Problem::not_found)?;
    match disconnect::withdraw(&app, &visitor.origin(), &actor.person.id, &connection).await {
        Ok(()) => Ok(done("flash-consent-withdrawn")),
        Err(NotDone::Missing | NotDone::NotAllowed) => Err(Problem::not_found()),
        Err(NotDone::Store(error)) => Err(error.into()),
    }
}
