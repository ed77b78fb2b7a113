//! Sessions: browsers in which people have signed in.

use crate::account::{Account, account_columns};
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, PersonId, SessionId};
use crate::member::{Member, member_columns};
use crate::person::{Person, person_columns};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of what the cookie carries.
    pub id_hash: [u8; 32],
    /// Its public name.
    pub sid: SessionId,
    /// Who signed in.
    pub person_id: PersonId,
    /// The account that the dashboard shows.
    pub account_id: Option<AccountId>,
    /// How the person signed in: authentication method references, separated by spaces.
    pub amr: String,
    /// The browser's description of itself, as the session began.
    pub user_agent: String,
    /// From where, as the session began.
    pub ip: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// When it was last used, moved now and then.
    pub last_seen_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

/// A session to be begun.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of what the cookie carries.
    pub id_hash: [u8; 32],
    /// Its public name.
    pub sid: SessionId,
    /// Who signed in.
    pub person_id: PersonId,
    /// The account that the dashboard shows.
    pub account_id: Option<AccountId>,
    /// How the person signed in.
    pub amr: String,
    /// The browser's description of itself.
    pub user_agent: String,
    /// From where.
    pub ip: String,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

/// A session with everything a guard needs to know. The caller refuses a person, member or account that is not active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Who signed in.
    pub person: Person,
    /// The account that the dashboard shows.
    pub account: Option<Account>,
    /// What the person is in it; `None` also when the person is no member any more.
    pub member: Option<Member>,
}

macro_rules! session_columns {
    () => {
        "s.id_hash, s.sid, s.person_id, s.account_id, s.amr, s.user_agent, s.ip, s.created_at, s.auth_time, \
         s.last_seen_at, s.expires_at"
    };
}

crate::sql! {
    FIND = concat!(
        "select ", session_columns!(), ", ", person_columns!("p"), ", ", account_columns!("a"), ", ",
        member_columns!("m"), " from session s join person p on p.id = s.person_id",
        " left join account a on a.id = s.account_id",
        " left join member m on m.account_id = s.account_id and m.person_id = s.person_id",
        " where s.id_hash = $1 and s.ended_at is null and s.expires_at > $2"
    );
    AMR = "select amr from session where sid = $1";
    LIST = concat!(
        "select ", session_columns!(), " from session s where s.person_id = $1 and s.ended_at is null",
        " and s.expires_at > $2 order by s.last_seen_at desc, s.sid limit 200"
    );
    INSERT = "insert into session (id_hash, sid, person_id, account_id, amr, user_agent, ip, created_at, auth_time, \
        last_seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9)";
    END = "update session set ended_at = $1 where id_hash = $2 and ended_at is null returning sid, person_id";
    END_BY_SID = "update session set ended_at = $1 where person_id = $2 and sid = $3 and ended_at is null returning sid";
    END_OTHERS = "update session set ended_at = $1 where person_id = $2 and sid <> $3 and ended_at is null returning sid";
    RENEW = "update session set id_hash = $1, amr = $2, user_agent = $3, ip = $4, auth_time = $5, last_seen_at = $5, \
        expires_at = $6 where id_hash = $7 and person_id = $8 and ended_at is null returning sid";
    SHOW_ACCOUNT = "update session set account_id = $1 where id_hash = $2 and ended_at is null returning sid";
    REMEMBER_ACCOUNT = "update person set last_account_id = $1 \
        where id = (select s.person_id from session s where s.id_hash = $2)";
    LAST_ACCOUNT = "select last_account_id from person where id = $1 and last_account_id is not null";
    /// Both dates are indexed; few sessions are kept that have ended.
    OVERDUE = "select sid, person_id from session where ended_at is null and (expires_at <= $1 or last_seen_at < $2) \
        limit $3";
    /// Looked at again: a node may just have written that somebody is there.
    END_OVERDUE = "update session set ended_at = $1 where sid = $2 and ended_at is null \
        and (expires_at <= $1 or last_seen_at < $3) returning sid";
    /// Never backwards: several requests of one browser may report out of order.
    TOUCH = "update session set last_seen_at = $1 where id_hash = $2 and last_seen_at < $1";
}

impl FromColumns for Session {
    const WIDTH: usize = 11;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Session {
            id_hash: columns.take()?,
            sid: columns.take()?,
            person_id: columns.take()?,
            account_id: columns.take()?,
            amr: columns.take()?,
            user_agent: columns.take()?,
            ip: columns.take()?,
            created_at: columns.take()?,
            auth_time: columns.take()?,
            last_seen_at: columns.take()?,
            expires_at: columns.take()?,
        })
    }
}

impl FromColumns for SignedIn {
    const WIDTH: usize = Session::WIDTH + Person::WIDTH + Account::WIDTH + Member::WIDTH;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(SignedIn {
            session: columns.nested()?,
            person: columns.nested()?,
            account: columns.nested_or_absent()?,
            member: columns.nested_or_absent()?,
        })
    }
}

impl Reader {
    /// The session of a cookie, unless it has ended or expired at this time. Idle time is the caller's rule.
    pub async fn find_session(&self, id_hash: &[u8; 32], now: Timestamp) -> Result<Option<SignedIn>, Error> {
        self.query_opt(FIND, values![id_hash, now]).await?.as_ref().map(SignedIn::from_row).transpose()
    }

    /// How the person of a session proved who they are, in words of RFC 8176, also after its end.
    pub async fn find_session_amr(&self, sid: &SessionId) -> Result<Option<String>, Error> {
        self.query_opt(AMR, values![sid]).await?.map(|row| row.text(0)).transpose()
    }

    /// The account that a person chose last, in whatever session. They may have left it since.
    pub async fn find_last_account(&self, person: &PersonId) -> Result<Option<AccountId>, Error> {
        let row = self.query_opt(LAST_ACCOUNT, values![person]).await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// A person's sessions that have not ended, the last used first.
    pub async fn list_sessions(&self, person: &PersonId, now: Timestamp) -> Result<Vec<Session>, Error> {
        Session::from_rows(&self.query(LIST, values![person, now]).await?)
    }
}

impl Tx {
    /// Begins a session.
    pub async fn insert_session(&self, new: &NewSession) -> Result<(), Error> {
        let values = values![
            new.id_hash,
            &new.sid,
            &new.person_id,
            new.account_id.as_ref(),
            &new.amr,
            &new.user_agent,
            &new.ip,
            self.now(),
            new.expires_at,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Ends the session of a cookie; says which one it was.
    pub async fn end_session(&self, id_hash: &[u8; 32]) -> Result<Option<SessionId>, Error> {
        let Some(row) = self.query_opt(END, values![self.now(), id_hash]).await? else { return Ok(None) };
        let columns = &mut row.columns();
        let (sid, person) = (columns.take()?, columns.take()?);
        self.end_of_session(&person, &sid).await?;
        Ok(Some(sid))
    }

    /// The person of a session has proved again who they are: it goes on under the same public name, with a new
    /// cookie, and the old one is worth nothing. `false` when it had ended, or is another person's.
    pub async fn renew_session(&self, old_hash: &[u8; 32], new: &NewSession) -> Result<bool, Error> {
        let values = values![
            new.id_hash,
            &new.amr,
            &new.user_agent,
            &new.ip,
            self.now(),
            new.expires_at,
            old_hash,
            &new.person_id,
        ];
        Ok(self.query_opt(RENEW, values).await?.is_some())
    }

    /// What ends with a session: access that was not given for when the person is away. Its apps are to be told.
    async fn end_of_session(&self, person: &PersonId, sid: &SessionId) -> Result<(), Error> {
        self.end_grants_of_session(person, sid).await?;
        self.session_ended(sid).await
    }

    /// Ends sessions whose time is over, or that nobody has used since `idle_since`, as if somebody had: at most `limit` of
    /// them. Says how many there were.
    pub async fn end_overdue_sessions(&self, idle_since: Timestamp, limit: u32) -> Result<usize, Error> {
        let overdue = self.query(OVERDUE, values![self.now(), idle_since, limit]).await?;
        for row in &overdue {
            let columns = &mut row.columns();
            let (sid, person): (SessionId, PersonId) = (columns.take()?, columns.take()?);
            if self.query_opt(END_OVERDUE, values![self.now(), &sid, idle_since]).await?.is_some() {
                self.end_of_session(&person, &sid).await?;
            }
        }
        Ok(overdue.len())
    }

    /// Ends one of the person's sessions by its public name. `false` when it is not one of theirs or had ended.
    pub async fn end_session_by_sid(&self, person: &PersonId, sid: &SessionId) -> Result<bool, Error> {
        let ended = self.query_opt(END_BY_SID, values![self.now(), person, sid]).await?.is_some();
        if ended {
            self.end_of_session(person, sid).await?;
        }
        Ok(ended)
    }

    /// Ends all of the person's sessions but one, or all of them; says how many.
    pub async fn end_sessions(&self, person: &PersonId, except: Option<&SessionId>) -> Result<usize, Error> {
        let except = except.map_or("", SessionId::as_str);
        let ended = self.query(END_OTHERS, values![self.now(), person, except]).await?;
        for row in &ended {
            self.end_of_session(person, &row.columns().take()?).await?;
        }
        Ok(ended.len())
    }

    /// Sets the account that the dashboard shows, also after the person's next sign-in. The caller has checked that the
    /// person is a member.
    pub async fn show_account(&self, id_hash: &[u8; 32], account: &AccountId) -> Result<bool, Error> {
        let shown = self.query_opt(SHOW_ACCOUNT, values![account, id_hash]).await?.is_some();
        if shown {
            self.execute(REMEMBER_ACCOUNT, values![account, id_hash]).await?;
        }
        Ok(shown)
    }

    /// Remembers when sessions were last used.
    pub async fn touch_sessions(&self, seen: &[([u8; 32], Timestamp)]) -> Result<(), Error> {
        for (id_hash, at) in seen {
            self.execute(TOUCH, values![*at, id_hash]).await?;
        }
        Ok(())
    }
}
