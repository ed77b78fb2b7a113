//! The three parts with two dots between (RFC 7515 §7.1): sign and verify.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Alg, Jwks, KeyError, PublicKey, SigningKey, TokenType};

/// Largest token that is looked at; ours are under 4 KiB.
const TOKEN_LIMIT_BYTES: usize = 16 * 1024;

/// Why a token was not accepted. For the log: callers answer all of them alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not three base64url parts with JSON in the first two, or too long.
    #[error("the token is malformed")]
    Malformed,
    /// `typ` says another kind of token.
    #[error("the token is of another type")]
    WrongType,
    /// No key of this id, or the header's `alg` is not the key's.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// The header has `crit` members, none of which we know.
    #[error("the token has critical headers")]
    Critical,
    /// `alg` is none of those that are allowed here.
    #[error("the token's algorithm is not allowed")]
    WrongAlg,
    /// The signature does not fit.
    #[error("the token's signature is wrong")]
    BadSignature,
}

/// Room for the claims of one token; most need half of it.
const CLAIMS_BYTES: usize = 1024;

/// Signs claims as a compact JWS.
///
/// # Errors
/// [`KeyError::Malformed`] when the claims are no JSON, [`KeyError::Refused`] when signing fails.
pub fn sign<C: Serialize>(key: &SigningKey, token: TokenType, claims: &C) -> Result<String, KeyError> {
    let mut payload = Vec::with_capacity(CLAIMS_BYTES);
    serde_json::to_writer(&mut payload, claims).map_err(|_| KeyError::Malformed)?;
    let header = key.header(token);
    let mut text = String::with_capacity(header.len() + payload.len() * 4 / 3 + 360);
    text.push_str(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(&payload, &mut text);
    let signature = key.signature(text.as_bytes())?;
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(&signature, &mut text);
    Ok(text)
}

/// Only what we act on: `jku`, `x5u` and `x5c` are never looked at (RFC 8725 §3.10), and `jwk` by
/// [`verify_by_own_key`] alone.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
    jwk: Option<serde_json::Value>,
}

/// A JWS taken apart, of which nothing is believed yet.
pub(super) struct Parts<'t> {
    header: Header,
    message: &'t str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'t> Parts<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, VerifyError> {
        if text.len() > TOKEN_LIMIT_BYTES {
            return Err(VerifyError::Malformed);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(VerifyError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(VerifyError::Malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::Malformed);
        let header: Header = json(&decode(header)?)?;
        // RFC 7515 §4.1.11: a critical header that is not understood makes the token invalid.
        if header.crit.is_some() {
            return Err(VerifyError::Critical);
        }
        Ok(Self { header, message, payload: decode(payload)?, signature: decode(signature)? })
    }

    /// The parts of a token that says that it is of this type (RFC 8725 §3.11).
    fn of(typ: &str, text: &'t str) -> Result<Self, VerifyError> {
        let parts = Self::read(text)?;
        let fits = parts.typ().is_some_and(|said| said.eq_ignore_ascii_case(typ));
        if fits { Ok(parts) } else { Err(VerifyError::WrongType) }
    }

    pub(super) fn alg(&self) -> &str {
        &self.header.alg
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    pub(super) fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// The claims, if this key signed them with its own algorithm, whatever the header says.
    pub(super) fn claims<C: DeserializeOwned>(&self, key: &PublicKey) -> Result<C, VerifyError> {
        if !key.verifies(self.message.as_bytes(), &self.signature) {
            return Err(VerifyError::BadSignature);
        }
        json(&self.payload)
    }
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, VerifyError> {
    serde_json::from_slice(bytes).map_err(|_| VerifyError::Malformed)
}

/// Verifies a compact JWS of one type and reads its claims. Times and audiences are the caller's to check.
///
/// The key is chosen by `kid` among `keys`; the algorithm is the key record's, and the header must agree with it.
///
/// # Errors
/// The first rule that the token breaks.
pub fn verify<C: DeserializeOwned>(keys: &Jwks, token: TokenType, text: &str) -> Result<C, VerifyError> {
    let parts = Parts::of(token.as_str(), text)?;
    let key = parts.kid().and_then(|kid| keys.find(kid)).ok_or(VerifyError::UnknownKey)?;
    if key.alg().as_str() != parts.alg() {
        return Err(VerifyError::UnknownKey);
    }
    parts.claims(key)
}

/// Verifies a compact JWS with the key that it brings along, and says which that is: who sends it holds that key, and
/// nothing more is known of them. Never for a token that should come from somebody known.
///
/// # Errors
/// The first rule that the token breaks; [`VerifyError::UnknownKey`] when it brings no public key of its algorithm, or
/// the private one.
pub fn verify_by_own_key<C: DeserializeOwned>(typ: &str, text: &str) -> Result<(PublicKey, C), VerifyError> {
    let parts = Parts::of(typ, text)?;
    // RFC 9449 §4.3, 5: an asymmetric algorithm; there are no others in the list.
    let alg = Alg::parse(parts.alg()).ok_or(VerifyError::UnknownKey)?;
    let jwk = parts.header.jwk.as_ref().ok_or(VerifyError::UnknownKey)?;
    // RFC 9449 §4.3, 7
    if super::jwk::is_private(jwk) {
        return Err(VerifyError::UnknownKey);
    }
    let key = PublicKey::from_jwk(alg, jwk).ok_or(VerifyError::UnknownKey)?;
    let claims = parts.claims(&key)?;
    Ok((key, claims))
}

/// Reads the claims of a token without believing them: only to find out whose keys must verify it.
///
/// # Errors
/// [`VerifyError::Malformed`] or [`VerifyError::Critical`].
pub fn peek<C: DeserializeOwned>(text: &str) -> Result<C, VerifyError> {
    json(&Parts::read(text)?.payload)
}

/// Whether a token says of itself that nobody signed it (RFC 7515 appendix A.5): `alg` is `none`, the signature empty.
/// [`peek`] is all there is to read it with.
#[must_use]
pub fn is_unsigned(text: &str) -> bool {
    Parts::read(text).is_ok_and(|parts| parts.alg() == "none" && parts.signature.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::examples::key;

    fn forge(header: &Value, payload: &str, signature: &str) -> String {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        format!("{header}.{payload}.{signature}")
    }

    // security: K03
    #[test]
    fn an_independent_library_accepts_all_that_we_sign() {
        for alg in Alg::ALL {
            let key = key(alg);
            let claims = json!({ "sub": "alice", "exp": 4_102_444_800_i64, "aud": "api" });
            let token = sign(&key, TokenType::Access, &claims).expect("signed");
            let header = jsonwebtoken::decode_header(&token).expect("a header");
            assert_eq!(header.typ.as_deref(), Some("at+jwt"));
            assert_eq!(header.kid.as_deref(), Some(key.kid()));
            let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.public().to_json()).expect("a JWK");
            let their_key = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("a key");
            let mut rules = jsonwebtoken::Validation::new(header.alg);
            rules.set_audience(&["api"]);
            let read = jsonwebtoken::decode::<Value>(&token, &their_key, &rules).expect("verified");
            assert_eq!(read.claims, claims);
            assert_eq!(
                verify::<Value>(&Jwks::new([key.public().clone()]), TokenType::Access, &token),
                Ok(claims)
            );
        }
    }

    // security: K02
    #[test]
    fn a_token_of_one_type_is_not_accepted_as_another() {
        let key = key(Alg::Es256);
        let keys = Jwks::new([key.public().clone()]);
        let token = sign(&key, TokenType::Id, &json!({})).expect("signed");
        assert_eq!(verify::<Value>(&keys, TokenType::Access, &token), Err(VerifyError::WrongType));
        assert_eq!(verify::<Value>(&keys, TokenType::Logout, &token), Err(VerifyError::WrongType));
        assert!(verify::<Value>(&keys, TokenType::Id, &token).is_ok());
    }

    // security: K06
    #[test]
    fn a_log_line_shows_which_key_it_is_and_nothing_of_it() {
        let key = key(Alg::Es256);
        let shown = format!("{key:?}");
        assert!(shown.starts_with("SigningKey") && shown.contains(key.kid()) && shown.len() < 120, "{shown}");
    }

    // security: K03
    #[test]
    fn a_token_may_have_16_kib_and_no_more() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let padded = |bytes: usize| format!("{header}.{}.", "A".repeat(bytes - header.len() - 2));
        assert!(is_unsigned(&padded(16 * 1024)));
        assert!(!is_unsigned(&padded(16 * 1024 + 1)));
    }

    // security: K03, K04
    #[test]
    fn forged_tokens_are_refused() {
        let key = key(Alg::Rs256);
        let other = self::key(Alg::Rs256);
        let keys = Jwks::new([key.public().clone()]);
        let token = sign(&key, TokenType::Access, &json!({ "sub": "alice" })).expect("signed");
        let mut parts = token.split('.');
        let (_, payload, signature) =
            (parts.next(), parts.next().expect("three parts"), parts.next().expect("three parts"));
        let kid = key.kid();
        let plain = json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid });
        let hmac = {
            let secret = key.public().to_json().to_string();
            let tag_key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
            let message = forge(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }), payload, "");
            let message = message.trim_end_matches('.');
            let tag = aws_lc_rs::hmac::sign(&tag_key, message.as_bytes());
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
        };
        let stolen_kid = {
            let message = forge(&plain, payload, "");
            let message = message.trim_end_matches('.');
            format!(
                "{message}.{}",
                URL_SAFE_NO_PAD.encode(other.signature(message.as_bytes()).expect("signed"))
            )
        };
        let embedded =
            json!({ "alg": "RS256", "typ": "at+jwt", "jwk": other.public().to_json(), "kid": other.kid() });
        let remote =
            json!({ "alg": "RS256", "typ": "at+jwt", "jku": "https://evil.example/jwks", "kid": "evil" });
        let critical = json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid, "crit": ["b64"], "b64": false });
        let forged = [
            forge(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid }), payload, ""),
            forge(&json!({ "alg": "None", "typ": "at+jwt", "kid": kid }), payload, signature),
            forge(&json!({ "alg": "PS256", "typ": "at+jwt", "kid": kid }), payload, signature),
            forge(&json!({ "alg": "RS256", "typ": "at+jwt" }), payload, signature),
            forge(&json!({ "alg": "RS256", "typ": "at+jwt", "kid": "../../dev/null" }), payload, signature),
            forge(&json!({ "alg": "RS256", "typ": "at+jwt", "kid": "' or 1=1 --" }), payload, signature),
            forge(&plain, payload, ""),
            forge(&plain, &URL_SAFE_NO_PAD.encode(r#"{"sub":"mallory"}"#), signature),
            forge(&embedded, payload, signature),
            forge(&remote, payload, signature),
            forge(&critical, payload, signature),
            hmac,
            stolen_kid,
            format!("{token}."),
            format!("{token}A"),
            format!("{token}="),
            format!(" {token}"),
            ".".repeat(100 * 1024),
            format!("{token}{}", "A".repeat(1024 * 1024)),
            String::new(),
        ];
        for text in &forged {
            let shown: String = text.chars().take(80).collect();
            assert!(verify::<Value>(&keys, TokenType::Access, text).is_err(), "{shown}");
        }
        assert!(verify::<Value>(&keys, TokenType::Access, &token).is_ok());
    }

    // security: K04
    #[test]
    fn a_published_key_has_public_members_only() {
        for alg in Alg::ALL {
            let key = key(alg);
            let json = key.public().to_json();
            let members = json.as_object().expect("an object");
            for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                assert!(!members.contains_key(private), "{private} of {}", alg.as_str());
            }
            assert_eq!(json["use"], "sig");
            assert_eq!(json["alg"], alg.as_str());
            assert_eq!(PublicKey::from_json(&json).as_ref(), Some(key.public()));
        }
    }

    // security: K04
    #[test]
    fn a_set_has_each_key_id_once() {
        let (a, b) = (key(Alg::Es256), key(Alg::EdDsa));
        let set = Jwks::new([a.public().clone(), b.public().clone(), a.public().clone()]);
        let kids: Vec<_> =
            set.to_json()["keys"].as_array().expect("keys").iter().map(|k| k["kid"].clone()).collect();
        assert_eq!(kids, [a.kid(), b.kid()]);
    }

    #[test]
    fn the_key_id_is_the_thumbprint_of_the_rfc() {
        // The key of RFC 7638 §3.1.
        let json = json!({
            "kty": "RSA", "alg": "RS256", "e": "AQAB",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        let key = PublicKey::from_json(&json).expect("a key");
        assert_eq!(key.kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_verification_panic(text in ".*") {
            let _ = verify::<Value>(&Jwks::default(), TokenType::Access, &text);
        }
    }
}
