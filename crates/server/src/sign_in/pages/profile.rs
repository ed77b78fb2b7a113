//! `/account/profile`: a person's own name, language, password and sessions.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use grantry_store::id::SessionId;
use grantry_store::session::Session;
use http::{HeaderValue, StatusCode, header};

use super::faults::password;
use super::wait_words;
use crate::app::App;
use crate::sign_in::choose_language::choose_language;
use crate::sign_in::device::Device;
use crate::sign_in::session::IDLE;
use crate::sign_in::set_password::{self, NotSet};
use crate::sign_in::{Refused, end_session};
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, Words, page};

const PATH: &str = "/account/profile";

#[derive(askama::Template)]
#[template(path = "sign_in/profile.html")]
struct Profile<'a> {
    page: Page,
    name: String,
    email: &'a str,
    languages: Vec<Language>,
    sessions: Vec<Line>,
    others: bool,
    faults: PasswordFaults,
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
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor) -> Answer {
    profile(&app, &visitor, &actor, (StatusCode::OK, PasswordFaults::default())).await
}

async fn profile(
    app: &App,
    visitor: &Visitor,
    actor: &Actor,
    (status, faults): (StatusCode, PasswordFaults),
) -> Answer {
    let now = app.clock.now();
    let sessions = app.store.reader().list_sessions(&actor.person.id, now).await?;
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
        languages,
        others: sessions.iter().any(|session| !session.current),
        sessions,
        faults,
    };
    Ok(page::render(status, &template))
}

fn line(session: &Session, actor: &Actor, now: grantry_oauth::time::Timestamp, words: Words) -> Line {
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
    let (status, faults, wait) = match set_password::change(&app, &actor, (current, new), &visitor.origin())
        .await
    {
        Ok(()) => return Ok(done("flash-password-changed")),
        Err(NotSet::Weak(weakness)) => {
            let new = password(weakness, words);
            (StatusCode::UNPROCESSABLE_ENTITY, PasswordFaults { new, ..PasswordFaults::default() }, None)
        }
        Err(NotSet::Refused(Refused::Wrong)) => {
            let current = words.get("fault-password-wrong");
            (StatusCode::UNPROCESSABLE_ENTITY, PasswordFaults { current, ..PasswordFaults::default() }, None)
        }
        Err(NotSet::Refused(Refused::TooMany(wait))) => {
            let current = wait_words(&visitor, wait);
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
    let mut response = profile(&app, &visitor, &actor, (status, faults)).await?;
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
