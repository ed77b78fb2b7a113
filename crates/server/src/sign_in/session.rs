//! The session behind a cookie: found on every page, and ended by time.

use std::time::Duration;

use aws_lc_rs::digest;
use grantry_store::account::{AccountKind, AccountState, Membership};
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, PersonId, SessionId};
use grantry_store::member::MemberState;
use grantry_store::person::PersonState;
use grantry_store::session::{NewSession, Session};
use grantry_store::{Error, Tx};

use crate::app::App;
use crate::web::Visitor;
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
/// it, else the one that they have belonged to longest.
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
    let (memberships, others): (Vec<_>, Vec<_>) = memberships.into_iter().partition(is_usable);
    let suspended = others.into_iter().filter(|one| one.member.state == MemberState::Active);
    let suspended = suspended.map(|one| one.account).collect();
    let memberships: Vec<Current> = memberships.into_iter().map(current).collect();
    let account = choose(&memberships, found.session.account_id.as_ref()).cloned();
    Ok(Some(Actor { person: found.person, session: found.session, account, memberships, suspended }))
}

fn is_usable(membership: &Membership) -> bool {
    membership.account.state == AccountState::Active && membership.member.state == MemberState::Active
}

fn current(membership: Membership) -> Current {
    Current { account: membership.account, member: membership.member }
}

/// The account to work in. Nobody who adds a person to one more account can make it the one that opens.
fn choose<'a>(memberships: &'a [Current], wanted: Option<&AccountId>) -> Option<&'a Current> {
    let chosen = memberships.iter().find(|one| Some(&one.account.id) == wanted);
    chosen.or_else(|| memberships.iter().min_by_key(|one| one.member.created_at))
}

/// The browser in which somebody gets in.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The session that this browser has now; it ends.
    pub replaces: Option<&'a Session>,
    /// The hash of this browser's own cookie.
    pub browser: [u8; 32],
    pub user_agent: &'a str,
    pub ip: &'a str,
}

impl<'a> Place<'a> {
    /// Where this visitor is; `ip` is [`Visitor::ip_text`].
    #[must_use]
    pub fn of(visitor: &'a Visitor, ip: &'a str) -> Self {
        Self {
            replaces: visitor.actor.as_ref().map(|actor| &actor.session),
            browser: visitor.browser_hash,
            user_agent: visitor.user_agent.as_deref().unwrap_or_default(),
            ip,
        }
    }
}

/// A session about to begin: made before the transaction that begins it.
#[derive(Debug)]
pub struct Fresh {
    /// What its cookie will carry: 192 random bits that nobody knew before.
    pub cookie: String,
    new: NewSession,
    email: String,
    browser: [u8; 32],
    replaced: Option<Session>,
}

impl Fresh {
    /// The session of somebody who has just proved, with a password, who they are.
    #[must_use]
    pub fn new(app: &App, (person, email): (&PersonId, &str), place: &Place<'_>) -> Self {
        let cookie = app.random.token();
        let new = NewSession {
            id_hash: id_hash(&cookie),
            sid: SessionId::new(app.random.bytes()),
            person_id: person.clone(),
            account_id: None,
            amr: "pwd".to_owned(),
            user_agent: place.user_agent.to_owned(),
            ip: place.ip.to_owned(),
            expires_at: app.clock.now() + ABSOLUTE,
        };
        let (email, browser) = (email.to_owned(), place.browser);
        Self { cookie, new, email, browser, replaced: place.replaces.cloned() }
    }

    /// Begins it, in the account that the person worked in last, and ends the one that another person had in this browser.
    /// Who proves again who they are goes on with their session: apps that know it must not take this for its end. Says
    /// of which kind the account is. The browser is known for this person from now on.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin(&self, tx: &Tx, origin: &Origin) -> Result<Option<AccountKind>, Error> {
        let person = &self.new.person_id;
        let memberships = tx.list_accounts_of_person(person).await?.into_iter();
        let memberships: Vec<Current> = memberships.filter(is_usable).map(current).collect();
        tx.keep_browser(person, &self.browser).await?;
        let own = self.replaced.as_ref().filter(|old| old.person_id == *person);
        if let Some(old) = own
            && tx.renew_session(&old.id_hash, &self.new).await?
        {
            let shown = choose(&memberships, old.account_id.as_ref());
            let session = Object::new(ObjectKind::Session, old.sid.as_str(), &self.email);
            let entry = Entry::new(person, Action::SessionStarted, session);
            tx.audit(origin, &entry.with(serde_json::json!({ "renewed": true }))).await?;
            return Ok(shown.map(|one| one.account.kind));
        }
        if let Some(old) = &self.replaced {
            super::end_session::end(tx, origin, old).await?;
        }
        let last = tx.find_last_account(person).await?;
        let account = choose(&memberships, last.as_ref()).map(|one| &one.account);
        let account_id = account.map(|account| account.id.clone());
        tx.insert_session(&NewSession { account_id, ..self.new.clone() }).await?;
        let session = Object::new(ObjectKind::Session, self.new.sid.as_str(), &self.email);
        tx.audit(origin, &Entry::new(person, Action::SessionStarted, session)).await?;
        Ok(account.map(|account| account.kind))
    }
}
