//! Access tokens on protected resources (RFC 6750, RFC 9449 §7): where one is taken from, whether it is presented as it is
//! bound, and how a refusal is announced.

use crate::error::{Error, ErrorCode};
use crate::jose::Alg;
use crate::parameters::Parameters;
use crate::scope::ScopeSet;

/// Longest token that is looked at.
const TOKEN_LIMIT_BYTES: usize = 16 * 1024;

/// How an access token is presented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// By itself (RFC 6750).
    #[default]
    Bearer,
    /// With a proof of the key that it is bound to (RFC 9449 §7.1).
    Dpop,
}

/// An access token as it is presented. Nothing of it is verified yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<'r> {
    /// The token.
    pub token: &'r str,
    /// How.
    pub scheme: Scheme,
}

/// Why a request to a protected resource is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `None` when no token was sent: there is nothing to complain about yet (RFC 6750 §3.1).
    pub error: Option<Error>,
    /// The scope that would have done.
    pub scope: Option<String>,
    /// How the token should have been presented.
    pub scheme: Scheme,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error: Some(error), scope: None, scheme: Scheme::Bearer }
    }
}

impl Refused {
    /// The refusal of a request without a token.
    #[must_use]
    pub fn no_token() -> Self {
        Self { error: None, scope: None, scheme: Scheme::Bearer }
    }

    /// The same refusal, for who should present a token like this.
    #[must_use]
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// The status of the answer.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self.error.as_ref().map(|error| error.code) {
            // RFC 9449 §7.1, §9: at a resource, what is wrong with the proof is a matter of who asks.
            None | Some(ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce) => 401,
            Some(code) => code.http_status(),
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1).
    #[must_use]
    pub fn challenge(&self) -> String {
        let mut text = match self.scheme {
            Scheme::Bearer => r#"Bearer realm="grantry""#.to_owned(),
            Scheme::Dpop => {
                format!(r#"DPoP realm="grantry", algs="{}""#, Alg::ALL.map(Alg::as_str).join(" "))
            }
        };
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
) -> Result<Shown<'r>, Refused> {
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
        let scheme = match scheme {
            _ if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
            _ if scheme.eq_ignore_ascii_case("dpop") => Scheme::Dpop,
            _ => return None,
        };
        Some(Shown { token: token.trim_start(), scheme })
    });
    let shown = match (in_header, form.and_then(|form| form.get("access_token"))) {
        // RFC 6750 §2: not more than one way in each request.
        (Some(_), Some(_)) => return refuse("the access token was sent in two places"),
        (Some(shown), None) => shown,
        (None, Some(token)) => Shown { token, scheme: Scheme::Bearer },
        (None, None) => return Err(Refused::no_token()),
    };
    // RFC 6750 §2.1: b64token.
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    if shown.token.len() > TOKEN_LIMIT_BYTES || !shown.token.bytes().all(allowed) {
        let error = Error::new(ErrorCode::InvalidToken, "the access token is malformed");
        return Err(Refused::from(error).with_scheme(shown.scheme));
    }
    Ok(shown)
}

/// Checks that a token is presented as it is bound. `bound_to` is its key's thumbprint, `proved` that of a proof that
/// was verified for this request and this token.
///
/// # Errors
/// `invalid_token`.
pub fn check_binding(scheme: Scheme, bound_to: Option<&str>, proved: Option<&str>) -> Result<(), Refused> {
    let description = match (scheme, bound_to, proved) {
        (Scheme::Bearer, None, _) => return Ok(()),
        (Scheme::Dpop, Some(bound), Some(proved)) if bound == proved => return Ok(()),
        // RFC 9449 §7.2: a bound token by itself is what a thief has.
        (Scheme::Bearer, Some(_), _) => "the access token is bound to a key: send it as DPoP, with a proof",
        (Scheme::Dpop, Some(_), _) => "the DPoP proof is not of the key that the access token is bound to",
        (Scheme::Dpop, None, _) => "the access token is not bound to a key: send it as Bearer",
    };
    let asks_for = if bound_to.is_some() { Scheme::Dpop } else { Scheme::Bearer };
    Err(Refused::from(Error::new(ErrorCode::InvalidToken, description)).with_scheme(asks_for))
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
    Err(Refused { scope: any_of.first().map(|scope| (*scope).to_owned()), ..Refused::from(error) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::examples::{form, scopes};

    fn read<'r>(
        authorization: Option<&'r str>,
        query: &Parameters,
        form: Option<&'r Parameters>,
    ) -> Result<&'r str, Refused> {
        super::read(authorization, query, form).map(|shown| shown.token)
    }

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
    fn a_token_may_have_16_kib_and_no_more() {
        let (none, longest) = (form(&[]), "a".repeat(16 * 1024));
        assert_eq!(read(Some(&format!("Bearer {longest}")), &none, None), Ok(longest.as_str()));
        let longer = format!("Bearer {longest}a");
        assert_eq!(code(read(Some(&longer), &none, None)), Some(ErrorCode::InvalidToken));
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
        for header in [None, Some(""), Some("Bearer"), Some("Bearer "), Some("DPoP"), Some("Basic QTpC")] {
            let refused = read(header, &none, None).expect_err("no token");
            assert_eq!(refused.http_status(), 401);
            assert_eq!(refused.challenge(), r#"Bearer realm="grantry""#, "{header:?}");
        }
    }

    // security: D02
    #[test]
    fn a_bound_token_is_good_with_a_proof_of_its_key_alone() {
        let none = form(&[]);
        for header in ["DPoP ey.a.b", "dpop   ey.a.b"] {
            let shown = super::read(Some(header), &none, None);
            assert_eq!(shown, Ok(Shown { token: "ey.a.b", scheme: Scheme::Dpop }), "{header}");
        }
        let key = Some("key");
        assert_eq!(check_binding(Scheme::Bearer, None, None), Ok(()));
        assert_eq!(check_binding(Scheme::Dpop, key, key), Ok(()));
        for (scheme, bound_to, proved, asks_for) in [
            (Scheme::Bearer, key, None, Scheme::Dpop),
            (Scheme::Bearer, key, key, Scheme::Dpop),
            (Scheme::Dpop, key, None, Scheme::Dpop),
            (Scheme::Dpop, key, Some("other"), Scheme::Dpop),
            (Scheme::Dpop, None, key, Scheme::Bearer),
            (Scheme::Dpop, None, None, Scheme::Bearer),
        ] {
            let refused = check_binding(scheme, bound_to, proved).expect_err("not as it is bound");
            assert_eq!((refused.http_status(), refused.scheme), (401, asks_for));
            assert_eq!(refused.error.map(|error| error.code), Some(ErrorCode::InvalidToken));
        }
    }

    // security: D01
    #[test]
    fn a_refused_proof_is_announced_with_the_algorithms_that_would_do() {
        let error = Error::new(ErrorCode::UseDpopNonce, "a nonce is needed");
        let refused = Refused::from(error).with_scheme(Scheme::Dpop);
        assert_eq!(refused.http_status(), 401);
        insta::assert_snapshot!(refused.challenge(), @r#"DPoP realm="grantry", algs="ES256 RS256 PS256 EdDSA", error="use_dpop_nonce", error_description="a nonce is needed""#);
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
