//! Access tokens on protected resources (RFC 6750): where one is taken from, and how a refusal is announced.

use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::scope::ScopeSet;

/// Longest token that is looked at.
const TOKEN_LIMIT_BYTES: usize = 16 * 1024;

/// Why a request to a protected resource is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `None` when no token was sent: there is nothing to complain about yet (RFC 6750 §3.1).
    pub error: Option<Error>,
    /// The scope that would have done.
    pub scope: Option<String>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error: Some(error), scope: None }
    }
}

impl Refused {
    /// The status of the answer.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.error.as_ref().map_or(401, |error| error.code.http_status())
    }

    /// The value of `WWW-Authenticate` (RFC 6750 §3).
    #[must_use]
    pub fn challenge(&self) -> String {
        let mut text = r#"Bearer realm="grantry""#.to_owned();
        // Neither descriptions nor scopes can have a quote or a backslash: `Error::new` and `ScopeSet` see to it.
        let mut put = |name: &str, value: &str| text.extend([", ", name, "=\"", value, "\""]);
        if let Some(error) = &self.error {
            put("error", error.code.as_str());
            put("error_description", error.description);
        }
        if let Some(scope) = &self.scope {
            put("scope", scope);
        }
        text
    }
}

/// Finds the token of a request. `authorization` is the header's value; `form` is the body, where the endpoint takes
/// forms.
///
/// # Errors
/// No error code when there is no token; `invalid_request` when there are two, or one in the query; `invalid_token` for
/// what cannot be one.
pub fn read<'r>(
    authorization: Option<&'r str>,
    query: &Parameters,
    form: Option<&'r Parameters>,
) -> Result<&'r str, Refused> {
    let refuse = |description| Err(Error::new(ErrorCode::InvalidRequest, description).into());
    // OAuth 2.1 §5.2: never in the query, which ends up in logs and histories.
    if query.all("access_token").next().is_some() {
        return refuse("the access token must not be sent in the query");
    }
    if form.is_some_and(|form| form.is_twice("access_token")) {
        return refuse("access_token was sent twice");
    }
    let in_header = authorization.and_then(|header| {
        let (scheme, token) = header.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
    });
    let token = match (in_header, form.and_then(|form| form.get("access_token"))) {
        // RFC 6750 §2: not more than one way in each request.
        (Some(_), Some(_)) => return refuse("the access token was sent in two places"),
        (Some(token), None) | (None, Some(token)) => token,
        (None, None) => return Err(Refused { error: None, scope: None }),
    };
    // RFC 6750 §2.1: b64token.
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    if token.len() > TOKEN_LIMIT_BYTES || !token.bytes().all(allowed) {
        return Err(Error::new(ErrorCode::InvalidToken, "the access token is malformed").into());
    }
    Ok(token)
}

/// Checks that a token has one of the scopes that would do, the smallest of which comes first.
///
/// # Errors
/// `insufficient_scope`, which names the smallest.
pub fn require_scope(granted: &ScopeSet, any_of: &[&str]) -> Result<(), Refused> {
    if any_of.iter().any(|scope| granted.contains(scope)) {
        return Ok(());
    }
    let error = Error::new(ErrorCode::InsufficientScope, "the access token lacks a scope");
    Err(Refused { error: Some(error), scope: any_of.first().map(|scope| (*scope).to_owned()) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{form, scopes};

    fn code(result: Result<&str, Refused>) -> Option<ErrorCode> {
        result.expect_err("refused").error.map(|error| error.code)
    }

    // security: U01
    #[test]
    fn a_token_comes_in_the_header_or_in_the_form() {
        let none = form(&[]);
        for header in ["Bearer ey.a.b", "bearer ey.a.b", "BEARER   ey.a.b", " Bearer ey.a.b "] {
            assert_eq!(read(Some(header), &none, None), Ok("ey.a.b"), "{header}");
        }
        let body = form(&[("access_token", "ey.a.b")]);
        assert_eq!(read(None, &none, Some(&body)), Ok("ey.a.b"));
        assert_eq!(read(Some("Basic QTpC"), &none, Some(&body)), Ok("ey.a.b"), "Basic is no bearer token");
    }

    // security: U01
    #[test]
    fn a_token_in_the_query_or_in_two_places_is_refused() {
        let none = form(&[]);
        let token = form(&[("access_token", "ey.a.b")]);
        let twice = form(&[("access_token", "a"), ("access_token", "b")]);
        let bad = Some(ErrorCode::InvalidRequest);
        assert_eq!(code(read(None, &token, None)), bad);
        assert_eq!(code(read(Some("Bearer ey.a.b"), &token, None)), bad);
        assert_eq!(code(read(None, &twice, None)), bad);
        assert_eq!(code(read(Some("Bearer ey.a.b"), &none, Some(&token))), bad);
        assert_eq!(code(read(None, &none, Some(&twice))), bad);
    }

    // security: U01
    #[test]
    fn without_a_token_there_is_a_challenge_and_no_error() {
        let none = form(&[]);
        for header in
            [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic QTpC"), Some("DPoP ey.a.b")]
        {
            let refused = read(header, &none, None).expect_err("no token");
            assert_eq!(refused.http_status(), 401);
            assert_eq!(refused.challenge(), r#"Bearer realm="grantry""#, "{header:?}");
        }
    }

    // security: U01
    #[test]
    fn what_cannot_be_a_token_is_an_invalid_one() {
        let long = format!("Bearer {}", "a".repeat(TOKEN_LIMIT_BYTES + 1));
        for header in ["Bearer a b", "Bearer a\"b", "Bearer a\u{e4}", &long] {
            assert_eq!(code(read(Some(header), &form(&[]), None)), Some(ErrorCode::InvalidToken));
        }
    }

    // security: U01
    #[test]
    fn the_challenge_names_the_error_and_the_scope_that_would_do() {
        let granted = scopes("openid identity:account-users.manage");
        let accepted = ["identity:account-users.read", "identity:account-users.manage"];
        assert_eq!(require_scope(&granted, &accepted), Ok(()));
        let refused = require_scope(&scopes("openid"), &accepted).expect_err("lacks it");
        assert_eq!(refused.http_status(), 403);
        insta::assert_snapshot!(refused.challenge(), @r#"Bearer realm="grantry", error="insufficient_scope", error_description="the access token lacks a scope", scope="identity:account-users.read""#);
        let expired = Refused::from(Error::new(ErrorCode::InvalidToken, "the access token has expired"));
        assert_eq!(expired.http_status(), 401);
        insta::assert_snapshot!(expired.challenge(), @r#"Bearer realm="grantry", error="invalid_token", error_description="the access token has expired""#);
    }

    proptest! {
        #[test]
        fn no_header_makes_the_reading_panic_and_what_is_read_is_plain(header in ".*") {
            if let Ok(token) = read(Some(&header), &form(&[]), None) {
                prop_assert!(token.bytes().all(|b| b.is_ascii_graphic()));
                prop_assert!(header.contains(token));
            }
        }
    }
}
