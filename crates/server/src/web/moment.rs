//! A time as people read it: how long ago in words, exact on hover.

use grantry_oauth::time::Timestamp;

use super::Words;

/// The three spellings that the template macro `when` wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// For programs: `2026-11-24T07:12:05Z`.
    pub iso: String,
    /// On hover: `2026-11-24 07:12 UTC`.
    pub exact: String,
    /// On screen: `5 minutes ago`.
    pub words: String,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Moment {
    /// A time as seen from `now`; days that are far away are named by their date.
    #[must_use]
    pub fn new(at: Timestamp, now: Timestamp, words: Words) -> Self {
        let seconds = now.0.saturating_sub(at.0) / 1000;
        let past = seconds >= 0;
        let key = |ago: &'static str, ahead: &'static str| if past { ago } else { ahead };
        let distance = seconds.abs();
        let said = if distance < MINUTE {
            words.get(key("moment-now", "moment-soon"))
        } else if distance < HOUR {
            words.count(key("moment-minutes-ago", "moment-in-minutes"), distance / MINUTE)
        } else if distance < DAY {
            words.count(key("moment-hours-ago", "moment-in-hours"), distance / HOUR)
        } else if distance < 30 * DAY {
            words.count(key("moment-days-ago", "moment-in-days"), distance / DAY)
        } else {
            day(at)
        };
        Self { iso: iso(at), exact: exact(at), words: said }
    }
}

fn utc(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(at.0).ok()
}

/// `2026-11-24T07:12:05Z`
#[must_use]
pub fn iso(at: Timestamp) -> String {
    utc(at).map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

/// A time in the words of RFC 3339.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()))
}

/// `2026-11-24 07:12 UTC`
#[must_use]
pub fn exact(at: Timestamp) -> String {
    utc(at).map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}

/// `2026-11-24`
#[must_use]
pub fn day(at: Timestamp) -> String {
    utc(at).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_times_are_told_by_distance_and_far_ones_by_date() {
        let now = Timestamp::from_seconds(1_795_504_325);
        let said = |seconds_ago: i64| {
            let at = Timestamp(now.0 - seconds_ago * 1000);
            Moment::new(at, now, Words::english()).words
        };
        assert_eq!(said(5), "just now");
        assert_eq!(said(61), "1 minute ago");
        assert_eq!(said(3 * HOUR), "3 hours ago");
        assert_eq!(said(-2 * DAY), "in 2 days");
        assert_eq!(said(40 * DAY), day(Timestamp(now.0 - 40 * DAY * 1000)));
        let moment = Moment::new(now, now, Words::english());
        assert_eq!(moment.iso, "2026-11-24T07:12:05Z");
        assert_eq!(moment.exact, "2026-11-24 07:12 UTC");
    }
}
