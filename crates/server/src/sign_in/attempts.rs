//! How often something may be tried: a few times freely, then with a delay that grows. Nobody is ever locked out.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::time::Timestamp;
use grantry_store::throttle::Throttle;
use grantry_store::{Error, Reader, Tx};

use crate::web::Words;

/// What is counted, and from when on each further attempt has to wait.
#[derive(Debug)]
pub(super) struct Rule {
    name: &'static str,
    /// Attempts in a window that need not wait.
    free: i64,
    window: Duration,
    /// The first wait; each further one is twice as long, up to the longest.
    wait: Duration,
    longest_wait: Duration,
}

/// Passwords tried for one address, from wherever.
pub(super) const PASSWORD_OF_ADDRESS: Rule = Rule {
    name: "password-address",
    free: 5,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// Wrong passwords from one source, for whatever address. An office is one source, so it has more room.
pub(super) const PASSWORD_FROM_SOURCE: Rule = Rule {
    name: "password-source",
    free: 20,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// Wrong passwords of everybody, from everywhere. While there are more of them than this, each address gets one free
/// attempt instead of five: many sources that try each address only a few times get little of it, and people who
/// know their password notice nothing.
const PASSWORD_EVERYWHERE: Rule = Rule {
    name: "password-everywhere",
    free: 1000,
    window: Duration::from_secs(15 * 60),
    wait: Duration::ZERO,
    longest_wait: Duration::ZERO,
};

/// Forms from one source that make the server write mails to whatever address is typed into them.
pub(super) const MAIL_FROM_SOURCE: Rule = Rule {
    name: "mail-source",
    free: 20,
    window: Duration::from_secs(60 * 60),
    wait: Duration::from_secs(60),
    longest_wait: Duration::from_secs(60 * 60),
};

/// Mails to one address that somebody who is not signed in asked for.
pub(super) const MAIL_TO_ADDRESS: Rule = Rule {
    name: "mail-address",
    free: 5,
    window: Duration::from_secs(60 * 60),
    wait: Duration::from_secs(10 * 60),
    longest_wait: Duration::from_secs(60 * 60),
};

/// Codes of devices tried from one source, right ones included. A code has 34 bits.
const DEVICE_CODE_FROM_SOURCE: Rule = Rule {
    name: "device-code-source",
    free: 20,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// The caller has to wait; nothing was tried or counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// For `Retry-After`: whole seconds, at least one.
    #[must_use]
    pub fn seconds(self) -> u64 {
        u64::try_from(self.0.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
    }

    /// How long to wait, in the unit that people would choose.
    #[must_use]
    pub fn words(self, words: Words) -> String {
        const MINUTE: u64 = 60;
        let (key, count) = match self.seconds() {
            seconds if seconds <= MINUTE => ("sign-in-wait-seconds", seconds),
            seconds => ("sign-in-wait-minutes", seconds.div_ceil(MINUTE)),
        };
        words.count(key, i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl Rule {
    /// What a thing is counted under. Hashed: a table of failures must not be a list of people's addresses.
    pub(super) fn key(&self, of: &str) -> String {
        let digest = digest::digest(&digest::SHA256, of.as_bytes());
        format!("{}:{}", self.name, URL_SAFE_NO_PAD.encode(digest))
    }

    /// Counts an attempt before it is made, so that many at the same moment count one after the other. The one that
    /// uses up the free attempts makes the next one wait. A refused attempt is not counted: return the `Err` from the
    /// transaction.
    pub(super) async fn count(&self, tx: &Tx, key: &str) -> Result<Result<(), Wait>, Error> {
        self.count_with(tx, key, self.free).await
    }

    async fn count_with(&self, tx: &Tx, key: &str, free: i64) -> Result<Result<(), Wait>, Error> {
        let counted = tx.count_failure(key, self.window).await?;
        if let Some(wait) = waits(&counted, tx.now()) {
            return Ok(Err(wait));
        }
        if counted.failures >= free {
            let doublings = u32::try_from(counted.failures - free).unwrap_or(u32::MAX).min(20);
            let wait = self.wait.saturating_mul(1 << doublings).min(self.longest_wait);
            tx.block(key, tx.now() + wait).await?;
        }
        Ok(Ok(()))
    }

    /// How long an attempt under this key has to wait now.
    pub(super) async fn check(
        &self,
        reader: &Reader,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Wait>, Error> {
        Ok(reader.find_throttle(key).await?.and_then(|counted| waits(&counted, now)))
    }
}

fn waits(counted: &Throttle, now: Timestamp) -> Option<Wait> {
    let wait = counted.blocked_until?.since(now);
    (!wait.is_zero()).then_some(Wait(wait))
}

/// Counts one more password for an address; fewer are free while guessing goes on everywhere.
pub(super) async fn count_password(tx: &Tx, key: &str) -> Result<Result<(), Wait>, Error> {
    let everywhere = tx.find_throttle(&PASSWORD_EVERYWHERE.key("")).await?;
    let begun = tx.now() - PASSWORD_EVERYWHERE.window;
    let strained = everywhere.is_some_and(|counted| {
        counted.failures > PASSWORD_EVERYWHERE.free && counted.window_started_at > begun
    });
    let free = if strained { 1 } else { PASSWORD_OF_ADDRESS.free };
    PASSWORD_OF_ADDRESS.count_with(tx, key, free).await
}

/// Counts a wrong password where it came from, and everywhere.
pub(super) async fn count_wrong_password(tx: &Tx, source: &str) -> Result<(), Error> {
    // Already waiting is fine here: this attempt was made before the wait began.
    let _ = PASSWORD_FROM_SOURCE.count(tx, source).await?;
    tx.count_failure(&PASSWORD_EVERYWHERE.key(""), PASSWORD_EVERYWHERE.window).await?;
    Ok(())
}

/// Counts a device's code that is about to be tried from an address (RFC 8628 §5.1).
///
/// # Errors
/// The store's.
pub async fn count_device_code(tx: &Tx, ip: &str) -> Result<Result<(), Wait>, Error> {
    DEVICE_CODE_FROM_SOURCE.count(tx, &DEVICE_CODE_FROM_SOURCE.key(&source(ip))).await
}

/// Where something comes from, as it is counted: a whole IPv6 network of 64 bits is one source, because every customer
/// of a provider has at least that much.
pub(super) fn source(ip: &str) -> String {
    match ip.parse() {
        Ok(std::net::IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(std::net::IpAddr::V4(_)) | Err(_) => ip.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: S06
    #[test]
    fn an_ipv6_network_is_one_source() {
        assert_eq!(source("2001:db8:1:2:3:4:5:6"), source("2001:db8:1:2:ffff::1"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
        assert_eq!(source(""), "");
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds() {
        assert_eq!(Wait(Duration::from_millis(1)).seconds(), 1);
        assert_eq!(Wait(Duration::from_millis(10_001)).seconds(), 11);
    }
}
