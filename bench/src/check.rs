//! Looks at the answers after the clock has stopped: a fast server that answers wrongly is not fast.

use std::collections::HashSet;

use anyhow::{Context as _, ensure};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::Value;

/// How many signatures of a run are verified; verifying all would take longer than the run.
const SAMPLES: usize = 500;

/// The ES256 keys of the server's key set.
#[derive(Debug)]
pub(crate) struct Keys(Vec<(String, Vec<u8>)>);

impl Keys {
    pub(crate) fn read(jwks: &[u8]) -> anyhow::Result<Self> {
        let jwks: Value = serde_json::from_slice(jwks).context("the key set")?;
        let mut keys = Vec::new();
        for key in jwks.get("keys").and_then(Value::as_array).context("no keys")? {
            if text(key, "crv") != Some("P-256") {
                continue;
            }
            let kid = text(key, "kid").context("a key without kid")?;
            let mut point = vec![4];
            for coordinate in ["x", "y"] {
                point.extend(BASE64_URL_SAFE_NO_PAD.decode(text(key, coordinate).context("half a key")?)?);
            }
            keys.push((kid.to_owned(), point));
        }
        ensure!(!keys.is_empty(), "the key set has no ES256 key");
        Ok(Self(keys))
    }

    fn verify(&self, token: &str) -> anyhow::Result<()> {
        let (signed, signature) = token.rsplit_once('.').context("not a JWT")?;
        let header = part(token, 0)?;
        ensure!(text(&header, "alg") == Some("ES256"), "signed with {:?}", header.get("alg"));
        let kid = text(&header, "kid").context("no kid")?;
        let (_, key) =
            self.0.iter().find(|(known, _)| known == kid).with_context(|| format!("unknown kid {kid}"))?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature)?;
        let verified =
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(signed.as_bytes(), &signature);
        verified.ok().context("a signature does not verify")
    }
}

/// Every answer has an access token of its own, newly signed: distinct `jti`, and with `keys` a sample verified.
pub(crate) fn distinct_tokens(bodies: &[Bytes], keys: Option<&Keys>) -> anyhow::Result<()> {
    ensure!(!bodies.is_empty(), "no answers");
    let mut seen = HashSet::with_capacity(bodies.len());
    let step = (bodies.len() / SAMPLES).max(1);
    for (number, body) in bodies.iter().enumerate() {
        let answer: Value = serde_json::from_slice(body)?;
        let token = text(&answer, "access_token").context("no access token")?;
        let jti = part(token, 1)?.get("jti").and_then(Value::as_str).context("no jti")?.to_owned();
        ensure!(seen.insert(jti), "the same `jti` was answered twice");
        if let Some(keys) = keys.filter(|_| number % step == 0) {
            keys.verify(token)?;
        }
    }
    Ok(())
}

/// Every answer says that the token is active.
pub(crate) fn all_active(bodies: &[Bytes]) -> anyhow::Result<()> {
    ensure!(!bodies.is_empty(), "no answers");
    for body in bodies {
        let answer: Value = serde_json::from_slice(body)?;
        ensure!(answer.get("active") == Some(&Value::Bool(true)), "not active: {answer}");
    }
    Ok(())
}

/// Every answer is the first one, byte for byte.
pub(crate) fn all_equal(bodies: &[Bytes]) -> anyhow::Result<()> {
    let first = bodies.first().context("no answers")?;
    ensure!(bodies.iter().all(|body| body == first), "the answers differ");
    Ok(())
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn part(token: &str, number: usize) -> anyhow::Result<Value> {
    let encoded = token.split('.').nth(number).context("not a JWT")?;
    Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(encoded)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(jti: &str) -> Bytes {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"jti":"{jti}"}}"#));
        Bytes::from(format!(r#"{{"access_token":"e30.{claims}.sig"}}"#))
    }

    #[test]
    fn the_same_token_twice_is_noticed() {
        assert!(distinct_tokens(&[answer("a"), answer("b")], None).is_ok());
        assert!(distinct_tokens(&[answer("a"), answer("a")], None).is_err());
        assert!(distinct_tokens(&[], None).is_err());
    }

    #[test]
    fn an_answer_that_is_not_active_is_noticed() {
        let on = Bytes::from_static(br#"{"active":true}"#);
        let off = Bytes::from_static(br#"{"active":false}"#);
        assert!(all_active(std::slice::from_ref(&on)).is_ok());
        assert!(all_active(&[on, off]).is_err());
    }
}
