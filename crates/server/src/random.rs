//! The only source of randomness.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use grantry_oauth::time::Timestamp;
use uuid::Uuid;

#[derive(Debug, Clone, Default)]
pub struct Random {
    source: SystemRandom,
}

impl Random {
    #[must_use]
    pub fn system() -> Self {
        Self { source: SystemRandom::new() }
    }

    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        #[expect(
            clippy::expect_used,
            reason = "without randomness nothing the server says is safe; one request dies"
        )]
        self.source.fill(&mut bytes).expect("the system's random source answers");
        bytes
    }

    /// A version 4 UUID, for subjects, connections and grants: it tells nothing about when it was made.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A version 7 UUID, for rows that are listed in the order of their making.
    #[must_use]
    pub fn ordered_uuid(&self, now: Timestamp) -> Uuid {
        let ms = u64::try_from(now.0).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(ms, &self.bytes()).into_uuid()
    }

    /// A short id that people can quote; ids made later sort later, to the millisecond.
    #[must_use]
    pub fn request_id(&self, now: Timestamp) -> String {
        let noise = u32::from_be_bytes(self.bytes());
        format!("{:011x}{noise:08x}", now.0)
    }

    /// 192 bits in URL-safe base64, for nonces and cookies.
    #[must_use]
    pub fn token(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<24>())
    }
}
