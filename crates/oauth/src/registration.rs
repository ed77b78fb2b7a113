//! Client metadata as a program sends it about itself (RFC 7591 §2, OpenID Connect Registration §2): JSON becomes typed
//! members. Whether their values may be registered is decided where every other app is checked, too.

use serde_json::{Map, Value};

use crate::client::GrantType;
use crate::error::{Error, ErrorCode};
use crate::scope::ScopeSet;

/// The authentication methods of RFC 7591 §2 that a program may choose.
pub const AUTH_METHODS: [&str; 4] = ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"];

/// What a program says about itself. Members that this server does not know are not here: they are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientMetadata {
    /// `redirect_uris`
    pub redirect_uris: Vec<String>,
    /// `post_logout_redirect_uris`
    pub post_logout_redirect_uris: Vec<String>,
    /// `request_uris`
    pub request_uris: Vec<String>,
    /// `contacts`
    pub contacts: Vec<String>,
    /// `client_name`
    pub client_name: Option<String>,
    /// `client_uri`
    pub client_uri: Option<String>,
    /// `logo_uri`
    pub logo_uri: Option<String>,
    /// `policy_uri`
    pub policy_uri: Option<String>,
    /// `tos_uri`
    pub tos_uri: Option<String>,
    /// `jwks`
    pub jwks: Option<Value>,
    /// `jwks_uri`
    pub jwks_uri: Option<String>,
    /// `sector_identifier_uri`
    pub sector_identifier_uri: Option<String>,
    /// `subject_type`
    pub subject_type: Option<String>,
    /// `initiate_login_uri`
    pub initiate_login_uri: Option<String>,
    /// `backchannel_logout_uri`
    pub backchannel_logout_uri: Option<String>,
    /// `id_token_signed_response_alg`
    pub id_token_signed_response_alg: Option<String>,
    /// `userinfo_signed_response_alg`
    pub userinfo_signed_response_alg: Option<String>,
    /// `request_object_signing_alg`
    pub request_object_signing_alg: Option<String>,
    /// `token_endpoint_auth_signing_alg`
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// `default_max_age`, in seconds.
    pub default_max_age: Option<u64>,
    /// `require_auth_time`: every ID token says it here.
    pub require_auth_time: bool,
    /// `backchannel_logout_session_required`: every logout token names the session here.
    pub backchannel_logout_session_required: bool,
    /// `require_pushed_authorization_requests`
    pub require_pushed_authorization_requests: bool,
    /// `dpop_bound_access_tokens`
    pub dpop_bound_access_tokens: bool,
    /// `application_type`
    pub application_type: Option<String>,
    /// `software_id`
    pub software_id: Option<String>,
    /// `software_version`
    pub software_version: Option<String>,
    /// `scope`; `None` leaves it to the server.
    pub scope: Option<ScopeSet>,
    /// `token_endpoint_auth_method`, one of [`AUTH_METHODS`]; `None` leaves it to the default of whoever reads.
    pub auth_method: Option<&'static str>,
    /// Of `grant_types`, those that this server has.
    pub grant_types: Vec<GrantType>,
}

/// The members of one type, each with the sentence for a value of another type.
macro_rules! members {
    ($object:expr, $take:ident, $what:literal, $($name:ident),+) => {
        $(let $name = $take($object, stringify!($name), concat!(stringify!($name), " must be ", $what))?;)+
    };
}

impl ClientMetadata {
    /// Reads the members of a JSON object. An empty text and `null` say nothing, as programs write them for what they
    /// leave out.
    ///
    /// # Errors
    /// `invalid_redirect_uri` or `invalid_client_metadata`, in a sentence that names the member.
    pub fn read(object: &Map<String, Value>) -> Result<Self, Error> {
        members!(
            object,
            text,
            "a text",
            client_name,
            client_uri,
            logo_uri,
            policy_uri,
            tos_uri,
            jwks_uri,
            sector_identifier_uri,
            subject_type,
            initiate_login_uri,
            backchannel_logout_uri,
            id_token_signed_response_alg,
            userinfo_signed_response_alg,
            request_object_signing_alg,
            token_endpoint_auth_signing_alg,
            application_type,
            software_id,
            software_version,
            scope,
            token_endpoint_auth_method
        );
        members!(object, list, "a list of texts", post_logout_redirect_uris, request_uris, contacts);
        members!(object, list, "a list of texts", grant_types, response_types);
        members!(
            object,
            flag,
            "true or false",
            require_pushed_authorization_requests,
            dpop_bound_access_tokens,
            require_auth_time,
            backchannel_logout_session_required
        );
        check_protection(object)?;
        let default_max_age = match object.get("default_max_age") {
            None | Some(Value::Null) => None,
            Some(age) => {
                let age = age.as_u64().filter(|age| *age <= LONGEST_MAX_AGE);
                Some(age.ok_or_else(|| invalid("default_max_age must be a number of seconds"))?)
            }
        };
        let redirect_uris =
            list(object, "redirect_uris", "redirect_uris must be a list of texts").map_err(|mut error| {
                error.code = ErrorCode::InvalidRedirectUri;
                error
            })?;
        let jwks = match object.get("jwks") {
            None | Some(Value::Null) => None,
            Some(jwks @ Value::Object(_)) => Some(jwks.clone()),
            Some(_) => return Err(invalid("jwks must be a JWK set")),
        };
        if let Some(kind) = application_type.as_deref()
            && !["web", "native"].contains(&kind)
        {
            return Err(invalid("application_type must be web or native").with_hint(kind));
        }
        check_response_types(&response_types)?;
        Ok(Self {
            redirect_uris,
            post_logout_redirect_uris,
            request_uris,
            contacts,
            client_name,
            client_uri,
            logo_uri,
            policy_uri,
            tos_uri,
            jwks,
            jwks_uri,
            sector_identifier_uri,
            subject_type,
            initiate_login_uri,
            backchannel_logout_uri,
            id_token_signed_response_alg,
            userinfo_signed_response_alg,
            request_object_signing_alg,
            token_endpoint_auth_signing_alg,
            default_max_age,
            require_auth_time,
            backchannel_logout_session_required,
            require_pushed_authorization_requests,
            dpop_bound_access_tokens,
            application_type,
            software_id,
            software_version,
            scope: scope
                .map(|text| ScopeSet::parse(&text))
                .transpose()
                .map_err(|_| invalid("scope has a character that is not allowed"))?,
            auth_method: token_endpoint_auth_method.as_deref().map(auth_method).transpose()?,
            grant_types: grants(&grant_types)?,
        })
    }
}

/// Longest `default_max_age`: more than a person lives.
pub const LONGEST_MAX_AGE: u64 = 100 * 366 * 24 * 60 * 60;

/// RFC 7591 §2 has unknown members ignored. These are known, and whoever asks for such protection must not be left to
/// believe that it has it.
fn check_protection(object: &Map<String, Value>) -> Result<(), Error> {
    const ENCRYPTION: [&str; 3] = [
        "id_token_encrypted_response_alg",
        "userinfo_encrypted_response_alg",
        "request_object_encryption_alg",
    ];
    let is_said = |name: &&str| object.get(*name).is_some_and(|value| !value.is_null());
    if let Some(name) = ENCRYPTION.into_iter().find(is_said) {
        return Err(
            invalid("this server does not encrypt tokens, userinfo or request objects").with_hint(name)
        );
    }
    let bound = object.get("tls_client_certificate_bound_access_tokens");
    if bound.is_some_and(|bound| *bound == Value::Bool(true)) {
        return Err(invalid("tls_client_certificate_bound_access_tokens is not offered: use DPoP"));
    }
    Ok(())
}

fn invalid(description: &'static str) -> Error {
    Error::new(ErrorCode::InvalidClientMetadata, description)
}

fn text(object: &Map<String, Value>, name: &str, wrong: &'static str) -> Result<Option<String>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invalid(wrong)),
    }
}

fn list(object: &Map<String, Value>, name: &str, wrong: &'static str) -> Result<Vec<String>, Error> {
    let Some(Value::Array(items)) = object.get(name).filter(|value| !value.is_null()) else {
        return match object.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(_) => Err(invalid(wrong)),
        };
    };
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| invalid(wrong))).collect()
}

fn flag(object: &Map<String, Value>, name: &str, wrong: &'static str) -> Result<bool, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(invalid(wrong)),
    }
}

fn auth_method(name: &str) -> Result<&'static str, Error> {
    let known = AUTH_METHODS.into_iter().find(|known| *known == name);
    // RFC 7591 §3.2.1 would let the server choose another one, which the program then cannot use.
    known.ok_or_else(|| invalid("token_endpoint_auth_method is none that this server offers").with_hint(name))
}

/// RFC 7591 §2: without any it is the code grant. What this server does not have is left out of the answer; the one
/// that every registration is for must be there.
fn grants(names: &[String]) -> Result<Vec<GrantType>, Error> {
    if names.is_empty() {
        return Ok(vec![GrantType::AuthorizationCode]);
    }
    let grants: Vec<GrantType> = names.iter().filter_map(|name| GrantType::parse(name)).collect();
    if grants.contains(&GrantType::AuthorizationCode) {
        Ok(grants)
    } else {
        Err(invalid("grant_types must name authorization_code: apps that register themselves act for people")
            .with_hint(names.join(" ")))
    }
}

fn check_response_types(names: &[String]) -> Result<(), Error> {
    if names.is_empty() || names.iter().any(|name| name == "code") {
        return Ok(());
    }
    Err(invalid("response_types must name code").with_hint(names.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<ClientMetadata, Error> {
        ClientMetadata::read(value.as_object().expect("an object"))
    }

    // security: R05
    #[test]
    fn what_nobody_here_knows_is_ignored_and_what_is_left_out_has_its_default() {
        let said = json!({
            "redirect_uris": ["https://tool.example/cb"], "client_name": "", "logo_uri": null,
            "approved": true, "account_id": "acc_1", "client_id": "MINE", "require_pkce": false,
        });
        let expected = ClientMetadata {
            redirect_uris: vec!["https://tool.example/cb".to_owned()],
            grant_types: vec![GrantType::AuthorizationCode],
            ..ClientMetadata::default()
        };
        assert_eq!(read(&said), Ok(expected));
    }

    #[test]
    fn every_member_of_a_wrong_type_is_named() {
        for (name, value) in [
            ("client_name", json!(1)),
            ("jwks_uri", json!(["https://tool.example/jwks"])),
            ("scope", json!(["a", "b"])),
            ("contacts", json!("me@tool.example")),
            ("grant_types", json!([1])),
            ("dpop_bound_access_tokens", json!("yes")),
            ("jwks", json!("{}")),
            ("token_endpoint_auth_method", json!("client_secret_jwt")),
            ("application_type", json!("desktop")),
            ("grant_types", json!(["client_credentials"])),
            ("response_types", json!(["token"])),
            ("scope", json!("a\"b")),
        ] {
            let refused = read(&json!({ name: value })).expect_err(name);
            assert_eq!(refused.code, ErrorCode::InvalidClientMetadata, "{name}");
            assert!(refused.description.starts_with(name), "{}", refused.description);
        }
        let refused = read(&json!({ "redirect_uris": "https://tool.example/cb" })).expect_err("no list");
        assert_eq!(refused.code, ErrorCode::InvalidRedirectUri);
    }

    // security: R05
    #[test]
    fn protection_that_is_not_offered_is_refused_and_never_left_out_silently() {
        for (member, value) in [
            ("id_token_encrypted_response_alg", json!("RSA-OAEP")),
            ("userinfo_encrypted_response_alg", json!("ECDH-ES")),
            ("request_object_encryption_alg", json!("RSA-OAEP")),
            ("tls_client_certificate_bound_access_tokens", json!(true)),
        ] {
            let refused = read(&json!({ member: value })).expect_err(member);
            assert_eq!(refused.code, ErrorCode::InvalidClientMetadata, "{member}");
            assert!(read(&json!({ member: null })).is_ok());
        }
        assert!(read(&json!({ "tls_client_certificate_bound_access_tokens": false })).is_ok());
    }

    #[test]
    fn a_sign_in_may_be_as_old_as_a_number_of_seconds_says() {
        let age = |value: Value| read(&json!({ "default_max_age": value })).map(|read| read.default_max_age);
        assert_eq!(age(json!(0)), Ok(Some(0)));
        assert_eq!(LONGEST_MAX_AGE, 3_162_240_000);
        assert_eq!(age(json!(LONGEST_MAX_AGE)), Ok(Some(LONGEST_MAX_AGE)));
        assert_eq!(age(Value::Null), Ok(None));
        for bad in [json!(-1), json!(1.5), json!("60"), json!(LONGEST_MAX_AGE + 1), json!([1])] {
            assert_eq!(age(bad).expect_err("no age").code, ErrorCode::InvalidClientMetadata);
        }
        let said = read(&json!({ "require_auth_time": true, "backchannel_logout_session_required": true }));
        let said = said.expect("good");
        assert!(said.require_auth_time && said.backchannel_logout_session_required);
    }

    #[test]
    fn grants_that_are_not_offered_are_left_out_as_long_as_the_code_grant_is_there() {
        let device = "urn:example:grant-of-tomorrow";
        let said = json!({ "grant_types": ["authorization_code", "refresh_token", "implicit", device] });
        let read = read(&said).expect("usable");
        assert_eq!(read.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_in_any_member_makes_it_panic(name in "[a-z_]{1,24}", text in ".*") {
            let _ = read(&json!({ name: text }));
            let _ = read(&json!({ "scope": text, "redirect_uris": [text], "grant_types": [text] }));
        }
    }
}
