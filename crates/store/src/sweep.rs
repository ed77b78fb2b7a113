//! Forgetting what nobody can use any more, a bounded number of rows at a time.

use crate::value::values;
use crate::{Error, Store};
use grantry_oauth::time::Timestamp;
use std::time::Duration;

// Each takes the time before which a thing must have ended, and how many rows to delete at most.
crate::sql! {
    SESSION_EXPIRED = "delete from session where id_hash in \
        (select s.id_hash from session s where s.expires_at < $1 limit $2)";
    SESSION_ENDED = "delete from session where id_hash in \
        (select s.id_hash from session s where s.ended_at < $1 limit $2)";
    ACTION_TOKEN = "delete from action_token where hash in \
        (select t.hash from action_token t where t.expires_at < $1 limit $2)";
    AUTHORIZATION_REQUEST = "delete from authorization_request where id_hash in \
        (select r.id_hash from authorization_request r where r.expires_at < $1 limit $2)";
    DPOP_PROOF = "delete from dpop_proof where replay_key in \
        (select p.replay_key from dpop_proof p where p.taken_until < $1 limit $2)";
    DEVICE_AUTHORIZATION = "delete from device_authorization where device_hash in \
        (select d.device_hash from device_authorization d where d.expires_at < $1 limit $2)";
    /// It stays until the authorizations that began with it are over: a used one is told from one that never was.
    PUSHED_REQUEST = "delete from pushed_request where id_hash in \
        (select p.id_hash from pushed_request p where p.expires_at < $1 limit $2)";
    USED_ASSERTION = "delete from used_assertion where (app_id, jti_hash) in \
        (select u.app_id, u.jti_hash from used_assertion u where u.expires_at < $1 limit $2)";
    /// Its codes go with it: until then they are what a replay is recognised by.
    GRANT = "delete from access_grant where id in \
        (select g.id from access_grant g where g.keep_until < $1 limit $2)";
    REFRESH_TOKEN = "delete from refresh_token where hash in \
        (select t.hash from refresh_token t where t.expires_at < $1 limit $2)";
    REVOKED_TOKEN = "delete from revoked_token where jti in \
        (select t.jti from revoked_token t where t.expires_at < $1 limit $2)";
    REVOCATION = "delete from revocation where seq in \
        (select r.seq from revocation r where r.keep_until < $1 limit $2)";
    THROTTLE = "delete from throttle where key in (select t.key from throttle t \
        where t.window_started_at < $1 and (t.blocked_until is null or t.blocked_until < $1) limit $2)";
    FLOW_EVENT = "delete from flow_event where request_id in \
        (select e.request_id from flow_event e where e.at < $1 limit $2)";
    /// The oldest have the lowest numbers.
    CHANGE = "delete from change where at < $1 and seq in (select c.seq from change c order by c.seq limit $2)";
    OUTBOX_MAIL = "delete from outbox_mail where id in \
        (select m.id from outbox_mail m where m.created_at < $1 and m.next_attempt_at is null limit $2)";
    /// Its attempts go with it.
    WEBHOOK_EVENT = "delete from webhook_event where id in \
        (select e.id from webhook_event e where e.created_at < $1 and e.next_attempt_at is null limit $2)";
    REDIRECT_CHECK = "delete from redirect_check where (account_id, uri) in \
        (select c.account_id, c.uri from redirect_check c where c.checked_at < $1 limit $2)";
    LOGO = "delete from logo where id in (select l.id from logo l where l.created_at < $1 \
        and not exists (select 1 from app_version v where v.logo_id = l.id) limit $2)";
    SCREENSHOT = "delete from screenshot where id in (select s.id from screenshot s where s.created_at < $1 \
        and not exists (select 1 from listing_screenshot l where l.screenshot_id = s.id) limit $2)";
    KNOWN_BROWSER = "delete from known_browser where (person_id, browser_hash) in \
        (select b.person_id, b.browser_hash from known_browser b where b.last_used_at < $1 limit $2)";
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

/// What is deleted, and how long after its end. A refresh token goes before its grant, which would take it along.
const RULES: &[(&str, &str, Duration)] = &[
    ("session", SESSION_EXPIRED, DAY.saturating_mul(7)),
    ("session", SESSION_ENDED, DAY.saturating_mul(7)),
    ("action_token", ACTION_TOKEN, Duration::ZERO),
    ("authorization_request", AUTHORIZATION_REQUEST, Duration::ZERO),
    // A proof is of the past before the sweeper's clock says so: another node's may be behind.
    ("dpop_proof", DPOP_PROOF, MINUTE),
    // A device that still polls is told that its time is over.
    ("device_authorization", DEVICE_AUTHORIZATION, MINUTE.saturating_mul(10)),
    ("pushed_request", PUSHED_REQUEST, HOUR.saturating_mul(2)),
    ("used_assertion", USED_ASSERTION, Duration::ZERO),
    ("refresh_token", REFRESH_TOKEN, Duration::ZERO),
    ("access_grant", GRANT, Duration::ZERO),
    ("revoked_token", REVOKED_TOKEN, Duration::ZERO),
    ("revocation", REVOCATION, Duration::ZERO),
    ("throttle", THROTTLE, DAY),
    ("flow_event", FLOW_EVENT, DAY.saturating_mul(30)),
    ("change", CHANGE, DAY),
    ("outbox_mail", OUTBOX_MAIL, DAY.saturating_mul(7)),
    ("webhook_event", WEBHOOK_EVENT, DAY.saturating_mul(30)),
    ("redirect_check", REDIRECT_CHECK, DAY.saturating_mul(30)),
    ("logo", LOGO, DAY),
    ("screenshot", SCREENSHOT, DAY),
    // As long as the cookie, which browsers keep for 400 days at most.
    ("known_browser", KNOWN_BROWSER, DAY.saturating_mul(400)),
];

/// How many rows of which tables were forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepCounts {
    /// Tables with how many of their rows.
    pub tables: Vec<(&'static str, u64)>,
    /// A limit was reached: there is more to forget.
    pub more: bool,
}

impl SweepCounts {
    /// How many rows of a table.
    #[must_use]
    pub fn of(&self, table: &str) -> u64 {
        self.tables.iter().filter(|(name, _)| *name == table).map(|(_, count)| count).sum()
    }

    /// How many rows altogether.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.tables.iter().map(|(_, count)| count).sum()
    }
}

impl Store {
    /// Forgets what ended long enough ago, at most `limit` rows of each kind: each kind in a transaction of its own, so
    /// that nobody who writes waits long.
    pub async fn sweep(&self, now: Timestamp, limit: u32) -> Result<SweepCounts, Error> {
        let mut counts = SweepCounts::default();
        for (table, statement, kept) in RULES {
            let forget = values![now - *kept, limit].to_vec();
            let gone = self.write(now, |tx| async move { tx.execute(statement, &forget).await }).await?;
            counts.more |= gone >= u64::from(limit);
            counts.tables.push((table, gone));
        }
        Ok(counts)
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
