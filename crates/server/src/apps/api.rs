//! `/api/v1/clients`: an account's apps and their secrets, for its own programs. The scope is granted by an admin, to a
//! custom app of the account.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::scope::ScopeSet;
use grantry_store::app::{App as StoredApp, AppKind, AppState};
use grantry_store::app_version::AppDetails;
use grantry_store::id::SecretId;
use grantry_store::page::PageRequest;
use grantry_store::secret::AppSecret;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::secrets::RawSecret;
use super::{RawApp, Refused, edit, register, remove, secrets, versions};
use crate::app::App;
use crate::web::{Answer, Caller, Json, Problem, Visitor, Words, json, moment};

/// Apps of one answer.
const ROWS: u32 = 100;

/// What a caller says about an app. What is left out is the platform's default, or stays as it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    kind: Option<String>,
    client_code: Option<String>,
    client_name: Option<String>,
    logo_url: Option<String>,
    redirect_uris: Option<Vec<String>>,
    post_logout_redirect_uris: Option<Vec<String>>,
    cors_origins: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
    secret_description: Option<String>,
    pii_mode: Option<String>,
    client_type: Option<String>,
    require_pkce: Option<bool>,
    profile: Option<String>,
    auth_method: Option<String>,
    /// The JWK set itself, not a text; an empty text takes it away.
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    id_token_alg: Option<String>,
    userinfo_alg: Option<String>,
    request_object_alg: Option<String>,
    auth_alg: Option<String>,
    /// Seconds; `null` leaves it as it is, and a negative number takes it away.
    default_max_age: Option<i64>,
    request_uris: Option<Vec<String>>,
    require_par: Option<bool>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    dpop_bound: Option<bool>,
    device_grant: Option<bool>,
    token_exchange: Option<bool>,
    initiate_login_uri: Option<String>,
    backchannel_logout_uri: Option<String>,
    subject_type: Option<String>,
    sector_identifier_uri: Option<String>,
}

/// What a caller says about a secret.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedSecret {
    description: String,
    /// The last day on which it works, such as `2027-01-31`.
    expires: Option<String>,
}

/// Where a list goes on, and which kind of app it is of.
#[derive(Debug, Deserialize)]
pub struct Where {
    after: Option<String>,
    kind: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    clients: Vec<Shown>,
    /// What to send as `after` to get more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    client_id: String,
    kind: &'static str,
    client_code: String,
    state: &'static str,
    client_name: String,
    logo_url: Option<String>,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    cors_origins: Vec<String>,
    scopes: Vec<String>,
    pii_mode: &'static str,
    client_type: &'static str,
    require_pkce: bool,
    profile: &'static str,
    auth_method: String,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    id_token_alg: String,
    userinfo_alg: Option<String>,
    request_object_alg: Option<String>,
    auth_alg: Option<String>,
    default_max_age: Option<i64>,
    request_uris: Vec<String>,
    require_par: bool,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    dpop_bound: bool,
    device_grant: bool,
    token_exchange: bool,
    initiate_login_uri: Option<String>,
    backchannel_logout_uri: Option<String>,
    subject_type: &'static str,
    sector_identifier_uri: Option<String>,
    created: String,
    /// Only what waits for approval, with the values that it would have; absent when nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    client_id: String,
    /// Only here, and never again. Absent for an app without a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

#[derive(Serialize)]
struct Secrets {
    secrets: Vec<ShownSecret>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownSecret {
    id: String,
    description: String,
    /// Its last four characters.
    hint: String,
    created: String,
    expires: Option<String>,
    last_used: Option<String>,
    revoked: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreatedSecret {
    id: String,
    client_id: String,
    /// Only here, and never again.
    client_secret: String,
}

impl Wanted {
    /// Puts what was said over what there is.
    fn over(self, mut raw: RawApp) -> RawApp {
        fn put<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        put(&mut raw.code, self.client_code);
        put(&mut raw.name, self.client_name);
        put(&mut raw.logo_url, self.logo_url);
        put(&mut raw.redirect_uris, self.redirect_uris);
        put(&mut raw.post_logout_uris, self.post_logout_redirect_uris);
        put(&mut raw.cors_origins, self.cors_origins);
        put(&mut raw.scopes, self.scopes);
        put(&mut raw.secret_description, self.secret_description);
        put(&mut raw.pii_mode, self.pii_mode);
        put(&mut raw.client_type, self.client_type);
        put(&mut raw.profile, self.profile);
        put(&mut raw.auth_method, self.auth_method);
        put(
            &mut raw.jwks,
            self.jwks.map(|jwks| jwks.as_str().map_or_else(|| jwks.to_string(), str::to_owned)),
        );
        put(&mut raw.jwks_uri, self.jwks_uri);
        put(&mut raw.id_token_alg, self.id_token_alg);
        put(&mut raw.userinfo_alg, self.userinfo_alg);
        put(&mut raw.request_object_alg, self.request_object_alg);
        put(&mut raw.auth_alg, self.auth_alg);
        let age = |age: i64| if age < 0 { String::new() } else { age.to_string() };
        put(&mut raw.default_max_age, self.default_max_age.map(age));
        put(&mut raw.request_uris, self.request_uris);
        put(&mut raw.policy_uri, self.policy_uri);
        put(&mut raw.tos_uri, self.tos_uri);
        put(&mut raw.initiate_login_uri, self.initiate_login_uri);
        put(&mut raw.backchannel_logout_uri, self.backchannel_logout_uri);
        put(&mut raw.subject_type, self.subject_type);
        put(&mut raw.sector_identifier_uri, self.sector_identifier_uri);
        for (place, said) in [
            (&mut raw.require_pkce, self.require_pkce),
            (&mut raw.require_par, self.require_par),
            (&mut raw.dpop_bound, self.dpop_bound),
            (&mut raw.device_grant, self.device_grant),
            (&mut raw.token_exchange, self.token_exchange),
        ] {
            *place = said.or(*place);
        }
        raw
    }
}

impl Shown {
    fn new(app: &StoredApp, details: AppDetails) -> Self {
        Self {
            client_id: app.client_id.clone(),
            kind: app.kind.as_str(),
            client_code: app.code.clone(),
            state: app.state.as_str(),
            client_name: details.name,
            logo_url: details.logo_source_url,
            redirect_uris: details.redirect_uris,
            post_logout_redirect_uris: details.post_logout_uris,
            cors_origins: details.cors_origins,
            scopes: details.scopes,
            pii_mode: details.pii_mode.as_str(),
            client_type: details.client_type.as_str(),
            require_pkce: details.require_pkce,
            profile: details.profile.as_str(),
            auth_method: details.auth_method,
            jwks: details.jwks.and_then(|jwks| serde_json::from_str(&jwks).ok()),
            jwks_uri: details.jwks_uri,
            id_token_alg: details.id_token_alg,
            userinfo_alg: details.userinfo_alg,
            request_object_alg: details.request_object_alg,
            auth_alg: details.auth_alg,
            default_max_age: details.default_max_age,
            request_uris: details.request_uris,
            require_par: details.require_par,
            policy_uri: details.policy_uri,
            tos_uri: details.tos_uri,
            dpop_bound: details.dpop_bound,
            device_grant: details.device_grant,
            token_exchange: details.token_exchange,
            initiate_login_uri: details.initiate_login_uri,
            backchannel_logout_uri: details.backchannel_logout_uri,
            subject_type: details.subject_type.as_str(),
            sector_identifier_uri: details.sector_identifier_uri,
            created: moment::iso(app.created_at),
            waiting: None,
        }
    }

    /// The same with what waits for approval: the fields that would be others.
    fn with_waiting(mut self, app: &StoredApp, details: Option<AppDetails>) -> Self {
        let Some(details) = details else { return self };
        let now = serde_json::to_value(&self).unwrap_or_default();
        let waiting = serde_json::to_value(Self::new(app, details)).unwrap_or_default();
        if let Value::Object(mut fields) = waiting {
            fields.retain(|name, value| now.get(name) != Some(value));
            self.waiting = Some(Value::Object(fields));
        }
        self
    }
}

impl From<AppSecret> for ShownSecret {
    fn from(secret: AppSecret) -> Self {
        Self {
            id: secret.id.as_str().to_owned(),
            description: secret.description,
            hint: secret.hint,
            created: moment::iso(secret.created_at),
            expires: secret.expires_at.map(moment::iso),
            last_used: secret.last_used_at.map(moment::iso),
            revoked: secret.revoked_at.map(moment::iso),
        }
    }
}

/// The refusal with the names that the fields have here.
pub(super) fn problem(refused: &Refused, words: Words) -> Problem {
    let mut problem = refused.problem(words);
    for (name, _) in &mut problem.fields {
        *name = field(name);
    }
    problem
}

/// `redirect_uri-2`, a row of the form, is `redirectUris[1]` here.
fn field(form: &str) -> String {
    let (name, row) = match form.rsplit_once('-') {
        Some((name, row)) => (name, row.parse::<usize>().ok()),
        None => (form, None),
    };
    let here = match name {
        "client_code" => "clientCode",
        "client_name" => "clientName",
        "logo_url" => "logoUrl",
        "redirect_uri" => "redirectUris",
        "post_logout_uri" => "postLogoutRedirectUris",
        "cors_origin" => "corsOrigins",
        "scope" => "scopes",
        "secret_description" => "secretDescription",
        "secret_expires" => "expires",
        "pii_mode" => "piiMode",
        "client_type" => "clientType",
        "require_pkce" => "requirePkce",
        "dpop_bound" => "dpopBound",
        "device_grant" => "deviceGrant",
        "token_exchange" => "tokenExchange",
        "auth_method" => "authMethod",
        "jwks_uri" => "jwksUri",
        "id_token_alg" => "idTokenAlg",
        "userinfo_alg" => "userinfoAlg",
        "request_object_alg" => "requestObjectAlg",
        "auth_alg" => "authAlg",
        "default_max_age" => "defaultMaxAge",
        "request_uri" => "requestUris",
        "policy_uri" => "policyUri",
        "tos_uri" => "tosUri",
        "initiate_login_uri" => "initiateLoginUri",
        "backchannel_logout_uri" => "backchannelLogoutUri",
        "subject_type" => "subjectType",
        "sector_identifier_uri" => "sectorIdentifierUri",
        other => other,
    };
    match row {
        Some(row) => format!("{here}[{}]", row.saturating_sub(1)),
        None => here.to_owned(),
    }
}

/// As on the pages: apps are for admins to see and to change.
pub(super) fn check_admin(caller: &Caller) -> Result<(), Problem> {
    if caller.may_administer() { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Through the API an app hands out, and gets hold of, only what it may do itself: otherwise the scope to manage apps
/// would be every scope.
async fn check_reach<'s>(
    app: &App,
    caller: &Caller,
    scopes: impl Iterator<Item = &'s String>,
) -> Result<(), Problem> {
    let known = app.cached.find_app(&caller.client_id).await?;
    let own = known.map(|known| known.client.scopes.clone()).unwrap_or_default();
    let beyond = scopes.map(String::as_str).collect::<ScopeSet>().difference(&own);
    if beyond.is_empty() {
        return Ok(());
    }
    let detail =
        format!("an app manages apps with scopes that it has itself; {} lacks {beyond}", caller.client_id);
    let mut problem = Problem::new(StatusCode::FORBIDDEN, "missing-scope").detail(detail);
    problem.scope = Some(beyond.to_string());
    Err(problem)
}

/// The account's app with this client ID.
pub(super) async fn find(app: &App, caller: &Caller, client_id: &str) -> Result<StoredApp, Problem> {
    let found = app.store.reader().find_app_by_client_id(client_id).await?;
    let own = found.filter(|found| found.account_id == caller.account.id && found.state != AppState::Deleted);
    own.ok_or_else(Problem::not_found)
}

fn kind(name: Option<&str>) -> Result<AppKind, Problem> {
    let wrong = || {
        let sentence = "kind: \"store\" or \"custom\"".to_owned();
        Problem::invalid(vec![("kind".to_owned(), sentence)])
    };
    AppKind::parse(name.unwrap_or(AppKind::Custom.as_str())).ok_or_else(wrong)
}

/// `GET /api/v1/clients?kind=store|custom&after=`
///
/// # Errors
/// 422 for another kind.
pub async fn list(State(app): State<Arc<App>>, caller: Caller, Query(wanted): Query<Where>) -> Answer {
    check_admin(&caller)?;
    let kind = kind(wanted.kind.as_deref())?;
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let found = app.store.reader().list_apps(&caller.account.id, kind, &first).await?;
    let next = found.next.map(|cursor| cursor.token());
    let clients = found.items.into_iter().map(|item| Shown::new(&item.app, item.version.details)).collect();
    Ok(json::answer(StatusCode::OK, &Listed { clients, next }))
}

/// `POST /api/v1/clients`
///
/// # Errors
/// 422 with the faults of the fields.
pub async fn create(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Answer {
    check_admin(&caller)?;
    let kind = kind(wanted.kind.as_deref())?;
    let raw = wanted.over(RawApp::default());
    check_reach(&app, &caller, raw.scopes.iter()).await?;
    let registered = register::register(&app, &caller.origin(&visitor), &caller.account, kind, &raw).await;
    let made = registered.map_err(|refused| problem(&refused, visitor.words))?;
    let client_secret = made.client_secret.map(|secret| secret.expose().clone());
    Ok(json::answer(StatusCode::CREATED, &Created { client_id: made.client_id, client_secret }))
}

/// `GET /api/v1/clients/{client_id}`
///
/// # Errors
/// 404 for an app that is not the account's.
pub async fn show(State(app): State<Arc<App>>, caller: Caller, Path(client_id): Path<String>) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let found =
        versions::find(&app, &caller.account.id, &found.id).await.map_err(|_| Problem::not_found())?;
    let waiting = found.waiting.map(|waiting| waiting.details);
    let shown = Shown::new(&found.app, found.live.details).with_waiting(&found.app, waiting);
    Ok(json::answer(StatusCode::OK, &shown))
}

/// `PATCH /api/v1/clients/{client_id}`: the fields that are sent replace what there is.
///
/// # Errors
/// 404 for an app that is not the account's, 422 with the faults of the fields.
pub async fn change(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    if wanted.kind.is_some() || wanted.client_code.is_some() {
        let field = if wanted.kind.is_some() { "kind" } else { "clientCode" };
        return Err(Problem::invalid(vec![(field.to_owned(), format!("{field} never changes"))]));
    }
    let of = (&caller.account.id, &found.id);
    let refused = |refused: Refused| problem(&refused, visitor.words);
    let before = versions::find(&app, of.0, of.1).await.map_err(refused)?;
    let latest = before.latest();
    let number = latest.number;
    let raw = wanted.over(RawApp::of(&latest.details));
    let scopes = before.live.details.scopes.iter().chain(&latest.details.scopes).chain(&raw.scopes);
    check_reach(&app, &caller, scopes).await?;
    let edited = Box::pin(edit::edit(&app, &caller.origin(&visitor), of, &raw, Some(number))).await;
    let edited = edited.map_err(refused)?;
    let shown = Shown::new(&edited.app, edited.details).with_waiting(&edited.app, edited.waiting);
    Ok(json::answer(StatusCode::OK, &shown))
}

/// `DELETE /api/v1/clients/{client_id}`
///
/// # Errors
/// 404 for an app that is not the account's.
pub async fn delete(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let removed = remove::remove(&app, &caller.origin(&visitor), (&caller.account.id, &found.id)).await;
    removed.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(no_content())
}

/// `GET /api/v1/clients/{client_id}/secrets`
///
/// # Errors
/// 404 for an app that is not the account's.
pub async fn list_secrets(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let secrets = app.store.reader().list_secrets(&caller.account.id, &found.id).await?;
    let secrets = secrets.into_iter().map(ShownSecret::from).collect();
    Ok(json::answer(StatusCode::OK, &Secrets { secrets }))
}

/// `POST /api/v1/clients/{client_id}/secrets`: those that the app has go on working.
///
/// # Errors
/// 404 for an app that is not the account's, 422 with the faults of the fields.
pub async fn add_secret(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
    Json(wanted): Json<WantedSecret>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let of = (&caller.account.id, &found.id);
    let (_, version) =
        edit::find(&app, of.0, of.1).await.map_err(|refused| problem(&refused, visitor.words))?;
    check_reach(&app, &caller, version.details.scopes.iter()).await?;
    let expires = wanted.expires.unwrap_or_default();
    let raw = RawSecret { description: wanted.description, expires, id: None };
    let added = secrets::add(&app, &caller.origin(&visitor), of, &raw).await;
    let added = added.map_err(|refused| problem(&refused, visitor.words))?;
    let created = CreatedSecret {
        id: added.id.as_str().to_owned(),
        client_id: added.client_id,
        client_secret: added.client_secret.expose().clone(),
    };
    Ok(json::answer(StatusCode::CREATED, &created))
}

/// `DELETE /api/v1/clients/{client_id}/secrets/{id}?last=true`: the last one that works goes only when that is said.
///
/// # Errors
/// 404 for an app or a secret that is not the account's, 409 for the last one.
pub async fn revoke_secret(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path((client_id, id)): Path<(String, String)>,
    Query(said): Query<Said>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let id = SecretId::parse(&id).ok_or_else(Problem::not_found)?;
    let origin = caller.origin(&visitor);
    let of = (&caller.account.id, &found.id);
    let revoked = secrets::revoke(&app, &origin, of, &id, said.last.unwrap_or(false)).await;
    revoked.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(no_content())
}

/// Whether the last secret may go.
#[derive(Debug, Deserialize)]
pub struct Said {
    last: Option<bool>,
}

fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_as_the_fields_are_here() {
        assert_eq!(field("redirect_uri-2"), "redirectUris[1]");
        assert_eq!(field("client_name"), "clientName");
        assert_eq!(field("profile"), "profile");
    }
}
