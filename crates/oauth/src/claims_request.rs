//! The `claims` parameter (OIDC Core §5.5): claims that a client asks for one by one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::claims;
use crate::error::{Error, ErrorCode};
use crate::scope::ScopeSet;

/// What a client asks for beyond its scopes. Only claims that exist here are in it: others are left out of the answer
/// anyway (OIDC Core §5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// Claims to be in userinfo.
    pub userinfo: Vec<String>,
    /// Claims to be in the ID token.
    pub id_token: Vec<String>,
    /// The only person to whom the client wants an answer: the `sub` that it knows.
    pub subject: Option<String>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for what is no such object, or names two people; `unmet_authentication_requirements` when a way
    /// to sign in is essential: none has a name here.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let asked: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| invalid("claims must be a JSON object"))?;
        let member = |name: &str| match asked.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(claims)) => Ok(claims.clone()),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err(invalid("userinfo and id_token in claims must be JSON objects"))
            }
        };
        let (userinfo, id_token) = (member("userinfo")?, member("id_token")?);
        let odd = |value: &Value| !value.is_null() && !value.is_object();
        if userinfo.values().chain(id_token.values()).any(odd) {
            return Err(invalid("each claim in claims must be null or a JSON object"));
        }
        if id_token.get("acr").is_some_and(is_essential) {
            // OIDC Core §5.5.1.1: what is essential and cannot be met is a failed authentication.
            let description = "no authentication context class can be promised";
            return Err(Error::new(ErrorCode::UnmetAuthenticationRequirements, description));
        }
        let names = |claims: &Map<String, Value>| {
            // In an order of our own: that of a JSON object says nothing.
            let known = claims.keys().filter(|name| claims::scope_of(name).is_some());
            known.cloned().collect::<BTreeSet<String>>().into_iter().collect()
        };
        let subject = match (subject(&id_token)?, subject(&userinfo)?) {
            (Some(one), Some(other)) if one != other => return Err(invalid("claims names two subjects")),
            (one, other) => one.or(other),
        };
        Ok(Self { userinfo: names(&userinfo), id_token: names(&id_token), subject })
    }

    /// The scopes whose consent covers what is asked for.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        self.userinfo.iter().chain(&self.id_token).filter_map(|name| claims::scope_of(name)).collect()
    }
}

/// Whether a claim is asked for with a value that it must have.
fn is_essential(wish: &Value) -> bool {
    let valued = wish.get("value").is_some() || wish.get("values").is_some();
    valued && wish.get("essential").and_then(Value::as_bool) == Some(true)
}

/// The value that `sub` must have.
fn subject(claims: &Map<String, Value>) -> Result<Option<String>, Error> {
    match claims.get("sub").and_then(|wish| wish.get("value")) {
        None => Ok(None),
        Some(Value::String(subject)) => Ok(Some(subject.clone())),
        Some(_) => Err(invalid("the value of sub in claims must be text")),
    }
}

fn invalid(description: &'static str) -> Error {
    Error::new(ErrorCode::InvalidRequest, description)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::scopes;

    fn refused(text: &str) -> ErrorCode {
        ClaimsRequest::parse(text).expect_err(text).code
    }

    // security: A17
    #[test]
    fn claims_are_asked_for_by_name_and_unknown_ones_are_left_out() {
        let text = r#"{"userinfo":{"name":{"essential":true},"email":null,"shoe_size":null},
            "id_token":{"phone_number":{"value":"+1"},"iss":null,"acr":{"values":["gold"]}},"extra":1}"#;
        let asked = ClaimsRequest::parse(text).expect("good");
        assert_eq!(asked.userinfo, ["email", "name"]);
        assert_eq!(asked.id_token, ["phone_number"]);
        assert_eq!(asked.scopes(), scopes("email profile phone"));
        for nothing in ["{}", r#"{"userinfo":null}"#, r#"{"userinfo":{},"id_token":{}}"#] {
            assert_eq!(ClaimsRequest::parse(nothing), Ok(ClaimsRequest::default()));
        }
    }

    #[test]
    fn one_person_may_be_meant() {
        let of = |text: &str| ClaimsRequest::parse(text).expect(text).subject;
        assert_eq!(of(r#"{"id_token":{"sub":{"value":"tony"}}}"#).as_deref(), Some("tony"));
        assert_eq!(
            of(r#"{"userinfo":{"sub":{"value":"tony"}},"id_token":{"sub":null}}"#).as_deref(),
            Some("tony")
        );
        let two = r#"{"userinfo":{"sub":{"value":"tony"}},"id_token":{"sub":{"value":"pepper"}}}"#;
        assert_eq!(refused(two), ErrorCode::InvalidRequest);
        assert_eq!(refused(r#"{"id_token":{"sub":{"value":1}}}"#), ErrorCode::InvalidRequest);
    }

    #[test]
    fn what_is_malformed_or_cannot_be_promised_is_refused() {
        for bad in ["", "[]", "1", "{", r#"{"userinfo":[]}"#, r#"{"id_token":{"name":true}}"#] {
            assert_eq!(refused(bad), ErrorCode::InvalidRequest, "{bad}");
        }
        let gold = r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#;
        assert_eq!(refused(gold), ErrorCode::UnmetAuthenticationRequirements);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reading_panic(text in ".{0,60}", name in "[a-z_]{1,12}") {
            let _ = ClaimsRequest::parse(&text);
            let _ = ClaimsRequest::parse(&format!(r#"{{"userinfo":{{"{name}":null}},"id_token":{{"{name}":{{}}}}}}"#));
        }
    }
}
