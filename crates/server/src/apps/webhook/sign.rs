//! Signatures of what is sent to webhooks, as Standard Webhooks has them: HMAC-SHA256 over id, time and body.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantry_oauth::secret::Secret;
use grantry_oauth::time::Timestamp;
use zeroize::Zeroizing;

use crate::keys::MasterKey;

/// What a signing secret begins with when people see it.
const PREFIX: &str = "whsec_";

/// A secret that signs: made of its id and the master key, so that the database holds none.
pub(super) struct SigningSecret(Zeroizing<[u8; 32]>);

impl SigningSecret {
    pub(super) fn new(master_key: &MasterKey, id: &str) -> Self {
        Self(master_key.derive(&format!("webhook secret {id}")))
    }

    /// As the app's owner gets it.
    pub(super) fn shown(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", STANDARD.encode(self.0.as_ref())))
    }

    fn sign(&self, id: &str, at: Timestamp, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_ref());
        let tag = hmac::sign(&key, format!("{id}.{}.{body}", at.seconds()).as_bytes());
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }
}

/// The value of `webhook-signature`: one for each secret that is in use.
pub(super) fn signatures(secrets: &[SigningSecret], id: &str, at: Timestamp, body: &str) -> String {
    let all: Vec<_> = secrets.iter().map(|secret| secret.sign(id, at, body)).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn it_is_the_signature_that_the_specification_has() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let mut key = Zeroizing::new([0; 32]);
        for (to, from) in key.iter_mut().zip(&secret) {
            *to = *from;
        }
        // HMAC pads a shorter key with zeros, so 24 bytes and the same with eight zeros behind sign alike.
        let signature = SigningSecret(key).sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp::from_seconds(1_614_265_330),
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
