//! `/api/v1/users`: the members of the account, one of them, oneself, and changes as JSON Patch.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::IntoResponse as _;
use grantry_store::member::{MemberDetail, MemberFilter, MemberSort, MemberState};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{may_change, problem, subject};
use crate::accounts::members::{self, Edit};
use crate::accounts::roles;
use crate::app::App;
use crate::sign_in::Address;
use crate::web::json::{self, Json};
use crate::web::{Answer, Caller, Problem, Visitor};

/// Most users on a page.
const LARGEST_PAGE: i64 = 100;

/// A unit and what a member may do there.
#[derive(Debug, Serialize)]
struct Unit {
    id: String,
    roles: Vec<String>,
}

/// What the list and the single user have in common.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    subject_id: String,
    first_name: String,
    last_name: String,
    email: String,
    enabled: bool,
    is_account_admin: bool,
    is_mfa_enabled: bool,
    /// What the user may do in every unit.
    roles: Vec<String>,
}

/// A user of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(flatten)]
    facts: Facts,
    properties: Vec<Unit>,
    is_passkeys_enabled: bool,
}

/// A user alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alone {
    #[serde(flatten)]
    facts: Facts,
    properties: Vec<String>,
    property_roles: Vec<Unit>,
}

fn read(found: MemberDetail) -> (Facts, Vec<Unit>) {
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for role in found.roles {
        units.entry(role.unit).or_default().push(role.role);
    }
    let facts = Facts {
        subject_id: found.person.id.as_str().to_owned(),
        first_name: found.person.first_name,
        last_name: found.person.last_name,
        email: found.person.email,
        enabled: found.member.state == MemberState::Active,
        is_account_admin: found.member.is_admin,
        is_mfa_enabled: false,
        roles: units.remove("").unwrap_or_default(),
    };
    (facts, units.into_iter().map(|(id, roles)| Unit { id, roles }).collect())
}

fn listed(found: MemberDetail) -> Listed {
    let (facts, properties) = read(found);
    Listed { facts, properties, is_passkeys_enabled: false }
}

fn alone(found: MemberDetail) -> Alone {
    let (facts, property_roles) = read(found);
    let properties = property_roles.iter().map(|unit| unit.id.clone()).collect();
    Alone { facts, properties, property_roles }
}

/// `GET /api/v1/users`
///
/// # Errors
/// 400 for a query that cannot be read.
pub async fn list(State(app): State<Arc<App>>, caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let Some(filter) = filter(query.as_deref().unwrap_or_default())? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let reader = app.store.reader();
    let found = reader.list_members(&caller.account.id, &filter).await?;
    if found.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let count = reader.count_members(&caller.account.id, &filter).await?;
    let users: Vec<Listed> = found.into_iter().map(listed).collect();
    Ok(json::answer(StatusCode::OK, &json!({ "users": users, "count": count })))
}

/// The list that a query asks for; `None` when nobody can be in it.
fn filter(query: &str) -> Result<Option<MemberFilter>, Problem> {
    let mut filter = MemberFilter { limit: i64::MAX, ..MemberFilter::default() };
    let (mut number, mut size) = (1, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "propertyIds" => filter.units.extend(value.split(',').map(|unit| unit.trim().to_owned())),
            "email" => match Address::parse(&value) {
                Some(address) => filter.email_key = Some(address.key().to_owned()),
                None => return Ok(None),
            },
            "enabled" => filter.state = Some(state(&value)?),
            "pageNumber" => number = whole("pageNumber", &value, i64::from(i32::MAX))?,
            "pageSize" => size = Some(whole("pageSize", &value, LARGEST_PAGE)?),
            "sort" => (filter.sort, filter.descending) = sort(&value)?,
            _ => {}
        }
    }
    filter.units.retain(|unit| !unit.is_empty());
    if filter.units.len() > MemberFilter::MOST_UNITS {
        let most = MemberFilter::MOST_UNITS;
        return Err(Problem::bad_request(format!("propertyIds: name at most {most} units")));
    }
    if let Some(size) = size {
        (filter.limit, filter.offset) = (size, (number - 1) * size);
    }
    Ok(Some(filter))
}

fn state(value: &str) -> Result<MemberState, Problem> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(MemberState::Active),
        "false" => Ok(MemberState::Disabled),
        _ => Err(Problem::bad_request("enabled: write true or false")),
    }
}

fn whole(name: &str, value: &str, most: i64) -> Result<i64, Problem> {
    let number = value.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| Problem::bad_request(format!("{name}: write a whole number from 1 to {most}")))
}

fn sort(value: &str) -> Result<(MemberSort, bool), Problem> {
    let lower = value.to_ascii_lowercase();
    let (name, direction) = lower.split_once(':').unwrap_or((&lower, "asc"));
    match (MemberSort::parse(name), direction) {
        (Some(sort), "asc") => Ok((sort, false)),
        (Some(sort), "desc") => Ok((sort, true)),
        _ => Err(Problem::bad_request("sort: write firstname, lastname or email, then :asc or :desc")),
    }
}

/// `GET /api/v1/users/{subjectId}`
///
/// # Errors
/// 404 for somebody who is no member of the account.
pub async fn show(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let found = app.store.reader().find_member_detail(&caller.account.id, &subject(&id)?).await?;
    Ok(json::answer(StatusCode::OK, &alone(found.ok_or_else(Problem::not_found)?)))
}

/// `GET /api/v1/users/me`
///
/// # Errors
/// 403 for an app that acts for no person.
pub async fn me(State(app): State<Arc<App>>, visitor: Visitor, caller: Caller) -> Answer {
    let Some(person) = &caller.person else {
        return Err(Problem::forbidden().detail(visitor.words.get("accounts-api-no-person")));
    };
    let found = app.store.reader().find_member_detail(&caller.account.id, &person.id).await?;
    Ok(json::answer(StatusCode::OK, &alone(found.ok_or_else(Problem::not_found)?)))
}

/// One step of a JSON Patch (RFC 6902 §4).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    op: String,
    path: String,
    #[serde(default)]
    value: Value,
    /// Of steps that are not taken here.
    #[serde(default, rename = "from")]
    _from: Option<String>,
}

/// `PATCH /api/v1/users/{subjectId}`
///
/// # Errors
/// 403 for who may not, 404 for a stranger, 422 for what cannot be changed.
pub async fn change(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(id): Path<String>,
    Json(steps): Json<Vec<Step>>,
) -> Answer {
    may_change(&caller)?;
    let id = subject(&id)?;
    let edit = edit(&steps).map_err(|(place, key)| {
        let sentence = format!("{place}: {}", visitor.words.get(key));
        Problem::invalid(vec![(place, sentence)])
    })?;
    let units = edit.units.as_deref().map(roles::read_units).transpose();
    let changed = match units {
        Ok(_) => members::edit(&app, &caller.origin(&visitor), &caller.account.id, &id, &edit).await,
        Err(refused) => Err(refused),
    };
    changed.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What the steps come to; else the place that is wrong, and the sentence about it.
fn edit(steps: &[Step]) -> Result<Edit, (String, &'static str)> {
    let mut edit = Edit::default();
    for (number, step) in steps.iter().enumerate() {
        let wrong = |key| (format!("[{number}]{}", step.path), key);
        if !step.op.eq_ignore_ascii_case("replace") {
            return Err(wrong("accounts-patch-op"));
        }
        let text = || step.value.as_str().map(str::to_owned).ok_or_else(|| wrong("accounts-patch-text"));
        let flag = || step.value.as_bool().ok_or_else(|| wrong("accounts-patch-flag"));
        match step.path.as_str() {
            "/firstName" => edit.first_name = Some(text()?),
            "/lastName" => edit.last_name = Some(text()?),
            "/isAccountAdmin" => edit.is_admin = Some(flag()?),
            "/enabled" => edit.enabled = Some(flag()?),
            "/properties" => {
                let units = serde_json::from_value(step.value.clone());
                edit.units = Some(units.map_err(|_| wrong("accounts-patch-units"))?);
            }
            _ => return Err(wrong("accounts-patch-path")),
        }
    }
    Ok(edit)
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: W09
    #[test]
    fn a_query_is_read_or_refused_but_never_guessed() {
        let read = |query: &str| filter(query).expect("readable").expect("somebody may be in it");
        let all = read("");
        assert_eq!((all.limit, all.offset), (i64::MAX, 0));
        let page = read(
            "pageNumber=3&pageSize=20&sort=Email:DESC&enabled=False&propertyIds=MUC,BER&propertyIds=HAM",
        );
        assert_eq!((page.limit, page.offset, page.sort, page.descending), (20, 40, MemberSort::Email, true));
        assert_eq!((page.state, page.units.len()), (Some(MemberState::Disabled), 3));
        assert!(filter("email=nobody").expect("readable").is_none());
        for wrong in [
            "pageSize=0",
            "pageSize=101",
            "pageSize=x",
            "pageNumber=-1",
            "pageNumber=99999999999999999999",
            "sort=password",
            "sort=email:up",
            "sort=email;drop",
            "enabled=1",
            "propertyIds=a,b,c,d,e,f,g,h,i,j,k",
        ] {
            assert_eq!(filter(wrong).expect_err("refused").status, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    // security: R10
    #[test]
    fn a_patch_replaces_five_things_and_nothing_else() {
        let steps = |text: &str| serde_json::from_str::<Vec<Step>>(text).expect("steps");
        let good = steps(
            r#"[{"op":"replace","path":"/firstName","value":"A"},{"op":"Replace","path":"/enabled","value":false},
                {"op":"replace","path":"/properties","value":["MUC"]}]"#,
        );
        let edit = edit(&good).expect("an edit");
        assert_eq!((edit.first_name.as_deref(), edit.enabled), (Some("A"), Some(false)));
        for (step, key) in [
            (r#"{"op":"add","path":"/firstName","value":"A"}"#, "accounts-patch-op"),
            (r#"{"op":"move","from":"/a","path":"/firstName"}"#, "accounts-patch-op"),
            (r#"{"op":"replace","path":"/email","value":"a@b.c"}"#, "accounts-patch-path"),
            (r#"{"op":"replace","path":"/isReviewer","value":true}"#, "accounts-patch-path"),
            (r#"{"op":"replace","path":"/enabled","value":"yes"}"#, "accounts-patch-flag"),
            (r#"{"op":"replace","path":"/firstName"}"#, "accounts-patch-text"),
            (r#"{"op":"replace","path":"/properties","value":[{"id":"MUC"}]}"#, "accounts-patch-units"),
        ] {
            let wrong = super::edit(&steps(&format!("[{step}]"))).expect_err("refused");
            assert_eq!(wrong.1, key, "{step}");
        }
    }
}
