//! Refresh tokens: the grant is the family, and has one chain of them.

use crate::columns::{Columns, FromColumns};
use crate::grant::{GrantState, grant_state_columns, grant_state_joins};
use crate::id::GrantId;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::grant::refresh_token;
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::time::Timestamp;
use std::time::Duration;

/// A refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// When it was last used, up to a minute late; when it was issued, before that.
    pub last_used_at: Timestamp,
    /// The thumbprint of the DPoP key it is bound to.
    pub dpop_jkt: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// What came after it, once it was rotated.
    pub rotation: Option<Rotation>,
}

/// What came after a rotated refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// When.
    pub at: Timestamp,
    /// The next token, sealed under a key that only the holder of this one can derive.
    pub successor_sealed: Vec<u8>,
    /// Whether the next token has been used, so that it must have arrived.
    pub successor_used: bool,
}

/// A refresh token to be issued.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The grant.
    pub grant_id: GrantId,
    /// The thumbprint of the DPoP key it is bound to.
    pub dpop_jkt: Option<String>,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// What takes the place of a refresh token that is rotated.
#[derive(Clone, Debug)]
pub struct Successor {
    /// SHA-256 of the next token.
    pub hash: [u8; 32],
    /// The next token, sealed under a key that only the holder of the present one can derive.
    pub sealed: Vec<u8>,
}

impl RefreshToken {
    /// What the rules of the refresh grant look at. `idle` is how long an unused token lives.
    pub fn rules_row(&self, state: &GrantState, idle: Duration) -> Result<refresh_token::Row, Error> {
        let scopes = ScopeSet::parse(&state.grant.scopes)
            .map_err(|_| Error::Corrupt(format!("grant {} has no list of scopes", state.grant.id)))?;
        Ok(refresh_token::Row {
            client_id: state.client_id.clone(),
            scopes,
            expires_at: self.expires_at,
            idle_until: self.last_used_at + idle,
            dpop_jkt: self.dpop_jkt.clone(),
            revoked: self.revoked_at.is_some(),
            rotated: self.rotation.as_ref().map(|rotation| refresh_token::Rotated {
                at: rotation.at,
                successor_used: rotation.successor_used,
            }),
        })
    }
}

crate::sql! {
    FIND = concat!(
        "select t.hash, t.created_at, t.expires_at, t.last_used_at, t.dpop_jkt, t.revoked_at, t.used_at,",
        " t.successor_sealed, n.used_at is not null, ", grant_state_columns!(),
        " from refresh_token t join access_grant g on g.id = t.grant_id", grant_state_joins!(),
        " left join refresh_token n on n.hash = t.successor_hash where t.hash = $1"
    );
    INSERT = "insert into refresh_token (hash, grant_id, dpop_jkt, created_at, expires_at, last_used_at) \
        values ($1, $2, $3, $4, $5, $4)";
    ROTATE = "update refresh_token set used_at = $1, last_used_at = $1, successor_hash = $2, successor_sealed = $3 \
        where hash = $4 and used_at is null and revoked_at is null returning grant_id, dpop_jkt, expires_at";
    REVOKE_OF_GRANT = "update refresh_token set revoked_at = $1 where grant_id = $2 and revoked_at is null";
    /// Never backwards: several nodes may report out of order.
    TOUCH = "update refresh_token set last_used_at = $1 where hash = $2 and last_used_at < $1";
}

impl FromColumns for RefreshToken {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        let (hash, created_at, expires_at) = (columns.take()?, columns.take()?, columns.take()?);
        let (last_used_at, dpop_jkt, revoked_at) = (columns.take()?, columns.take()?, columns.take()?);
        let rotated: (Option<Timestamp>, Option<Vec<u8>>) = (columns.take()?, columns.take()?);
        let successor_used = columns.take()?;
        let rotation = match rotated {
            (Some(at), Some(successor_sealed)) => Some(Rotation { at, successor_sealed, successor_used }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(Error::Corrupt("a refresh token is half rotated".to_owned()));
            }
        };
        Ok(RefreshToken { hash, created_at, expires_at, last_used_at, dpop_jkt, revoked_at, rotation })
    }
}

impl Reader {
    /// A refresh token, whatever its state, with its grant and everything that depends on: one statement, because every
    /// refresh asks it.
    pub async fn find_refresh_token(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<(RefreshToken, GrantState)>, Error> {
        let Some(row) = self.query_opt(FIND, values![hash]).await? else { return Ok(None) };
        let columns = &mut row.columns();
        Ok(Some((columns.nested()?, columns.nested()?)))
    }
}

impl Tx {
    /// Issues the first refresh token of a grant.
    pub async fn insert_refresh_token(&self, new: &NewRefreshToken) -> Result<(), Error> {
        let values = values![new.hash, &new.grant_id, new.dpop_jkt.as_ref(), self.now(), new.expires_at];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Puts a successor in the place of a refresh token: of several attempts at once, one does. The successor ends when
    /// the first of the chain would have. `false` when the token was rotated or revoked.
    pub async fn rotate_refresh_token(&self, hash: &[u8; 32], successor: &Successor) -> Result<bool, Error> {
        let values = values![self.now(), successor.hash, successor.sealed.as_slice(), hash];
        let Some(row) = self.query_opt(ROTATE, values).await? else { return Ok(false) };
        let columns = &mut row.columns();
        let new = NewRefreshToken {
            hash: successor.hash,
            grant_id: columns.take()?,
            dpop_jkt: columns.take()?,
            expires_at: columns.take()?,
        };
        self.insert_refresh_token(&new).await?;
        Ok(true)
    }

    /// Revokes every refresh token of a grant while the grant stays; says how many.
    pub async fn revoke_refresh_tokens_of_grant(&self, grant: &GrantId) -> Result<u64, Error> {
        self.execute(REVOKE_OF_GRANT, values![self.now(), grant]).await
    }

    /// Remembers when refresh tokens were last used: called in batches, so that no refresh writes.
    pub async fn touch_refresh_tokens(&self, used: &[([u8; 32], Timestamp)]) -> Result<(), Error> {
        for (hash, at) in used {
            self.execute(TOUCH, values![*at, hash]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::account::AccountState;
    use crate::app::AppState;
    use crate::connection::EndReason;
    use crate::examples::{NOW, World, empty, later, race, world, write};
    use crate::member::MemberState;
    use crate::person::PersonState;
    use grantry_oauth::grant::{PersonStanding, Standing};

    const HASH: [u8; 32] = [1; 32];
    const IDLE: Duration = Duration::from_secs(600);

    async fn issued(store: &Store) -> World {
        let world = world(store).await;
        let new = NewRefreshToken {
            hash: HASH,
            grant_id: world.grant.clone(),
            dpop_jkt: Some("thumbprint".to_owned()),
            expires_at: later(3_600),
        };
        write(store, NOW, |tx| async move { tx.insert_refresh_token(&new).await }).await;
        world
    }

    async fn found(store: &Store, hash: [u8; 32]) -> (RefreshToken, GrantState) {
        store.reader().find_refresh_token(&hash).await.expect("a read").expect("the token")
    }

    async fn rules_row(store: &Store, hash: [u8; 32]) -> refresh_token::Row {
        let (token, state) = found(store, hash).await;
        token.rules_row(&state, IDLE).expect("scopes")
    }

    fn successor(n: u8) -> Successor {
        Successor { hash: [n; 32], sealed: vec![n] }
    }

    #[tokio::test]
    async fn one_statement_answers_the_token_and_all_that_it_hangs_on() {
        let (_dir, store) = empty().await;
        let world = issued(&store).await;
        let (token, state) = found(&store, HASH).await;
        assert_eq!((token.dpop_jkt.as_deref(), token.rotation.as_ref()), (Some("thumbprint"), None));
        assert_eq!(state.grant.id, world.grant);
        assert_eq!(state.grant.session_sid, Some(world.session));
        assert_eq!(state.person.expect("a person").id, world.person);
        let row = rules_row(&store, HASH).await;
        assert_eq!(row.client_id, "SDXE-AC-MYAPP");
        assert_eq!(row.scopes.to_string(), "openid offline_access folios.read");
        assert_eq!((row.expires_at, row.idle_until), (later(3_600), NOW + IDLE));
        assert!(!row.revoked && row.rotated.is_none());
        assert_eq!(store.reader().find_refresh_token(&[2; 32]).await, Ok(None));
    }

    // security: T12
    #[tokio::test]
    async fn a_rotated_token_tells_of_its_successor_and_whether_that_arrived() {
        let (_dir, store) = empty().await;
        issued(&store).await;
        let rotate = |at, hash, next| {
            let store = store.clone();
            async move {
                write(&store, at, |tx| async move { tx.rotate_refresh_token(&hash, &successor(next)).await })
                    .await
            }
        };
        assert!(rotate(later(10), HASH, 2).await);
        assert!(!rotate(later(11), HASH, 3).await, "once");
        let rotated = |successor_used| Some(refresh_token::Rotated { at: later(10), successor_used });
        assert_eq!(rules_row(&store, HASH).await.rotated, rotated(false));
        let (old, _) = found(&store, HASH).await;
        assert_eq!(old.rotation.expect("rotated").successor_sealed, [2]);
        let (new, _) = found(&store, [2; 32]).await;
        assert_eq!((new.created_at, new.expires_at), (later(10), later(3_600)), "the absolute end stays");
        assert_eq!(new.dpop_jkt.as_deref(), Some("thumbprint"));
        assert!(rotate(later(20), [2; 32], 3).await);
        assert_eq!(rules_row(&store, HASH).await.rotated, rotated(true));
    }

    // security: T12
    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_rotations_of_a_token_one_makes_the_successor() {
        let (_dir, store) = empty().await;
        issued(&store).await;
        let won =
            race(&store, |n, tx| async move { tx.rotate_refresh_token(&HASH, &successor(n + 100)).await });
        assert_eq!(won.await, 1);
        let mut successors = 0;
        for n in 100..116 {
            successors +=
                usize::from(store.reader().find_refresh_token(&[n; 32]).await.expect("a read").is_some());
        }
        assert_eq!(successors, 1);
    }

    // security: T12
    #[tokio::test]
    async fn the_whole_family_is_revoked_and_nothing_comes_after_it() {
        let (_dir, store) = empty().await;
        let world = &issued(&store).await;
        write(&store, NOW, |tx| async move {
            assert!(tx.rotate_refresh_token(&HASH, &successor(2)).await?);
            assert_eq!(tx.revoke_refresh_tokens_of_grant(&world.grant).await?, 2);
            assert_eq!(tx.revoke_refresh_tokens_of_grant(&world.grant).await?, 0);
            assert!(!tx.rotate_refresh_token(&[2; 32], &successor(3)).await?);
            Ok(())
        })
        .await;
        for hash in [HASH, [2; 32]] {
            assert!(rules_row(&store, hash).await.revoked);
        }
    }

    #[tokio::test]
    async fn use_moves_the_idle_end_and_never_back() {
        let (_dir, store) = empty().await;
        issued(&store).await;
        let used = [(HASH, later(30)), (HASH, later(20)), ([9; 32], later(40))];
        write(&store, later(50), |tx| async move { tx.touch_refresh_tokens(&used).await }).await;
        assert_eq!(rules_row(&store, HASH).await.idle_until, later(30) + IDLE);
    }

    // security: T14
    #[tokio::test]
    async fn each_end_of_what_a_token_hangs_on_shows_in_its_standing() {
        let (_dir, store) = empty().await;
        let world = &issued(&store).await;
        let standing = || async { found(&store, HASH).await.1.standing() };
        let good = standing().await;
        assert_eq!(good.person, PersonStanding::Active);
        assert!(good.client_active && good.account_active && !good.ended);

        let change = |there, back| Standing { person: there, ..Standing { person: back, ..good } };
        write(&store, NOW, |tx| async move {
            let (active, suspended) = (AccountState::Active, AccountState::Suspended);
            let of = async |expected: Standing| {
                let (_, state) = tx.find_refresh_token(&HASH).await?.expect("the token");
                assert_eq!(state.standing(), expected);
                Ok::<(), Error>(())
            };
            tx.set_account_state(&world.developer, suspended).await?;
            of(Standing { client_active: false, ..good }).await?;
            tx.set_account_state(&world.developer, active).await?;
            tx.set_app_state(&world.app, AppState::Active, AppState::Suspended).await?;
            of(Standing { client_active: false, ..good }).await?;
            tx.set_app_state(&world.app, AppState::Suspended, AppState::Active).await?;
            tx.set_account_state(&world.customer, suspended).await?;
            of(Standing { account_active: false, ..good }).await?;
            tx.set_account_state(&world.customer, active).await?;
            tx.set_person_state(&world.person, PersonState::Disabled).await?;
            of(change(PersonStanding::Disabled, good.person)).await?;
            tx.set_person_state(&world.person, PersonState::Active).await?;
            of(good).await?;
            tx.insert_person(&crate::examples::person(2, "bob@hotel.example")).await?;
            tx.insert_member(&world.customer, &crate::examples::person(2, "").id, true, false).await?;
            tx.set_member_state(&world.customer, &world.person, MemberState::Disabled).await?;
            of(change(PersonStanding::Disabled, good.person)).await?;
            tx.remove_member(&world.customer, &world.person, None).await?;
            of(change(PersonStanding::Gone, good.person)).await?;
            tx.end_connection(&world.customer, &world.connection, None, EndReason::Disconnected).await?;
            of(Standing { ended: true, ..change(PersonStanding::Gone, good.person) }).await
        })
        .await;
        assert!(rules_row(&store, HASH).await.revoked, "a connection takes its refresh tokens along");
    }
}
