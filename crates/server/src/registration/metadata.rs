//! Between the words of RFC 7591 and those of the house: what a program says about itself as the fields of an app, and back.

use grantry_oauth::client::GrantType;
use grantry_oauth::redirect_uri;
use grantry_oauth::registration::ClientMetadata;
use grantry_oauth::scope::OIDC_SCOPES;
use grantry_store::app_version::AppDetails;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::Refused;
use super::refused::fault;
use crate::app::App;
use crate::apps::details::{self, NAME_LIMIT, RawApp};
use crate::cached::KnownCatalogue;
use crate::config::AppProfile;
use crate::web::Words;

/// Most contacts that are kept, and most letters of each and of other texts that decide nothing.
const CONTACTS: usize = 10;
const LETTERS: usize = 200;

/// What a program said about itself that decides nothing here: kept to be repeated, and for whoever looks into it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Every ID token says when its person signed in, and every logout token which session has ended, whether an app asks
    /// for it or not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_auth_time: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
}

impl Said {
    /// Takes it, with limits.
    ///
    /// # Errors
    /// A `client_uri` that is no https URL, or texts that nobody could read.
    pub(super) fn new(metadata: &ClientMetadata) -> Result<Self, Refused> {
        let client_uri = metadata.client_uri.as_deref().map(redirect_uri::https_url).transpose();
        let client_uri = client_uri.map_err(|refused| {
            let raw = metadata.client_uri.as_deref().unwrap_or_default();
            Refused::Faults(details::uri_fault("client_uri", raw, refused).into())
        })?;
        let texts =
            [("software_id", &metadata.software_id), ("software_version", &metadata.software_version)];
        for (name, text) in texts {
            if text.as_ref().is_some_and(|text| text.chars().count() > LETTERS) {
                let long = fault(name, "apps-fault-text-too-long").with("limit", LETTERS);
                return Err(Refused::Faults(long.into()));
            }
        }
        let contacts = &metadata.contacts;
        if contacts.len() > CONTACTS || contacts.iter().any(|contact| contact.chars().count() > LETTERS) {
            let long = fault("contacts", "apps-fault-text-too-long").with("limit", LETTERS);
            return Err(Refused::Faults(long.into()));
        }
        Ok(Self {
            client_uri,
            contacts: contacts.clone(),
            application_type: metadata.application_type.clone(),
            software_id: metadata.software_id.clone(),
            software_version: metadata.software_version.clone(),
            require_auth_time: metadata.require_auth_time,
            backchannel_logout_session_required: metadata.backchannel_logout_session_required,
        })
    }

    /// As it is kept.
    pub(super) fn text(&self) -> String {
        json!(self).to_string()
    }

    /// As it was kept.
    pub(super) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// The fields of an app, from what a program said. `name` is what it is called when it said nothing.
pub(super) fn raw(app: &App, catalogue: &KnownCatalogue, metadata: ClientMetadata, name: &str) -> RawApp {
    let auth_method = metadata.auth_method.unwrap_or("client_secret_basic");
    let is_public = auth_method == "none";
    RawApp {
        name: metadata.client_name.unwrap_or_else(|| name.to_owned()),
        logo_url: metadata.logo_uri.unwrap_or_default(),
        cors_origins: if is_public { origins(&metadata.redirect_uris) } else { Vec::new() },
        redirect_uris: metadata.redirect_uris,
        post_logout_uris: metadata.post_logout_redirect_uris,
        // Not what it asks for now: a program that later needs more could not tell us (docs/decisions/0004-self-registered-apps.md).
        scopes: machine_scopes(catalogue),
        client_type: if is_public { "public" } else { "confidential" }.to_owned(),
        profile: match app.config.registration.profile {
            AppProfile::Compatible if !is_public => "compatible".to_owned(),
            AppProfile::Compatible | AppProfile::Standard => "standard".to_owned(),
        },
        auth_method: auth_method.to_owned(),
        jwks: metadata.jwks.map(|jwks| jwks.to_string()).unwrap_or_default(),
        jwks_uri: metadata.jwks_uri.unwrap_or_default(),
        id_token_alg: metadata.id_token_signed_response_alg.unwrap_or_default(),
        userinfo_alg: metadata.userinfo_signed_response_alg.unwrap_or_default(),
        request_object_alg: metadata.request_object_signing_alg.unwrap_or_default(),
        auth_alg: metadata.token_endpoint_auth_signing_alg.unwrap_or_default(),
        default_max_age: metadata.default_max_age.map(|age| age.to_string()).unwrap_or_default(),
        request_uris: metadata.request_uris,
        subject_type: metadata.subject_type.unwrap_or_default(),
        sector_identifier_uri: metadata.sector_identifier_uri.unwrap_or_default(),
        initiate_login_uri: metadata.initiate_login_uri.unwrap_or_default(),
        backchannel_logout_uri: metadata.backchannel_logout_uri.unwrap_or_default(),
        require_par: Some(metadata.require_pushed_authorization_requests),
        dpop_bound: Some(metadata.dpop_bound_access_tokens),
        // A code that somebody else reads out to a person is how strangers fish; and all apps that register themselves
        // have one owner, which says nothing about whose tokens they may exchange.
        device_grant: Some(false),
        token_exchange: Some(false),
        policy_uri: metadata.policy_uri.unwrap_or_default(),
        tos_uri: metadata.tos_uri.unwrap_or_default(),
        ..RawApp::default()
    }
}

/// The scopes that programs which registered themselves may ask people for.
fn machine_scopes(catalogue: &KnownCatalogue) -> Vec<String> {
    let scopes = catalogue.rules.apis().iter().flat_map(|api| &api.scopes);
    scopes.filter(|scope| scope.machine && !scope.internal).map(|scope| scope.name.clone()).collect()
}

/// The pages whose scripts may call the token endpoint: those to which the program lets people return. Only a program
/// that runs in a browser needs it, and it runs there.
fn origins(redirect_uris: &[String]) -> Vec<String> {
    let mut origins = Vec::new();
    for url in redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok()) {
        let origin = url.origin().ascii_serialization();
        let usable =
            redirect_uri::RedirectUri::register(&origin, redirect_uri::ClientType::Confidential).is_ok();
        if ["https", "http"].contains(&url.scheme()) && usable && !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}

/// What a program is called that gives no name: by where it sends people, which is shown beside it anyway.
pub(super) fn fallback_name(redirect_uris: &[String]) -> String {
    let host = redirect_uris.iter().find_map(|uri| {
        let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
        url.host_str().map(str::to_owned)
    });
    let name = host.unwrap_or_else(|| Words::english().get("registration-unnamed"));
    name.chars().take(NAME_LIMIT).collect()
}

/// What is registered, in the words of RFC 7591 §3.2.1: as it is, not as it was asked for.
pub(super) fn registered(details: &AppDetails, said: &Said) -> Map<String, Value> {
    let scopes = OIDC_SCOPES.into_iter().chain(details.scopes.iter().map(String::as_str));
    let grants = [GrantType::AuthorizationCode.as_str(), GrantType::RefreshToken.as_str()];
    let jwks: Option<Value> = details.jwks.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let answer = json!({
        "client_name": details.name,
        "redirect_uris": details.redirect_uris,
        "post_logout_redirect_uris": details.post_logout_uris,
        "request_uris": details.request_uris,
        "token_endpoint_auth_method": details.auth_method,
        "grant_types": grants,
        "response_types": ["code"],
        "scope": scopes.collect::<Vec<_>>().join(" "),
        "logo_uri": details.logo_source_url,
        "policy_uri": details.policy_uri,
        "tos_uri": details.tos_uri,
        "jwks": jwks,
        "jwks_uri": details.jwks_uri,
        "subject_type": details.subject_type.as_str(),
        "sector_identifier_uri": details.sector_identifier_uri,
        "id_token_signed_response_alg": details.id_token_alg,
        "userinfo_signed_response_alg": details.userinfo_alg,
        "request_object_signing_alg": details.request_object_alg,
        "token_endpoint_auth_signing_alg": details.auth_alg,
        "default_max_age": details.default_max_age,
        "require_auth_time": said.require_auth_time.then_some(true),
        "initiate_login_uri": details.initiate_login_uri,
        "backchannel_logout_uri": details.backchannel_logout_uri,
        "backchannel_logout_session_required": said.backchannel_logout_session_required.then_some(true),
        "require_pushed_authorization_requests": details.require_par,
        "dpop_bound_access_tokens": details.dpop_bound,
        "client_uri": said.client_uri,
        "contacts": said.contacts,
        "application_type": said.application_type,
        "software_id": said.software_id,
        "software_version": said.software_version,
    });
    let members = answer.as_object().cloned().unwrap_or_default();
    // A member without a value would say something: that there is none.
    let is_said = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    members.into_iter().filter(|(_, value)| is_said(value)).collect()
}
