//! How often something may be tried: a few times freely, then with a delay that grows. Nobody is ever locked out.
//!
//! A delay that all who try an address share is a lock that anybody can put on it: whoever guesses without pause takes
//! each turn, and the person never gets one. So a wrong password counts where it came from, and what strangers do is
//! kept apart from what the person does:
//!
//! - A browser in which the person has signed in before has a count of its own, and no other count stops it. All that
//!   somebody gains who steals its cookie is that one more count.
//! - Everybody else is counted by address and source together: who guesses from one place slows down that place. A
//!   refused attempt counts nowhere, so one place alone never fills what the address has in common.
//! - All strangers together are counted by address, too: with many sources, guesses get slow for all of them, by a minute
//!   at most. While that goes on, a person in a new browser may have to try more than once; the link of *Forgot your
//!   password* waits for nothing, and makes the browser one of theirs.
//! - Sources that try many addresses are slowed down, and everybody while guessing goes on everywhere.

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

/// Passwords tried for one address in a browser in which its person has signed in before.
const PASSWORD_IN_BROWSER: Rule = Rule {
    name: "password-browser",
    free: 5,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// Passwords tried for one address from one source, in other browsers.
const PASSWORD_OF_ADDRESS_FROM_SOURCE: Rule = Rule {
    name: "password-address-source",
    free: 5,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// Passwords tried for one address from wherever, in other browsers. One source never gets so far: it has made at most
/// twelve attempts in the window when its own waits have grown.
pub(super) const PASSWORD_OF_ADDRESS: Rule = Rule {
    name: "password-address",
    free: 20,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(5),
    longest_wait: Duration::from_secs(60),
};

/// Passwords tried to confirm one sign-up.
pub(super) const PASSWORD_OF_SIGN_UP: Rule = Rule {
    name: "password-sign-up",
    free: 5,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// Wrong passwords from one source, for whatever address. An office is one source, so it has more room.
const PASSWORD_FROM_SOURCE: Rule = Rule {
    name: "password-source",
    free: 20,
    window: Duration::from_secs(15 * 60),
    wait: Duration::from_secs(10),
    longest_wait: Duration::from_secs(15 * 60),
};

/// Wrong passwords of everybody, from everywhere. While there are more of them than this, each source gets one free
/// attempt at an address instead of five, and all sources together five instead of twenty: many sources that try each
/// address only a few times get little of it, and people who know their password notice nothing.
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

/// A password about to be tried for an address: what it is counted under.
#[derive(Debug)]
pub(super) enum Guess {
    /// In a browser that is known for the person.
    Known { browser: String },
    /// In any other.
    Stranger { source: String, address_from_source: String, address: String },
}

impl Guess {
    /// `known` is the browser's hash, if it is known for the person who has the address.
    pub(super) fn new(address: &str, ip: &str, known: Option<&[u8; 32]>) -> Self {
        if let Some(browser) = known {
            let browser = URL_SAFE_NO_PAD.encode(browser);
            return Self::Known { browser: PASSWORD_IN_BROWSER.key(&format!("{browser} {address}")) };
        }
        let source = source(ip);
        Self::Stranger {
            address_from_source: PASSWORD_OF_ADDRESS_FROM_SOURCE.key(&format!("{source} {address}")),
            address: PASSWORD_OF_ADDRESS.key(address),
            source: PASSWORD_FROM_SOURCE.key(&source),
        }
    }

    /// Counts it before it is made, as [`Rule::count`] does.
    pub(super) async fn count(&self, tx: &Tx) -> Result<Result<(), Wait>, Error> {
        let (source, address_from_source, address) = match self {
            Self::Known { browser } => return PASSWORD_IN_BROWSER.count(tx, browser).await,
            Self::Stranger { source, address_from_source, address } => (source, address_from_source, address),
        };
        if let Some(wait) = PASSWORD_FROM_SOURCE.check(tx, source, tx.now()).await? {
            return Ok(Err(wait));
        }
        let strained = is_strained(tx).await?;
        let free = |rule: &Rule, strained_free| if strained { strained_free } else { rule.free };
        let few = free(&PASSWORD_OF_ADDRESS_FROM_SOURCE, 1);
        let counted = PASSWORD_OF_ADDRESS_FROM_SOURCE.count_with(tx, address_from_source, few).await?;
        if counted.is_err() {
            return Ok(counted);
        }
        PASSWORD_OF_ADDRESS.count_with(tx, address, free(&PASSWORD_OF_ADDRESS, 5)).await
    }

    /// It was wrong: counts it where it came from, and everywhere.
    pub(super) async fn was_wrong(&self, tx: &Tx) -> Result<(), Error> {
        if let Self::Stranger { source, .. } = self {
            // Already waiting is fine here: this attempt was made before the wait began.
            let _ = PASSWORD_FROM_SOURCE.count(tx, source).await?;
        }
        tx.count_failure(&PASSWORD_EVERYWHERE.key(""), PASSWORD_EVERYWHERE.window).await?;
        Ok(())
    }

    /// It was right: the attempts before it are forgotten.
    pub(super) async fn was_right(&self, tx: &Tx) -> Result<(), Error> {
        match self {
            Self::Known { browser } => tx.clear_throttle(browser).await,
            Self::Stranger { address_from_source, address, .. } => {
                tx.clear_throttle(address_from_source).await?;
                tx.clear_throttle(address).await
            }
        }
    }
}

/// Whether guessing goes on everywhere.
async fn is_strained(tx: &Tx) -> Result<bool, Error> {
    let everywhere = tx.find_throttle(&PASSWORD_EVERYWHERE.key("")).await?;
    let begun = tx.now() - PASSWORD_EVERYWHERE.window;
    Ok(everywhere.is_some_and(|counted| {
        counted.failures > PASSWORD_EVERYWHERE.free && counted.window_started_at > begun
    }))
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
