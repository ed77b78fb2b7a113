//! Introspection (RFC 7662): who may see a token, and what they see.

use serde::Serialize;

use crate::Timestamp;
use crate::access_token::{Actor, Claims, Confirmation};
use crate::catalogue::Api;
use crate::scope::ScopeSet;

/// The whole answer about a token that is unknown, dead, or none of the caller's business (RFC 7662 §2.2: these are not
/// told apart).
pub const INACTIVE: &str = r#"{"active":false}"#;

/// Who asks. Both have authenticated.
#[derive(Clone, Copy, Debug)]
pub enum Caller<'a> {
    /// An API, with its API secret.
    Api(&'a Api),
    /// An app, with its client secret; this is its `client_id`.
    Client(&'a str),
}

/// What the caller sees of a living token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Active<'a> {
    active: bool,
    iss: &'a str,
    sub: &'a str,
    client_id: &'a str,
    scope: &'a ScopeSet,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    aud: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    account_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pii: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

/// A living refresh token, as the server stored it.
#[derive(Clone, Copy, Debug)]
pub struct Refresh<'a> {
    /// Who issued it.
    pub issuer: &'a str,
    /// In whose name it gets access tokens.
    pub subject: &'a str,
    /// The client that it was issued to.
    pub client_id: &'a str,
    /// What was granted.
    pub scopes: &'a ScopeSet,
    /// The account.
    pub account_code: &'a str,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends, if it is not used before.
    pub expires_at: Timestamp,
    /// The thumbprint of the key that it is bound to.
    pub jkt: Option<&'a str>,
}

impl Caller<'_> {
    /// Whether the caller may see an access token: an API those that are for it (RFC 7662 §4: an API learns nothing of
    /// what a client may do at another), an app its own.
    #[must_use]
    pub fn may_see(self, token: &Claims) -> bool {
        match self {
            Self::Api(api) => token.is_for(&api.name) || api.resources.iter().any(|uri| token.is_for(uri)),
            Self::Client(client_id) => token.client_id == client_id,
        }
    }

    /// What the caller sees of an access token that is verified, not revoked, and whose grant still stands. `username`
    /// is the person's address; it is shown only when it was granted. `None`: answer [`INACTIVE`].
    #[must_use]
    pub fn access<'t>(self, token: &'t Claims, username: Option<&'t str>) -> Option<Active<'t>> {
        self.may_see(token).then(|| Active {
            active: true,
            iss: &token.issuer,
            sub: &token.subject,
            client_id: &token.client_id,
            scope: &token.scopes,
            exp: token.expires_at.seconds(),
            iat: token.issued_at.seconds(),
            nbf: Some(token.not_before.seconds()),
            aud: &token.audience,
            jti: Some(&token.jti),
            // RFC 9449 §6.2
            token_type: Some(if token.jkt.is_some() { "DPoP" } else { "Bearer" }),
            username: username.filter(|_| token.scopes.contains("email")),
            account_code: &token.account_code,
            pii: Some(token.pii_mode.as_str()),
            cnf: token.jkt.as_deref().map(|jkt| Confirmation { jkt }),
            act: token.actor.as_deref().map(|sub| Actor { sub }),
            test: token.is_test,
        })
    }

    /// What the caller sees of a refresh token whose grant still stands: only its client sees it, because no API has
    /// any business with it. `None`: answer [`INACTIVE`].
    #[must_use]
    pub fn refresh(self, token: Refresh<'_>) -> Option<Active<'_>> {
        match self {
            Self::Client(client_id) if client_id == token.client_id => Some(Active {
                active: true,
                iss: token.issuer,
                sub: token.subject,
                client_id: token.client_id,
                scope: token.scopes,
                exp: token.expires_at.seconds(),
                iat: token.issued_at.seconds(),
                nbf: None,
                aud: &[],
                jti: None,
                token_type: None,
                username: None,
                account_code: token.account_code,
                pii: None,
                cnf: token.jkt.map(|jkt| Confirmation { jkt }),
                act: None,
                test: false,
            }),
            Self::Client(_) | Self::Api(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;

    use super::*;
    use crate::client::PiiMode;
    use crate::examples::{ISSUER, NOW, catalogue, scopes};

    fn token(audience: &[&str], scope: &str) -> Claims {
        Claims {
            issuer: ISSUER.into(),
            subject: "07070707-0707-4707-8707-070707070707".into(),
            audience: audience.iter().map(|a| (*a).to_owned()).collect(),
            expires_at: Timestamp(NOW.0 + 3_600_000),
            issued_at: NOW,
            not_before: NOW,
            jti: "grt_1.x".into(),
            client_id: "SDXE-AC-MYAPP".into(),
            scopes: scopes(scope),
            account_code: "HOTL".into(),
            pii_mode: PiiMode::Hide,
            jkt: None,
            actor: None,
            is_test: false,
        }
    }

    // security: D02
    #[test]
    fn a_bound_token_shows_its_key_and_an_exchanged_one_who_acts() {
        let catalogue = catalogue();
        let bound = Claims {
            jkt: Some("key".into()),
            actor: Some("SDXE-AC-BACK".into()),
            ..token(&["api"], "reservations.read")
        };
        let shown = Caller::Api(&catalogue.apis()[0]).access(&bound, None);
        let shown = serde_json::to_value(shown).expect("JSON");
        assert_eq!(shown["token_type"], "DPoP");
        assert_eq!(shown["cnf"], serde_json::json!({ "jkt": "key" }));
        assert_eq!(shown["act"], serde_json::json!({ "sub": "SDXE-AC-BACK" }));
    }

    // security: U02
    #[test]
    fn an_api_sees_what_it_needs_to_decide() {
        let catalogue = catalogue();
        let api = &catalogue.apis()[0];
        let token = token(&["https://id.example/resources", "api"], "openid email reservations.read");
        assert_json_snapshot!(Caller::Api(api).access(&token, Some("tony@stark.example")), @r#"
        {
          "active": true,
          "iss": "https://id.example",
          "sub": "07070707-0707-4707-8707-070707070707",
          "client_id": "SDXE-AC-MYAPP",
          "scope": "openid email reservations.read",
          "exp": 1800003600,
          "iat": 1800000000,
          "nbf": 1800000000,
          "aud": [
            "https://id.example/resources",
            "api"
          ],
          "jti": "grt_1.x",
          "token_type": "Bearer",
          "username": "tony@stark.example",
          "account_code": "HOTL",
          "pii": "hide"
        }
        "#);
    }

    // security: U02
    #[test]
    fn an_api_sees_tokens_of_its_audience_and_an_app_its_own() {
        let catalogue = catalogue();
        let [api, payment, _] = catalogue.apis() else { panic!("three APIs") };
        let sees = |caller: Caller<'_>, audience| caller.access(&token(audience, "openid"), None).is_some();
        assert!(sees(Caller::Api(api), &["https://id.example/resources", "api"]));
        assert!(sees(Caller::Api(api), &["https://api.example/mcp"]));
        assert!(!sees(Caller::Api(payment), &["https://id.example/resources", "api"]));
        assert!(!sees(Caller::Api(payment), &["https://api.example/mcp"]));
        assert!(sees(Caller::Client("SDXE-AC-MYAPP"), &["api"]));
        assert!(!sees(Caller::Client("SDXE-AC-OTHER"), &["api"]));
        assert!(!sees(Caller::Client("api"), &["api"]), "a client is not an API, whatever its name");
    }

    // security: U02
    #[test]
    fn the_address_is_shown_only_when_it_was_granted() {
        let token = token(&["api"], "openid");
        let seen = Caller::Client("SDXE-AC-MYAPP").access(&token, Some("tony@stark.example"));
        assert_eq!(seen.expect("its own").username, None);
    }

    // security: U02
    #[test]
    fn a_refresh_token_is_seen_by_its_client_alone() {
        let catalogue = catalogue();
        let granted = scopes("openid offline_access");
        let refresh = Refresh {
            issuer: ISSUER,
            subject: "07070707-0707-4707-8707-070707070707",
            client_id: "SDXE-AC-MYAPP",
            scopes: &granted,
            account_code: "HOTL",
            issued_at: NOW,
            expires_at: Timestamp(NOW.0 + 1_000),
            jkt: None,
        };
        assert_json_snapshot!(Caller::Client("SDXE-AC-MYAPP").refresh(refresh), @r#"
        {
          "active": true,
          "iss": "https://id.example",
          "sub": "07070707-0707-4707-8707-070707070707",
          "client_id": "SDXE-AC-MYAPP",
          "scope": "openid offline_access",
          "exp": 1800000001,
          "iat": 1800000000,
          "account_code": "HOTL"
        }
        "#);
        assert_eq!(Caller::Client("SDXE-AC-OTHER").refresh(refresh), None);
        for api in catalogue.apis() {
            assert_eq!(Caller::Api(api).refresh(refresh), None);
        }
    }
}
