//! The discovery document (OIDC Discovery §3, RFC 8414 §2): what is announced is what works.

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::claims;
use crate::client::{AuthMethod, GrantType, SubjectType};
use crate::jose::Alg;
use crate::scope::OIDC_SCOPES;

/// The path of the authorization endpoint.
pub const AUTHORIZATION_PATH: &str = "/connect/authorize";
/// The path of the token endpoint.
pub const TOKEN_PATH: &str = "/connect/token";
/// The path of the endpoint that takes pushed requests.
pub const PAR_PATH: &str = "/connect/par";
/// The path of the userinfo endpoint.
pub const USERINFO_PATH: &str = "/connect/userinfo";
/// The path of the introspection endpoint.
pub const INTROSPECTION_PATH: &str = "/connect/introspect";
/// The path of the revocation endpoint.
pub const REVOCATION_PATH: &str = "/connect/revocation";
/// The path of the end-session endpoint.
pub const END_SESSION_PATH: &str = "/connect/endsession";
/// The path of the device authorization endpoint.
pub const DEVICE_AUTHORIZATION_PATH: &str = "/connect/deviceauthorization";
/// The path of the page on which people type a device's code.
pub const DEVICE_PATH: &str = "/device";
/// The path of the registration endpoint.
pub const REGISTRATION_PATH: &str = "/connect/register";
/// The path of the public keys.
pub const JWKS_PATH: &str = "/.well-known/openid-configuration/jwks";

/// What a server offers beyond what every Grantry does.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The issuer, exactly as it is in tokens.
    pub issuer: &'a str,
    /// The APIs; their scopes are announced, internal ones aside.
    pub catalogue: &'a Catalogue,
    /// The algorithms for which the server has a key.
    pub id_token_algs: &'a [Alg],
    /// The languages of the pages.
    pub ui_locales: &'a [&'a str],
    /// Whether programs can register themselves (RFC 7591).
    pub registration: bool,
    /// Whether a client ID may be the URL of a Client ID Metadata Document.
    pub documents: bool,
}

/// The document. Made once, whenever the offer changes.
#[derive(Clone, Debug, Serialize)]
pub struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    device_authorization_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    scopes_supported: Vec<&'a str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 2],
    grant_types_supported: [&'static str; 5],
    code_challenge_methods_supported: [&'static str; 1],
    dpop_signing_alg_values_supported: [&'static str; 4],
    prompt_values_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 2],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    userinfo_signing_alg_values_supported: Vec<&'static str>,
    request_object_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: [&'static str; 4],
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: [&'static str; 4],
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    claim_types_supported: [&'static str; 1],
    claims_supported: &'static [&'static str],
    ui_locales_supported: &'a [&'a str],
    authorization_response_iss_parameter_supported: bool,
    client_id_metadata_document_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    // OIDC Discovery §3: the default of this one is true, so it must be there.
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
}

impl<'a> Metadata<'a> {
    /// Describes a server.
    #[must_use]
    pub fn new(offer: Offer<'a>) -> Self {
        let at = |path: &str| format!("{}{path}", offer.issuer);
        let api_scopes = offer.catalogue.apis().iter().flat_map(|api| &api.scopes);
        let api_scopes = api_scopes.filter(|scope| !scope.internal).map(|scope| scope.name.as_str());
        let (basic, post, none) = ("client_secret_basic", "client_secret_post", "none");
        let signed = AuthMethod::PrivateKeyJwt.as_str();
        let algs = || Alg::ALL.map(Alg::as_str).to_vec();
        Self {
            issuer: offer.issuer,
            authorization_endpoint: at(AUTHORIZATION_PATH),
            token_endpoint: at(TOKEN_PATH),
            userinfo_endpoint: at(USERINFO_PATH),
            jwks_uri: at(JWKS_PATH),
            introspection_endpoint: at(INTROSPECTION_PATH),
            revocation_endpoint: at(REVOCATION_PATH),
            end_session_endpoint: at(END_SESSION_PATH),
            device_authorization_endpoint: at(DEVICE_AUTHORIZATION_PATH),
            registration_endpoint: offer.registration.then(|| at(REGISTRATION_PATH)),
            pushed_authorization_request_endpoint: at(PAR_PATH),
            // RFC 9126 §5: of every client; some must all the same.
            require_pushed_authorization_requests: false,
            scopes_supported: OIDC_SCOPES.into_iter().chain(api_scopes).collect(),
            response_types_supported: ["code"],
            response_modes_supported: ["query", "form_post"],
            grant_types_supported: GrantType::ALL.map(GrantType::as_str),
            code_challenge_methods_supported: ["S256"],
            // RFC 9449 §5.1
            dpop_signing_alg_values_supported: Alg::ALL.map(Alg::as_str),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            subject_types_supported: [SubjectType::Public.as_str(), SubjectType::Pairwise.as_str()],
            id_token_signing_alg_values_supported: offer.id_token_algs.iter().map(|a| a.as_str()).collect(),
            userinfo_signing_alg_values_supported: algs(),
            // OIDC Discovery §3: an unsigned object says no more than plain parameters do, and is worth no more.
            request_object_signing_alg_values_supported: [algs(), vec![none]].concat(),
            token_endpoint_auth_methods_supported: [basic, post, signed, none],
            token_endpoint_auth_signing_alg_values_supported: algs(),
            // RFC 7662 §2.1: nobody asks without saying who asks.
            introspection_endpoint_auth_methods_supported: [basic, post, signed],
            introspection_endpoint_auth_signing_alg_values_supported: algs(),
            revocation_endpoint_auth_methods_supported: [basic, post, signed, none],
            revocation_endpoint_auth_signing_alg_values_supported: algs(),
            claim_types_supported: ["normal"],
            claims_supported: &claims::SUPPORTED,
            ui_locales_supported: offer.ui_locales,
            authorization_response_iss_parameter_supported: true,
            client_id_metadata_document_supported: offer.documents,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            claims_parameter_supported: true,
            request_parameter_supported: true,
            request_uri_parameter_supported: true,
            require_request_uri_registration: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;
    use serde_json::Value;

    use super::*;
    use crate::examples::{ISSUER, catalogue};

    // security: K07, K08, K09, K03, A07, A10
    #[test]
    fn the_document_names_every_endpoint_and_nothing_that_does_not_work() {
        let catalogue = catalogue();
        let offer = Offer {
            issuer: ISSUER,
            catalogue: &catalogue,
            id_token_algs: &[Alg::Rs256, Alg::Es256],
            ui_locales: &["en", "de"],
            registration: true,
            documents: true,
        };
        assert_json_snapshot!(Metadata::new(offer), @r#"
        {
          "issuer": "https://id.example",
          "authorization_endpoint": "https://id.example/connect/authorize",
          "token_endpoint": "https://id.example/connect/token",
          "userinfo_endpoint": "https://id.example/connect/userinfo",
          "jwks_uri": "https://id.example/.well-known/openid-configuration/jwks",
          "introspection_endpoint": "https://id.example/connect/introspect",
          "revocation_endpoint": "https://id.example/connect/revocation",
          "end_session_endpoint": "https://id.example/connect/endsession",
          "device_authorization_endpoint": "https://id.example/connect/deviceauthorization",
          "registration_endpoint": "https://id.example/connect/register",
          "pushed_authorization_request_endpoint": "https://id.example/connect/par",
          "require_pushed_authorization_requests": false,
          "scopes_supported": [
            "openid",
            "profile",
            "email",
            "address",
            "phone",
            "offline_access",
            "reservations.read",
            "folios.read",
            "folios.manage",
            "payments.read",
            "vault.open"
          ],
          "response_types_supported": [
            "code"
          ],
          "response_modes_supported": [
            "query",
            "form_post"
          ],
          "grant_types_supported": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange"
          ],
          "code_challenge_methods_supported": [
            "S256"
          ],
          "dpop_signing_alg_values_supported": [
            "ES256",
            "RS256",
            "PS256",
            "EdDSA"
          ],
          "prompt_values_supported": [
            "none",
            "login",
            "consent",
            "select_account"
          ],
          "subject_types_supported": [
            "public",
            "pairwise"
          ],
          "id_token_signing_alg_values_supported": [
            "RS256",
            "ES256"
          ],
          "userinfo_signing_alg_values_supported": [
            "ES256",
            "RS256",
            "PS256",
            "EdDSA"
          ],
          "request_object_signing_alg_values_supported": [
            "ES256",
            "RS256",
            "PS256",
            "EdDSA",
            "none"
          ],
          "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none"
          ],
          "token_endpoint_auth_signing_alg_values_supported": [
            "ES256",
            "RS256",
            "PS256",
            "EdDSA"
          ],
          "introspection_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt"
          ],
          "introspection_endpoint_auth_signing_alg_values_supported": [
            "ES256",
            "RS256",
            "PS256",
            "EdDSA"
          ],
          "revocation_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none"
          ],
          "revocation_endpoint_auth_signing_alg_values_supported": [
            "ES256",
            "RS256",
            "PS256",
            "EdDSA"
          ],
          "claim_types_supported": [
            "normal"
          ],
          "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "amr",
            "at_hash",
            "sid",
            "account_code",
            "role",
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
            "email",
            "email_verified",
            "address",
            "phone_number",
            "phone_number_verified"
          ],
          "ui_locales_supported": [
            "en",
            "de"
          ],
          "authorization_response_iss_parameter_supported": true,
          "client_id_metadata_document_supported": true,
          "backchannel_logout_supported": true,
          "backchannel_logout_session_supported": true,
          "claims_parameter_supported": true,
          "request_parameter_supported": true,
          "request_uri_parameter_supported": true,
          "require_request_uri_registration": true
        }
        "#);
    }

    // security: K07
    #[test]
    fn the_issuer_is_repeated_exactly_and_every_url_is_under_it() {
        let catalogue = catalogue();
        let issuer = "http://localhost:8080";
        let offer = Offer {
            issuer,
            catalogue: &catalogue,
            id_token_algs: &[Alg::Rs256],
            ui_locales: &["en"],
            registration: false,
            documents: false,
        };
        let document = serde_json::to_value(Metadata::new(offer)).expect("JSON");
        assert_eq!(document["issuer"], issuer);
        let members = document.as_object().expect("an object");
        let urls = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"));
        let urls: Vec<_> = urls.filter_map(|(_, value)| value.as_str()).collect();
        assert_eq!(urls.len(), 9);
        assert!(urls.iter().all(|url| url.starts_with("http://localhost:8080/")), "{urls:?}");
        let text = document.to_string();
        assert!(!text.contains("\"plain\"") && !text.contains("HS256") && !text.contains("internal:"));
        let algs = &document["id_token_signing_alg_values_supported"];
        assert_eq!(algs, &Value::from(vec!["RS256"]));
    }
}
