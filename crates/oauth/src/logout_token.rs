//! The logout token (OIDC Back-Channel Logout §2.4): it tells an app that a session of one of its users has ended.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::Timestamp;
use crate::jose::{self, KeyError, SigningKey, TokenType};

/// How long it is good (§2.4 recommends two minutes at most). Each attempt to deliver makes a new one.
pub const LIFETIME: Duration = Duration::from_secs(120);

/// What `events` says that this token is about.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Everything that a logout token says.
#[derive(Clone, Copy, Debug)]
pub struct LogoutToken<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// The client that it is for.
    pub client_id: &'a str,
    /// The person, as that client knows them.
    pub subject: &'a str,
    /// The session, as the client's ID tokens named it.
    pub session_id: &'a str,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// Makes its id its own.
    pub random: [u8; 16],
}

/// No `nonce`: §2.4 forbids it, so that a logout token never passes for an ID token.
#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    events: serde_json::Value,
    sid: &'a str,
}

impl LogoutToken<'_> {
    /// The token on the wire.
    ///
    /// # Errors
    /// See [`jose::sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyError> {
        jose::sign(key, TokenType::Logout, &self.written())
    }

    fn written(&self) -> Written<'_> {
        Written {
            iss: self.issuer,
            sub: self.subject,
            aud: self.client_id,
            iat: self.issued_at.seconds(),
            exp: (self.issued_at + LIFETIME).seconds(),
            jti: URL_SAFE_NO_PAD.encode(self.random),
            events: serde_json::json!({ EVENT: {} }),
            sid: self.session_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{ISSUER, NOW, key};
    use crate::id_token::Hint;
    use crate::jose::{Alg, Jwks};

    fn token() -> LogoutToken<'static> {
        LogoutToken {
            issuer: ISSUER,
            client_id: "SDXE-AC-MYAPP",
            subject: "07070707-0707-4707-8707-070707070707",
            session_id: "22222222-2222-4222-8222-222222222222",
            issued_at: NOW,
            random: [7; 16],
        }
    }

    // security: S10
    #[test]
    fn it_says_whose_session_has_ended_and_nothing_that_an_id_token_says() {
        insta::assert_json_snapshot!(token().written(), @r#"
        {
          "iss": "https://id.example",
          "sub": "07070707-0707-4707-8707-070707070707",
          "aud": "SDXE-AC-MYAPP",
          "iat": 1800000000,
          "exp": 1800000120,
          "jti": "BwcHBwcHBwcHBwcHBwcHBw",
          "events": {
            "http://schemas.openid.net/event/backchannel-logout": {}
          },
          "sid": "22222222-2222-4222-8222-222222222222"
        }
        "#);
    }

    // security: S10, K02
    #[test]
    fn it_is_of_a_type_of_its_own() {
        let key = key(Alg::Rs256);
        let keys = Jwks::new([key.public().clone()]);
        let text = token().sign(&key).expect("signed");
        assert!(jose::verify::<serde_json::Value>(&keys, TokenType::Logout, &text).is_ok());
        assert!(jose::verify::<serde_json::Value>(&keys, TokenType::Access, &text).is_err());
        assert_eq!(Hint::verify(&keys, ISSUER, &text), None);
    }
}
