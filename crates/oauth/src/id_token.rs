//! The ID token (OIDC Core §2): what it says to the client, and how an old one comes back as a hint.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Timestamp;
use crate::jose::{self, Alg, Jwks, KeyError, SigningKey, TokenType};
use crate::one_or_many;

/// How long an ID token may be used to sign somebody in.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// Everything that an ID token says. Names and addresses are in userinfo (OIDC Core §5.4: where an access token is
/// issued, that is their place).
#[derive(Clone, Copy, Debug)]
pub struct IdToken<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// The client that it is for.
    pub client_id: &'a str,
    /// The person.
    pub person_id: &'a str,
    /// The account that the person chose.
    pub account_code: &'a str,
    /// When the person last proved who they are. A refreshed token repeats the first one's (OIDC Core §12.2).
    pub auth_time: Timestamp,
    /// How they did (RFC 8176).
    pub amr: &'a [&'a str],
    /// The public name of their session, for logouts; `None` once there is none.
    pub session_id: Option<&'a str>,
    /// What the authorization request said; `None` in a refreshed token.
    pub nonce: Option<&'a str>,
    /// The access token beside it.
    pub access_token: Option<&'a str>,
    /// Claims that the client asked for one by one (OIDC Core §5.5).
    pub asked: Option<&'a Map<String, Value>>,
    /// When it is issued.
    pub issued_at: Timestamp,
}

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    amr: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    account_code: &'a str,
    #[serde(flatten)]
    asked: Option<&'a Map<String, Value>>,
}

impl IdToken<'_> {
    /// The token on the wire.
    ///
    /// # Errors
    /// See [`jose::sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyError> {
        jose::sign(key, TokenType::Id, &self.written(key.alg()))
    }

    fn written(&self, alg: Alg) -> Written<'_> {
        Written {
            iss: self.issuer,
            sub: self.person_id,
            aud: self.client_id,
            exp: (self.issued_at + LIFETIME).seconds(),
            iat: self.issued_at.seconds(),
            auth_time: self.auth_time.seconds(),
            nonce: self.nonce,
            amr: self.amr,
            at_hash: self.access_token.map(|token| half_hash(alg, token)),
            sid: self.session_id,
            account_code: self.account_code,
            asked: self.asked,
        }
    }
}

/// OIDC Core §3.1.3.6: the left half of the hash that the token's own algorithm uses. Ed25519 uses SHA-512 (RFC 8032
/// §5.1), which certified clients expect here too.
fn half_hash(alg: Alg, text: &str) -> String {
    let hash = match alg {
        Alg::Es256 | Alg::Rs256 | Alg::Ps256 => &digest::SHA256,
        Alg::EdDsa => &digest::SHA512,
    };
    let whole = digest::digest(hash, text.as_bytes());
    let (left, _) = whole.as_ref().split_at(whole.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// An ID token that came back as `id_token_hint`. It tells whom the client means; it signs nobody in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Hint {
    #[serde(rename = "iss")]
    issuer: String,
    /// The person.
    #[serde(rename = "sub")]
    pub person_id: String,
    #[serde(rename = "aud", deserialize_with = "one_or_many::read")]
    audience: Vec<String>,
    /// The session in which it was issued.
    #[serde(rename = "sid")]
    pub session_id: Option<String>,
    /// The code of the account for which it was issued.
    pub account_code: Option<String>,
    /// It may be over, but every ID token has an end; signed userinfo has none.
    #[serde(rename = "exp")]
    _expires: i64,
}

impl Hint {
    /// Reads a hint that this server signed. An expired one is as good (RP-Initiated Logout §2: accept it even when its
    /// time has passed), so `keys` should know retired keys too.
    #[must_use]
    pub fn verify(keys: &Jwks, issuer: &str, text: &str) -> Option<Self> {
        let hint: Self = jose::verify(keys, TokenType::Id, text).ok()?;
        (hint.issuer == issuer).then_some(hint)
    }

    /// The client that it was issued to: an ID token made here has exactly one.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match self.audience.as_slice() {
            [client_id] => Some(client_id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::client::PiiMode;
    use crate::examples::{ISSUER, NOW, key};

    fn id_token() -> IdToken<'static> {
        IdToken {
            issuer: ISSUER,
            client_id: "SDXE-AC-MYAPP",
            person_id: "07070707-0707-4707-8707-070707070707",
            account_code: "HOTL",
            auth_time: Timestamp(1_799_999_000_000),
            amr: &["pwd"],
            session_id: Some("22222222-2222-4222-8222-222222222222"),
            nonce: Some("n-0S6_WzA2Mj"),
            access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            issued_at: NOW,
            asked: None,
        }
    }

    // security: K01
    #[test]
    fn it_says_who_signed_in_when_how_and_for_which_client() {
        let json = serde_json::to_string_pretty(&id_token().written(Alg::Rs256)).expect("JSON");
        assert_snapshot!(json, @r#"
        {
          "iss": "https://id.example",
          "sub": "07070707-0707-4707-8707-070707070707",
          "aud": "SDXE-AC-MYAPP",
          "exp": 1800003600,
          "iat": 1800000000,
          "auth_time": 1799999000,
          "nonce": "n-0S6_WzA2Mj",
          "amr": [
            "pwd"
          ],
          "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
          "sid": "22222222-2222-4222-8222-222222222222",
          "account_code": "HOTL"
        }
        "#);
    }

    // security: K01, T15
    #[test]
    fn a_refreshed_one_has_no_nonce_and_one_without_a_session_no_sid() {
        let token = IdToken { nonce: None, session_id: None, access_token: None, amr: &[], ..id_token() };
        let claims = serde_json::to_value(token.written(Alg::Es256)).expect("JSON");
        for absent in ["nonce", "sid", "at_hash", "amr"] {
            assert!(claims.get(absent).is_none(), "{absent}");
        }
        assert_eq!(claims["auth_time"], 1_799_999_000);
    }

    // security: K01
    #[test]
    fn the_half_hash_is_that_of_the_signing_algorithm() {
        // The example of OIDC Core appendix A.3.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        for alg in [Alg::Rs256, Alg::Es256, Alg::Ps256] {
            assert_eq!(half_hash(alg, token), "77QmUPtjPfzWtF2AnpK9RQ");
        }
        assert_eq!(half_hash(Alg::EdDsa, token).len(), 43, "half of SHA-512");
    }

    // security: S09, A16
    #[test]
    fn an_old_hint_of_ours_is_understood_and_nobody_elses() {
        let ours = key(Alg::Rs256);
        let keys = Jwks::new([ours.public().clone()]);
        let old = IdToken { issued_at: Timestamp(0), ..id_token() }.sign(&ours).expect("signed");
        let hint = Hint::verify(&keys, ISSUER, &old).expect("ours");
        assert_eq!(hint.client_id(), Some("SDXE-AC-MYAPP"));
        assert_eq!(hint.person_id, id_token().person_id);
        assert_eq!(hint.session_id.as_deref(), id_token().session_id);
        assert_eq!(hint.account_code.as_deref(), Some(id_token().account_code));
        let foreign = id_token().sign(&key(Alg::Rs256)).expect("signed");
        assert_eq!(Hint::verify(&keys, ISSUER, &foreign), None);
        assert_eq!(Hint::verify(&keys, "https://other.example", &old), None);
        for garbage in ["", "ey", "a.b.c", &old[..old.len() - 4]] {
            assert_eq!(Hint::verify(&keys, ISSUER, garbage), None);
        }
    }

    // security: K02
    #[test]
    fn an_access_token_is_no_hint_and_a_hint_is_no_access_token() {
        use crate::access_token::{AccessToken, Claims, Invalid, Owner};
        let key = key(Alg::Es256);
        let keys = Jwks::new([key.public().clone()]);
        let scopes = crate::examples::scopes("openid");
        let access = AccessToken {
            issuer: ISSUER,
            client_id: "SDXE-SP-MINE",
            owner: Owner::Client,
            account_code: "SDXE",
            audience: &["https://id.example/resources"],
            scopes: &scopes,
            pii_mode: PiiMode::Hide,
            issued_at: NOW,
            lifetime: LIFETIME,
            random: [0; 16],
            jkt: None,
            actor: None,
            parent: None,
            is_test: false,
            preset: crate::compat::Preset::None,
        };
        assert_eq!(Hint::verify(&keys, ISSUER, &access.sign(&key).expect("signed")), None);
        let id = id_token().sign(&key).expect("signed");
        let wrong = Err(Invalid::Forged(jose::VerifyError::WrongType));
        assert_eq!(Claims::verify(&keys, ISSUER, &id, NOW), wrong);
    }

    // security: K01, K03
    #[test]
    fn an_independent_library_accepts_it_for_every_algorithm() {
        for alg in Alg::ALL {
            let key = key(alg);
            let text = IdToken { issued_at: Timestamp(4_000_000_000_000), ..id_token() }.sign(&key);
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.public().to_json()).expect("a JWK");
            let text = text.expect("signed");
            let header = jsonwebtoken::decode_header(&text).expect("a header");
            let mut rules = jsonwebtoken::Validation::new(header.alg);
            rules.set_audience(&["SDXE-AC-MYAPP"]);
            rules.set_issuer(&[ISSUER]);
            let their_key = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("a key");
            let read = jsonwebtoken::decode::<Value>(&text, &their_key, &rules).expect("verified");
            assert_eq!(read.claims["nonce"], "n-0S6_WzA2Mj");
        }
    }
}
