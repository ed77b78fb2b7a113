//! Points in time, as everything here counts them: milliseconds since 1970.

use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The point in time that a JWT means by a number of seconds.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Whole seconds since 1970, rounded down, as JWTs count them.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long ago `earlier` was; nothing when it is still to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A date in a token that somebody else made (RFC 7519 §2): seconds since 1970, perhaps with a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct NumericDate(pub(crate) Timestamp);

impl TryFrom<f64> for NumericDate {
    type Error = &'static str;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        let since = Duration::try_from_secs_f64(seconds).map_err(|_| "not a date since 1970")?;
        Ok(Self(Timestamp(0) + since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stops_at_the_ends_instead_of_wrapping() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Timestamp(1_500) + hour, Timestamp(3_601_500));
        assert_eq!(Timestamp(3_601_500) - hour, Timestamp(1_500));
        assert_eq!(Timestamp(i64::MAX) + hour, Timestamp(i64::MAX));
        assert_eq!(Timestamp(i64::MIN) - hour, Timestamp(i64::MIN));
        assert_eq!(Timestamp::from_seconds(i64::MAX), Timestamp(i64::MAX));
    }

    #[test]
    fn dates_of_strangers_may_have_fractions_but_lie_after_1970() {
        let date = |text: &str| serde_json::from_str::<NumericDate>(text).ok().map(|date| date.0);
        assert_eq!(date("1700000000"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(date("1700000000.25"), Some(Timestamp(1_700_000_000_250)));
        assert_eq!(date("1e15"), Some(Timestamp(1_000_000_000_000_000_000)));
        assert_eq!(date("1e18"), Some(Timestamp(i64::MAX)));
        for bad in ["-1", "1e300", "\"1700000000\"", "null", "true"] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }

    #[test]
    fn seconds_are_rounded_down_and_the_future_is_no_time_ago() {
        assert_eq!(Timestamp(1_999).seconds(), 1);
        assert_eq!(Timestamp(-1).seconds(), -1);
        assert_eq!(Timestamp(5_000).since(Timestamp(2_000)), Duration::from_secs(3));
        assert_eq!(Timestamp(2_000).since(Timestamp(5_000)), Duration::ZERO);
    }
}
