//! `/api/v1/account/invitations`: who is invited, inviting, and taking an invitation back.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use grantry_store::invitation::Invitation;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{may_change, problem};
use crate::accounts::invitations;
use crate::accounts::members::RawMember;
use crate::accounts::{Access, Refused};
use crate::app::App;
use crate::sign_in::Address;
use crate::web::json::{self, Json};
use crate::web::{Answer, Caller, Visitor, moment};

/// The query of the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    property_id: Option<String>,
}

/// An invitation as programs see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    email: String,
    properties: Vec<String>,
    is_account_admin: bool,
    /// The role, when there is exactly one.
    role: Option<String>,
    roles: Vec<String>,
    invited_by: Option<String>,
    created: String,
}

impl From<Invitation> for Shown {
    fn from(invitation: Invitation) -> Self {
        let role = match invitation.roles.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        Self {
            email: invitation.email,
            properties: invitation.units,
            is_account_admin: invitation.is_admin,
            role,
            roles: invitation.roles,
            invited_by: invitation.invited_by_email,
            created: moment::iso(invitation.created_at),
        }
    }
}

/// `GET /api/v1/account/invitations`
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<Arc<App>>, caller: Caller, Query(wanted): Query<Wanted>) -> Answer {
    let found = app.store.reader().list_invitations(&caller.account.id).await?;
    let reaches = |invitation: &Invitation| match &wanted.property_id {
        Some(unit) => invitation.is_admin || invitation.units.is_empty() || invitation.units.contains(unit),
        None => true,
    };
    let shown: Vec<Shown> = found.into_iter().filter(reaches).map(Shown::from).collect();
    Ok(json::answer(StatusCode::OK, &json!({ "invitations": shown })))
}

/// Whom to invite.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    email: String,
    #[serde(default)]
    properties: Option<Vec<String>>,
    #[serde(default)]
    is_account_admin: Option<bool>,
    #[serde(default)]
    roles: Option<Vec<String>>,
    #[serde(default)]
    role: Option<String>,
}

/// `POST /api/v1/account/invitations`
///
/// # Errors
/// 403 for who may not, 422 for what cannot be.
pub async fn create(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Json(wish): Json<Wish>,
) -> Answer {
    may_change(&caller)?;
    let refuse = |refused: Refused| problem(&refused, visitor.words);
    let mut roles = wish.roles.unwrap_or_default();
    roles.extend(wish.role);
    let units = wish.properties.unwrap_or_default();
    let access = Access::read(wish.is_account_admin.unwrap_or_default(), &roles, &units).map_err(refuse)?;
    let raw = RawMember { email: &wish.email, access, words: visitor.words };
    let origin = caller.origin(&visitor);
    invitations::create(&app, &origin, &caller.account, &raw).await.map_err(refuse)?;
    Ok(json::answer(StatusCode::OK, &json!({ "email": wish.email.trim() })))
}

/// `DELETE /api/v1/account/invitations/{email}`: the same answer whether or not there was one.
///
/// # Errors
/// 403 for who may not.
pub async fn delete(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(email): Path<String>,
) -> Answer {
    may_change(&caller)?;
    if let Some(address) = Address::parse(&email) {
        let revoked =
            invitations::revoke_of(&app, &caller.origin(&visitor), &caller.account.id, &address).await;
        match revoked {
            Ok(()) | Err(Refused::Missing) => {}
            Err(refused) => return Err(problem(&refused, visitor.words)),
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
