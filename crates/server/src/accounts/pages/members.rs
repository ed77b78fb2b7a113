//! `/account/members`: who belongs to the account, who is invited, and adding somebody.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use grantry_oauth::Timestamp;
use grantry_store::invitation::Invitation;
use grantry_store::member::{MemberDetail, MemberFilter, MemberState};
use http::StatusCode;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::{FaultLines, Invited};
use crate::accounts::members::RawMember;
use crate::accounts::{Access, Refused, invitations};
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, page};

pub(super) const LIST: &str = "/account/members";

/// Members on a page.
const ROWS: i64 = 50;

/// The message after which a mail is on its way.
const MAILED: &str = "flash-invited";

#[derive(askama::Template)]
#[template(path = "accounts/members.html")]
struct Members {
    page: Page,
    is_admin: bool,
    search: String,
    rows: Vec<Row>,
    count: i64,
    before: String,
    after: String,
    invitations: Vec<Open>,
    adding: Adding,
    refusal: String,
    mailbox: Option<String>,
}

/// A member in the list.
struct Row {
    href: String,
    name: String,
    email: String,
    is_admin: bool,
    is_reviewer: bool,
    is_disabled: bool,
    is_you: bool,
    roles: String,
    since: Moment,
}

/// An invitation that nobody has accepted yet.
struct Open {
    id: String,
    email: String,
    is_admin: bool,
    invited_by: String,
    sent: Moment,
    until: Moment,
    is_over: bool,
}

/// The dialog in which somebody is added.
#[derive(Default)]
struct Adding {
    email: String,
    is_admin: bool,
    faults: FaultLines,
}

/// What happened to a form, for the page that shows the list again.
#[derive(Default)]
pub(super) struct Outcome {
    adding: Adding,
    refusal: String,
}

impl Outcome {
    /// A refusal that is about no field.
    pub(super) fn refused(refusal: String) -> Self {
        Self { refusal, ..Self::default() }
    }
}

/// Which part of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
}

/// `GET /account/members`
///
/// # Errors
/// The store's.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Answer {
    render(&app, &visitor, &actor, &wanted, (StatusCode::OK, Outcome::default())).await
}

/// `POST /account/members`
///
/// # Errors
/// The store's.
pub async fn invite(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, form: Form) -> Answer {
    let (email, is_admin) = (form.get("email"), form.has("is_admin"));
    let raw = RawMember { email, access: Access { is_admin, ..Access::default() }, words: visitor.words };
    match invitations::create(&app, &visitor.origin(), &actor.current()?.account, &raw).await {
        Ok(_) => Ok(page::with_flash(page::see_other(LIST), MAILED)),
        Err(refused) => {
            let faults = refused.into_faults("email", visitor.words)?;
            let faults = FaultLines::new(&faults, visitor.words);
            let adding = Adding { email: email.to_owned(), is_admin, faults };
            let outcome = Outcome { adding, ..Outcome::default() };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            render(&app, &visitor, &actor, &Wanted::default(), (status, outcome)).await
        }
    }
}

/// `POST /account/invitations/{invitation}/resend`
///
/// # Errors
/// 404 for an invitation that is not open.
pub async fn resend(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Invited(id): Invited,
    _form: Form,
) -> Answer {
    let account = &actor.current()?.account;
    let sent = invitations::resend(&app, &visitor.origin(), account, &id, visitor.words).await;
    sent.map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(LIST), MAILED))
}

/// `POST /account/invitations/{invitation}/revoke`
///
/// # Errors
/// 404 for an invitation that is not open.
pub async fn revoke(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Invited(id): Invited,
    _form: Form,
) -> Answer {
    let account = &actor.current()?.account;
    let revoked = invitations::revoke(&app, &visitor.origin(), &account.id, &id).await;
    revoked.map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(LIST), "flash-invitation-revoked"))
}

/// The list again, after a change that was refused for the sake of the whole account.
pub(super) async fn refused(app: &App, visitor: &Visitor, actor: &Actor, refused: &Refused) -> Answer {
    let problem = refused.problem(visitor.words);
    if problem.status != StatusCode::CONFLICT {
        return Err(problem);
    }
    let advice = visitor.words.get(&format!("problem-{}-advice", problem.kind));
    let outcome = Outcome::refused(advice);
    render(app, visitor, actor, &Wanted::default(), (StatusCode::CONFLICT, outcome)).await
}

async fn render(
    app: &App,
    visitor: &Visitor,
    actor: &Actor,
    wanted: &Wanted,
    (status, outcome): (StatusCode, Outcome),
) -> Result<Response, Problem> {
    let account = &actor.current()?.account.id;
    let (reader, now) = (app.store.reader(), app.clock.now());
    let number = wanted.page.parse().unwrap_or(1).clamp(1, i64::from(i32::MAX));
    let search = wanted.q.trim().to_owned();
    let filter = MemberFilter {
        search: search.clone(),
        limit: ROWS,
        offset: (number - 1) * ROWS,
        ..MemberFilter::default()
    };
    let found = reader.list_members(account, &filter).await?;
    let count = reader.count_members(account, &filter).await?;
    let invitations = reader.list_invitations(account).await?;
    let turn = |to: i64| {
        let exists = to >= 1 && (to - 1) * ROWS < count;
        if exists { address(&search, to) } else { String::new() }
    };
    let title = visitor.words.get("members-title");
    let template = Members {
        page: visitor.page(app, title, "members"),
        is_admin: actor.is_admin(),
        rows: found.into_iter().map(|member| row(member, actor, visitor, now)).collect(),
        count,
        before: turn(number - 1),
        after: turn(number + 1),
        invitations: invitations.into_iter().map(|one| open(one, visitor, now)).collect(),
        adding: outcome.adding,
        refusal: outcome.refusal,
        mailbox: app.mailbox_url().filter(|_| visitor.flash == Some(MAILED)),
        search,
    };
    Ok(page::render(status, &template))
}

fn address(search: &str, number: i64) -> String {
    let mut query = Serializer::new(format!("{LIST}?"));
    if !search.is_empty() {
        query.append_pair("q", search);
    }
    query.append_pair("page", &number.to_string()).finish()
}

fn row(found: MemberDetail, actor: &Actor, visitor: &Visitor, now: Timestamp) -> Row {
    let mut roles: Vec<String> = found.roles.into_iter().map(|role| role.role).collect();
    roles.sort();
    roles.dedup();
    Row {
        href: format!("{LIST}/{}", found.person.id),
        name: shown_name(&found.person),
        is_admin: found.member.is_admin,
        is_reviewer: found.member.is_reviewer,
        is_disabled: found.member.state == MemberState::Disabled,
        is_you: found.person.id == actor.person.id,
        roles: roles.join(", "),
        since: Moment::new(found.member.created_at, now, visitor.words),
        email: found.person.email,
    }
}

/// A name for everybody: those without one are known by their address.
pub(super) fn shown_name(person: &grantry_store::person::Person) -> String {
    let name = person.full_name();
    if name.is_empty() { person.email.clone() } else { name }
}

fn open(invitation: Invitation, visitor: &Visitor, now: Timestamp) -> Open {
    Open {
        id: invitation.id.as_str().to_owned(),
        email: invitation.email,
        is_admin: invitation.is_admin,
        invited_by: invitation.invited_by_email.unwrap_or_default(),
        sent: Moment::new(invitation.created_at, now, visitor.words),
        until: Moment::new(invitation.expires_at, now, visitor.words),
        is_over: invitation.expires_at <= now,
    }
}
