//! `/account/members/{member}`: what a member may do, what hangs on them, and changing or removing them.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::response::Response;
use grantry_store::account::{Account, AccountKind};
use grantry_store::id::PersonId;
use grantry_store::member::{MemberDetail, MemberState};
use http::StatusCode;
use http::request::Parts;

use super::members::{self as list, LIST, shown_name};
use crate::accounts::Refused;
use crate::accounts::members::{self, Edit, Reach};
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, page};

/// The member that a URL names, of the account that the dashboard shows. Another account's is as absent as nobody.
#[derive(Debug)]
pub struct Named {
    account: Account,
    found: MemberDetail,
}

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, app).await?;
        let account = actor.current()?.account.clone();
        let named = Path::<String>::from_request_parts(parts, app).await.ok();
        let id = named.and_then(|Path(id)| PersonId::parse(&id)).ok_or_else(Problem::not_found)?;
        let found = app.store.reader().find_member_detail(&account.id, &id).await?;
        Ok(Self { account, found: found.ok_or_else(Problem::not_found)? })
    }
}

#[derive(askama::Template)]
#[template(path = "accounts/member.html")]
struct Member {
    page: Page,
    home: String,
    name: String,
    email: String,
    id: String,
    is_admin: bool,
    is_reviewer: bool,
    /// It is the platform's own account, whose members can review apps.
    is_operator: bool,
    is_disabled: bool,
    is_you: bool,
    /// Units and roles, one line each.
    roles: Vec<(String, String)>,
    since: Moment,
    reach: Reach,
    error: String,
}

/// `GET /account/members/{member}`
///
/// # Errors
/// 404 for somebody who is no member.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, named: Named) -> Answer {
    render(&app, &visitor, &actor, named, (StatusCode::OK, String::new())).await
}

/// `POST /account/members/{member}`
///
/// # Errors
/// 404 for somebody who is no member, 400 for a change that there is not.
pub async fn change(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    form: Form,
) -> Answer {
    let is_operator = named.account.kind == AccountKind::Operator;
    let edit = match form.get("change") {
        "admin" => Edit { is_admin: Some(true), ..Edit::default() },
        "member" => Edit { is_admin: Some(false), ..Edit::default() },
        "reviewer" if is_operator => Edit { is_reviewer: Some(true), ..Edit::default() },
        "no-reviewer" if is_operator => Edit { is_reviewer: Some(false), ..Edit::default() },
        "enable" => Edit { enabled: Some(true), ..Edit::default() },
        "disable" => Edit { enabled: Some(false), ..Edit::default() },
        _ => return Err(Problem::bad_request(visitor.words.get("members-no-change"))),
    };
    let id = &named.found.person.id;
    match members::edit(&app, &visitor.origin(), &named.account.id, id, &edit).await {
        Ok(()) => Ok(page::with_flash(page::see_other(LIST), "flash-member-changed")),
        Err(refused) => list::refused(&app, &visitor, &actor, &refused).await,
    }
}

/// `POST /account/members/{member}/remove`
///
/// # Errors
/// 404 for somebody who is no member.
pub async fn remove(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    form: Form,
) -> Answer {
    let person = &named.found.person;
    if !form.get("confirm").trim().eq_ignore_ascii_case(&person.email) {
        let error = visitor.words.get("members-remove-typed");
        return render(&app, &visitor, &actor, named, (StatusCode::UNPROCESSABLE_ENTITY, error)).await;
    }
    let removed = members::remove(&app, &visitor.origin(), &named.account, &person.id, visitor.words).await;
    match removed {
        // Who removed themselves has nothing to see in the list any more.
        Ok(_) if person.id == actor.person.id => {
            Ok(page::with_flash(page::see_other("/account/profile"), "flash-account-left"))
        }
        Ok(_) => Ok(page::with_flash(page::see_other(LIST), "flash-member-removed")),
        Err(refused @ Refused::LastAdmin) => list::refused(&app, &visitor, &actor, &refused).await,
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    actor: &Actor,
    Named { account, found }: Named,
    (status, error): (StatusCode, String),
) -> Result<Response, Problem> {
    let person = &found.person;
    let everywhere = visitor.words.get("members-everywhere");
    let place = |unit: String| if unit.is_empty() { everywhere.clone() } else { unit };
    let name = shown_name(person);
    let template = Member {
        page: visitor.page(app, name.clone(), "members"),
        home: format!("{LIST}/{}", person.id),
        name,
        email: person.email.clone(),
        id: person.id.to_string(),
        is_admin: found.member.is_admin,
        is_reviewer: found.member.is_reviewer,
        is_operator: account.kind == AccountKind::Operator,
        is_disabled: found.member.state == MemberState::Disabled,
        is_you: person.id == actor.person.id,
        since: Moment::new(found.member.created_at, app.clock.now(), visitor.words),
        reach: members::reach(&app.store.reader(), &account.id, &person.id).await?,
        roles: found.roles.into_iter().map(|role| (place(role.unit), role.role)).collect(),
        error,
    };
    Ok(page::render(status, &template))
}
