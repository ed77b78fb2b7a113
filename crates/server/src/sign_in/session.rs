//! The session behind a cookie: found on every page, and ended by time.

use std::time::Duration;

use aws_lc_rs::digest;
use grantry_store::Error;
use grantry_store::account::AccountState;
use grantry_store::member::MemberState;
use grantry_store::person::PersonState;

use crate::app::App;
use crate::web::visitor::{Actor, Current};

/// A session that nobody used for so long has ended.
pub const IDLE: Duration = Duration::from_hours(12);

/// A session ends after this, used or not.
pub const ABSOLUTE: Duration = Duration::from_hours(7 * 24);

/// How exact the time of last use is.
const TOUCH: Duration = Duration::from_secs(60);

/// What the store keeps of a cookie's value: SHA-256.
#[must_use]
pub fn id_hash(cookie: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, cookie.as_bytes());
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    hash
}

/// Who is signed in with this cookie, and the account that they work in: the one they chose, as long as they may use
/// it, else the first of theirs.
///
/// # Errors
/// The store's.
pub async fn find(app: &App, cookie: &str) -> Result<Option<Actor>, Error> {
    let now = app.clock.now();
    let hash = id_hash(cookie);
    let reader = app.store.reader();
    let Some(found) = reader.find_session(&hash, now).await? else { return Ok(None) };
    let idle = now.0.saturating_sub(found.session.last_seen_at.0);
    if found.person.state != PersonState::Active || u128::try_from(idle).unwrap_or(0) > IDLE.as_millis() {
        return Ok(None);
    }
    if u128::try_from(idle).unwrap_or(0) > TOUCH.as_millis() {
        app.touched.session(hash, now);
    }
    let memberships = reader.list_accounts_of_person(&found.person.id).await?;
    let memberships: Vec<Current> = memberships
        .into_iter()
        .filter(|m| m.account.state == AccountState::Active && m.member.state == MemberState::Active)
        .map(|m| Current { account: m.account, member: m.member })
        .collect();
    let chosen = found.session.account_id.as_ref();
    let account = memberships.iter().find(|m| Some(&m.account.id) == chosen).or(memberships.first()).cloned();
    Ok(Some(Actor { person: found.person, session: found.session, account, memberships }))
}
