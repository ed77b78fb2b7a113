//! Grants: what one authorization gave. Everything issued from its code names the grant and dies with it.

use crate::account::{Account, AccountState};
use crate::app::AppState;
use crate::columns::{Columns, FromColumns, json_list};
use crate::connection::{ConnectionKind, EndReason};
use crate::id::{AccountId, AppId, ConnectionId, GrantId, PersonId, SessionId};
use crate::member::{Member, MemberState};
use crate::person::{Person, PersonState, person_columns};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::access_token::{self, MOST_EXCHANGES};
use grantry_oauth::grant::{PersonStanding, Standing};
use grantry_oauth::time::Timestamp;

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id, which a user token's `jti` names.
    pub id: GrantId,
    /// The connection it is of.
    pub connection_id: ConnectionId,
    /// The app.
    pub app_id: AppId,
    /// Who authorized; `None` once that person is erased.
    pub person_id: Option<PersonId>,
    /// For which account.
    pub account_id: AccountId,
    /// The scopes given, separated by spaces.
    pub scopes: String,
    /// The APIs that the tokens are for (RFC 8707); none for those of the scopes.
    pub resource: Vec<String>,
    /// The claims that were asked for one by one (OIDC Core §5.5), as JSON.
    pub claims: Option<String>,
    /// The session in which the person authorized.
    pub session_sid: Option<SessionId>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// Whether it was given for the account, so that it stays when the person leaves; see
    /// [`Standing::outlives_person`].
    pub outlives_person: bool,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A grant to be given.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// The connection it is of.
    pub connection_id: ConnectionId,
    /// The app.
    pub app_id: AppId,
    /// Who authorizes.
    pub person_id: PersonId,
    /// For which account.
    pub account_id: AccountId,
    /// The scopes given, separated by spaces.
    pub scopes: String,
    /// The APIs that the tokens are for (RFC 8707); none for those of the scopes.
    pub resource: Vec<String>,
    /// The claims that were asked for one by one (OIDC Core §5.5), as JSON.
    pub claims: Option<String>,
    /// The session in which the person authorizes.
    pub session_sid: Option<SessionId>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// Whether it stays when the person leaves the account.
    pub outlives_person: bool,
    /// When the last token that can come of it is dead: the row may then be forgotten.
    pub keep_until: Timestamp,
}

/// A grant as one of a connection's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenGrant {
    /// The grant.
    pub grant: Grant,
    /// Who authorized, unless that person is erased.
    pub person: Option<Person>,
}

/// A grant with the states of everything it depends on, read in one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantState {
    /// The grant.
    pub grant: Grant,
    /// Whose the connection is.
    pub connection_kind: ConnectionKind,
    /// When the connection ended.
    pub connection_ended_at: Option<Timestamp>,
    /// Whether the app may be used.
    pub app_state: AppState,
    /// The app's client ID.
    pub client_id: String,
    /// Whether the account that owns the app may be used.
    pub owner_state: AccountState,
    /// The account that connected the app.
    pub account: Account,
    /// Who authorized, unless that person is erased.
    pub person: Option<Person>,
    /// What that person is in the account, unless they left it.
    pub member: Option<Member>,
}

impl GrantState {
    /// What the rules look at to say whether anything may still be issued, and for whom: refresh, introspection,
    /// userinfo and the API all ask this.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let person = match (&self.person, &self.member) {
            (Some(person), Some(member)) => match (person.state, member.state) {
                (PersonState::Active, MemberState::Active) => PersonStanding::Active,
                (PersonState::Disabled, _) | (_, MemberState::Disabled) => PersonStanding::Disabled,
            },
            (None, _) | (_, None) => PersonStanding::Gone,
        };
        Standing {
            ended: self.grant.ended_at.is_some() || self.connection_ended_at.is_some(),
            client_active: self.app_state == AppState::Active && self.owner_state == AccountState::Active,
            account_active: self.account.state == AccountState::Active,
            person,
            outlives_person: self.grant.outlives_person && self.connection_kind == ConnectionKind::Account,
        }
    }
}

/// The columns that a [`Grant`] `g` is read from.
macro_rules! grant_columns {
    () => {
        "g.id, g.connection_id, g.app_id, g.person_id, g.account_id, g.scopes, g.resource, g.claims, g.session_sid, \
         g.auth_time, g.outlives_person, g.created_at, g.ended_at"
    };
}
pub(crate) use grant_columns;

/// The columns that a [`GrantState`] is read from.
macro_rules! grant_state_columns {
    () => {
        concat!(
            $crate::grant::grant_columns!(),
            ", c.kind, c.ended_at, p.state, p.client_id, o.state, ",
            $crate::account::account_columns!("a"),
            ", ",
            $crate::person::person_columns!("w"),
            ", ",
            $crate::member::member_columns!("m")
        )
    };
}
pub(crate) use grant_state_columns;

/// What a grant `g` depends on, joined to it.
macro_rules! grant_state_joins {
    () => {
        " join connection c on c.id = g.connection_id join app p on p.id = g.app_id \
         join account o on o.id = p.account_id join account a on a.id = g.account_id \
         left join person w on w.id = g.person_id \
         left join member m on m.account_id = g.account_id and m.person_id = g.person_id"
    };
}
pub(crate) use grant_state_joins;

crate::sql! {
    FIND = concat!(
        "select ", grant_state_columns!(), " from access_grant g", grant_state_joins!(), " where g.id = $1"
    );
    FIND_OF_TOKEN = concat!(
        "select ", grant_state_columns!(), ", (select min(r.jti) from revoked_token r where r.jti in ($1, $2, $3, $4, $5))",
        " from access_grant g", grant_state_joins!(), " where g.id = $6"
    );
    LIST = concat!(
        "select ", grant_columns!(), ", ", person_columns!("w"), " from access_grant g",
        " left join person w on w.id = g.person_id",
        " where g.account_id = $1 and g.connection_id = $2 and g.ended_at is null and g.keep_until > $3",
        " order by g.created_at desc, g.id desc limit 200"
    );
    INSERT = "insert into access_grant (id, connection_id, app_id, person_id, account_id, scopes, resource, claims, \
        session_sid, auth_time, created_at, keep_until, outlives_person) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    USED = "update connection set last_used_at = $1 where id = $2 and last_used_at < $1";
    END = "update access_grant set ended_at = $1, end_reason = $2 where id = $3 and ended_at is null \
        returning connection_id";
    REVOKE_REFRESH = "update refresh_token set revoked_at = $1 where grant_id = $2 and revoked_at is null";
    END_OF_PERSON = "update access_grant set ended_at = $1, end_reason = $2 \
        where account_id = $3 and person_id = $4 and ended_at is null returning id";
    REVOKE_REFRESH_OF_PERSON = "update refresh_token set revoked_at = $1 where revoked_at is null \
        and grant_id in (select g.id from access_grant g where g.account_id = $2 and g.person_id = $3)";
    /// OIDC Core §11: `offline_access` is for when the person is not there, so signing out does not end it.
    END_OF_SESSION = "update access_grant set ended_at = $1, end_reason = $2 where person_id = $3 and session_sid = $4 \
        and ' ' || scopes || ' ' not like '% offline_access %' and ended_at is null \
        returning id";
    END_OF_APP = "update access_grant set ended_at = $1, end_reason = $2 \
        where ended_at is null and connection_id in (select k.id from connection k where k.app_id = $3)";
}

impl FromColumns for Grant {
    const WIDTH: usize = 13;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Grant {
            id: columns.take()?,
            connection_id: columns.take()?,
            app_id: columns.take()?,
            person_id: columns.take()?,
            account_id: columns.take()?,
            scopes: columns.take()?,
            resource: columns.take()?,
            claims: columns.take()?,
            session_sid: columns.take()?,
            auth_time: columns.take()?,
            outlives_person: columns.take()?,
            created_at: columns.take()?,
            ended_at: columns.take()?,
        })
    }
}

impl FromColumns for GivenGrant {
    const WIDTH: usize = Grant::WIDTH + Person::WIDTH;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(GivenGrant { grant: columns.nested()?, person: columns.nested_or_absent()? })
    }
}

impl FromColumns for GrantState {
    const WIDTH: usize = Grant::WIDTH + 5 + Account::WIDTH + Person::WIDTH + Member::WIDTH;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(GrantState {
            grant: columns.nested()?,
            connection_kind: columns.take()?,
            connection_ended_at: columns.take()?,
            app_state: columns.take()?,
            client_id: columns.take()?,
            owner_state: columns.take()?,
            account: columns.nested()?,
            person: columns.nested_or_absent()?,
            member: columns.nested_or_absent()?,
        })
    }
}

impl Reader {
    /// A grant and what it depends on, whatever its state; see [`GrantState::standing`].
    pub async fn find_grant(&self, id: &GrantId) -> Result<Option<GrantState>, Error> {
        self.query_opt(FIND, values![id]).await?.as_ref().map(GrantState::from_row).transpose()
    }

    /// The grant of an access token, unless that very token was revoked or one that it was exchanged for: what
    /// introspection, userinfo and the API ask on every call.
    pub async fn find_grant_of_token(&self, id: &GrantId, jti: &str) -> Result<Option<GrantState>, Error> {
        let mut names = [jti; MOST_EXCHANGES + 1];
        for (place, name) in names.iter_mut().zip(access_token::lineage(jti)) {
            *place = name;
        }
        let [own, first, second, third, fourth] = names;
        let values = values![own, first, second, third, fourth, id];
        let Some(row) = self.query_opt(FIND_OF_TOKEN, values).await? else { return Ok(None) };
        let columns = &mut row.columns();
        let state = columns.nested()?;
        let revoked: Option<String> = columns.take()?;
        Ok(if revoked.is_some() { None } else { Some(state) })
    }

    /// The grants of a connection of the account that something can still come of, the newest first.
    pub async fn list_grants(
        &self,
        account: &AccountId,
        connection: &ConnectionId,
        now: Timestamp,
    ) -> Result<Vec<GivenGrant>, Error> {
        GivenGrant::from_rows(&self.query(LIST, values![account, connection, now]).await?)
    }
}

impl Tx {
    /// Gives a grant, and marks its connection as used now.
    pub async fn insert_grant(&self, new: &NewGrant) -> Result<(), Error> {
        let values = values![
            &new.id,
            &new.connection_id,
            &new.app_id,
            &new.person_id,
            &new.account_id,
            &new.scopes,
            json_list(&new.resource),
            new.claims.as_ref(),
            new.session_sid.as_ref(),
            new.auth_time,
            self.now(),
            new.keep_until,
            new.outlives_person,
        ];
        self.execute(INSERT, values).await?;
        self.execute(USED, values![self.now(), &new.connection_id]).await?;
        Ok(())
    }

    /// Ends a grant with all its tokens. `false` when it had ended, or there is none.
    pub async fn end_grant(&self, id: &GrantId, reason: EndReason) -> Result<bool, Error> {
        let Some(row) = self.query_opt(END, values![self.now(), reason, id]).await? else { return Ok(false) };
        self.execute(REVOKE_REFRESH, values![self.now(), id]).await?;
        self.revoke_grant(id);
        self.changed(ChangeKind::Connection, &row.text(0)?).await?;
        Ok(true)
    }

    /// Ends everything that a person authorized in an account, with all its tokens, while the connections stay. Says
    /// how many grants ended.
    pub async fn end_grants_of_person(
        &self,
        account: &AccountId,
        person: &PersonId,
        reason: EndReason,
    ) -> Result<usize, Error> {
        let ended = self.query(END_OF_PERSON, values![self.now(), reason, account, person]).await?;
        self.revoke_grants(&ended)?;
        self.execute(REVOKE_REFRESH_OF_PERSON, values![self.now(), account, person]).await?;
        self.changed(ChangeKind::User, person.as_str()).await?;
        Ok(ended.len())
    }

    /// Ends what a person authorized in a session that ends, except what may be used without them. Says how many
    /// grants ended.
    pub async fn end_grants_of_session(&self, person: &PersonId, sid: &SessionId) -> Result<usize, Error> {
        let values = values![self.now(), EndReason::SessionEnded, person, sid];
        let ended = self.query(END_OF_SESSION, values).await?;
        self.revoke_grants(&ended)?;
        Ok(ended.len())
    }

    /// Ends every grant of an app while its connections stay: people must authorize again. Says how many ended.
    pub async fn end_grants_of_app(&self, app: &AppId, reason: EndReason) -> Result<u64, Error> {
        let ended = self.execute(END_OF_APP, values![self.now(), reason, app]).await?;
        self.revoke_tokens_of_app(app).await?;
        self.app_changed(app).await?;
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::examples::{NOW, World, empty, grant_id, later, world, write};
    use crate::refresh_token::NewRefreshToken;

    /// A second grant, which needs the person's session, and a third of another session; each with a refresh token.
    async fn three_grants(store: &Store) -> World {
        let world = world(store).await;
        let second = world.new_grant(2, "openid folios.read");
        let third = NewGrant { session_sid: Some(SessionId::new([9; 16])), ..world.new_grant(3, "openid") };
        let mut third = third;
        third.resource = vec!["https://api.example/mcp".to_owned()];
        write(store, later(1), |tx| async move {
            tx.insert_grant(&second).await?;
            tx.insert_grant(&third).await?;
            for n in 1..=3 {
                let (hash, grant_id) = ([n; 32], grant_id(n));
                let expires_at = later(3_600);
                tx.insert_refresh_token(&NewRefreshToken { hash, grant_id, dpop_jkt: None, expires_at })
                    .await?;
            }
            Ok(())
        })
        .await;
        world
    }

    async fn ended(store: &Store) -> Vec<bool> {
        let mut ended = Vec::new();
        for n in 1..=3 {
            let state = store.reader().find_grant(&grant_id(n)).await.expect("a read").expect("the grant");
            ended.push(state.grant.ended_at.is_some());
        }
        ended
    }

    async fn revoked(store: &Store) -> Vec<bool> {
        let mut revoked = Vec::new();
        for n in 1..=3 {
            let found = store.reader().find_refresh_token(&[n; 32]).await.expect("a read");
            revoked.push(found.expect("the token").0.revoked_at.is_some());
        }
        revoked
    }

    #[tokio::test]
    async fn the_grants_of_a_connection_are_listed_while_something_can_come_of_them() {
        let (_dir, store) = empty().await;
        let world = &three_grants(&store).await;
        let list = |account: AccountId, now| {
            let (reader, connection) = (store.reader(), world.connection.clone());
            async move { reader.list_grants(&account, &connection, now).await.expect("grants") }
        };
        let grants = list(world.customer.clone(), NOW).await;
        let ids: Vec<_> = grants.iter().map(|given| given.grant.id.clone()).collect();
        assert_eq!(ids, [grant_id(3), grant_id(2), grant_id(1)]);
        assert_eq!(grants[0].grant.resource, ["https://api.example/mcp"]);
        assert_eq!(grants[0].person.as_ref().map(|person| person.email.as_str()), Some("ada@hotel.example"));
        assert!(list(world.developer.clone(), NOW).await.is_empty(), "another account");
        assert!(list(world.customer.clone(), later(3_600)).await.is_empty(), "nothing can come of them");
        write(&store, NOW, |tx| async move { tx.end_grant(&grant_id(2), EndReason::Revoked).await }).await;
        assert_eq!(list(world.customer.clone(), NOW).await.len(), 2);
    }

    // security: T02, T12
    #[tokio::test]
    async fn a_grant_ends_once_with_its_refresh_tokens_and_no_other() {
        let (_dir, store) = empty().await;
        three_grants(&store).await;
        write(&store, NOW, |tx| async move {
            assert!(tx.end_grant(&grant_id(2), EndReason::CodeReplayed).await?);
            assert!(!tx.end_grant(&grant_id(2), EndReason::CodeReplayed).await?);
            Ok(())
        })
        .await;
        assert_eq!(ended(&store).await, [false, true, false]);
        assert_eq!(revoked(&store).await, [false, true, false]);
    }

    #[tokio::test]
    async fn all_that_a_person_authorized_in_an_account_ends_at_once() {
        let (_dir, store) = empty().await;
        let world = &three_grants(&store).await;
        write(&store, NOW, |tx| async move {
            let reason = EndReason::SessionEnded;
            assert_eq!(tx.end_grants_of_person(&world.developer, &world.person, reason).await?, 0);
            assert_eq!(tx.end_grants_of_person(&world.customer, &world.person, reason).await?, 3);
            Ok(())
        })
        .await;
        assert_eq!(ended(&store).await, [true; 3]);
        assert_eq!(revoked(&store).await, [true; 3]);
    }

    #[tokio::test]
    async fn a_session_takes_along_what_was_not_given_for_offline_use() {
        let (_dir, store) = empty().await;
        let world = &three_grants(&store).await;
        write(&store, NOW, |tx| async move {
            assert_eq!(tx.end_grants_of_session(&world.person, &world.session).await?, 1);
            Ok(())
        })
        .await;
        assert_eq!(ended(&store).await, [false, true, false]);
    }

    // security: T14
    #[tokio::test]
    async fn a_revoked_access_token_is_dead_while_the_others_of_its_grant_live() {
        let (_dir, store) = empty().await;
        world(&store).await;
        let grant = &grant_id(1);
        write(&store, NOW, |tx| async move {
            assert!(tx.find_grant_of_token(grant, "jti-1").await?.is_some());
            assert!(tx.revoke_token("jti-1", Some(grant), later(3_600)).await?);
            assert!(!tx.revoke_token("jti-1", Some(grant), later(3_600)).await?, "revoked already");
            assert_eq!(tx.find_grant_of_token(grant, "jti-1").await?, None);
            assert!(tx.find_grant_of_token(grant, "jti-2").await?.is_some());
            for (exchanged, stands) in
                [("jti-1~a", false), ("jti-1~a~b~c~d", false), ("jti-1a~b", true), ("jti-2~jti-1", true)]
            {
                assert_eq!(tx.find_grant_of_token(grant, exchanged).await?.is_some(), stands, "{exchanged}");
            }
            Ok(())
        })
        .await;
    }
}
