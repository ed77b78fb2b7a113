//! Devices that wait for somebody to say yes in a browser elsewhere (RFC 8628): each is decided once, and gives tokens
//! once.

use crate::columns::{Columns, FromColumns, json_list};
use crate::id::{AppId, GrantId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::grant::device_code::{self, Decision};
use grantry_oauth::time::Timestamp;
use std::time::Duration;

/// What a device waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// SHA-256 of the code that the device polls with.
    pub device_hash: [u8; 32],
    /// The code that people type, without its hyphen.
    pub user_code: String,
    /// The app.
    pub app_id: AppId,
    /// That app's client ID.
    pub client_id: String,
    /// The scopes that it asks for, separated by spaces.
    pub scopes: String,
    /// The APIs that the tokens are for (RFC 8707).
    pub resource: Vec<String>,
    /// What must lie between two polls.
    pub pause: Duration,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends, decided or not.
    pub expires_at: Timestamp,
    /// When the device last asked.
    pub polled_at: Option<Timestamp>,
    /// When somebody decided.
    pub decided_at: Option<Timestamp>,
    /// The grant that came of it; `None` when it was refused.
    pub grant_id: Option<GrantId>,
    /// Whether tokens were given.
    pub used: bool,
}

/// A device that begins to wait.
#[derive(Clone, Debug)]
pub struct NewDeviceAuthorization {
    /// SHA-256 of the code that the device polls with.
    pub device_hash: [u8; 32],
    /// The code that people type, without its hyphen.
    pub user_code: String,
    /// The app.
    pub app_id: AppId,
    /// The scopes that it asks for, separated by spaces.
    pub scopes: String,
    /// The APIs that the tokens are for.
    pub resource: Vec<String>,
    /// What must lie between two polls.
    pub pause: Duration,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl DeviceAuthorization {
    /// What the rules of a poll look at.
    #[must_use]
    pub fn rules_row(&self) -> device_code::Row {
        device_code::Row {
            client_id: self.client_id.clone(),
            expires_at: self.expires_at,
            pause: self.pause,
            polled_at: self.polled_at,
            decision: match (self.decided_at, &self.grant_id) {
                (None, _) => Decision::Pending,
                (Some(_), None) => Decision::Refused,
                (Some(_), Some(_)) => Decision::Allowed,
            },
            used: self.used,
        }
    }
}

macro_rules! columns {
    () => {
        "d.device_hash, d.user_code, d.app_id, p.client_id, d.scopes, d.resource, d.pause, d.created_at, d.expires_at, \
         d.polled_at, d.decided_at, d.grant_id, d.used_at is not null \
         from device_authorization d join app p on p.id = d.app_id"
    };
}

crate::sql! {
    FIND = concat!("select ", columns!(), " where d.device_hash = $1");
    FIND_OPEN = concat!(
        "select ", columns!(), " where d.user_code = $1 and d.decided_at is null and d.expires_at > $2"
    );
    INSERT = "insert into device_authorization (device_hash, user_code, app_id, scopes, resource, pause, created_at, \
        expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (user_code) do nothing";
    POLL = "update device_authorization set polled_at = $1, pause = $2 where device_hash = $3";
    DECIDE = "update device_authorization set decided_at = $1, grant_id = $2 \
        where device_hash = $3 and decided_at is null and expires_at > $1";
    CONSUME = "update device_authorization set used_at = $1 \
        where device_hash = $2 and used_at is null and grant_id is not null";
}

impl FromColumns for DeviceAuthorization {
    const WIDTH: usize = 13;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(DeviceAuthorization {
            device_hash: columns.take()?,
            user_code: columns.take()?,
            app_id: columns.take()?,
            client_id: columns.take()?,
            scopes: columns.take()?,
            resource: columns.take()?,
            pause: Duration::from_millis(u64::from(columns.take::<u32>()?)),
            created_at: columns.take()?,
            expires_at: columns.take()?,
            polled_at: columns.take()?,
            decided_at: columns.take()?,
            grant_id: columns.take()?,
            used: columns.take()?,
        })
    }
}

fn milliseconds(pause: Duration) -> u32 {
    u32::try_from(pause.as_millis()).unwrap_or(u32::MAX)
}

impl Reader {
    /// What a device waits for, whatever its state, whoever's it is.
    pub async fn find_device_authorization(
        &self,
        device_hash: &[u8; 32],
    ) -> Result<Option<DeviceAuthorization>, Error> {
        let row = self.query_opt(FIND, values![device_hash]).await?;
        row.as_ref().map(DeviceAuthorization::from_row).transpose()
    }

    /// The device that shows this code and can still be decided on.
    pub async fn find_waiting_device(
        &self,
        user_code: &str,
        now: Timestamp,
    ) -> Result<Option<DeviceAuthorization>, Error> {
        let row = self.query_opt(FIND_OPEN, values![user_code, now]).await?;
        row.as_ref().map(DeviceAuthorization::from_row).transpose()
    }
}

impl Tx {
    /// Lets a device wait. `false` when another one shows the same code: take another.
    pub async fn insert_device_authorization(&self, new: &NewDeviceAuthorization) -> Result<bool, Error> {
        let values = values![
            new.device_hash,
            &new.user_code,
            &new.app_id,
            &new.scopes,
            json_list(&new.resource),
            milliseconds(new.pause),
            self.now(),
            new.expires_at,
        ];
        Ok(self.execute(INSERT, values).await? == 1)
    }

    /// Remembers that a device asked, and how long it has to wait before it asks again.
    pub async fn note_poll(&self, device_hash: &[u8; 32], pause: Duration) -> Result<(), Error> {
        self.execute(POLL, values![self.now(), milliseconds(pause), device_hash]).await?;
        Ok(())
    }

    /// Decides: a grant, or no. Of several attempts at once, one does; nothing is decided after its end.
    pub async fn decide_device_authorization(
        &self,
        device_hash: &[u8; 32],
        grant: Option<&GrantId>,
    ) -> Result<bool, Error> {
        Ok(self.execute(DECIDE, values![self.now(), grant, device_hash]).await? == 1)
    }

    /// Uses an allowed one up: of several polls at once, one gets the tokens.
    pub async fn consume_device_authorization(&self, device_hash: &[u8; 32]) -> Result<bool, Error> {
        Ok(self.execute(CONSUME, values![self.now(), device_hash]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::examples::{NOW, World, empty, later, race, world, write};

    const HASH: [u8; 32] = [1; 32];

    fn new(world: &World, hash: [u8; 32], user_code: &str) -> NewDeviceAuthorization {
        NewDeviceAuthorization {
            device_hash: hash,
            user_code: user_code.to_owned(),
            app_id: world.app.clone(),
            scopes: "openid".to_owned(),
            resource: vec!["https://api.example/mcp".to_owned()],
            pause: Duration::from_secs(5),
            expires_at: later(600),
        }
    }

    async fn waiting(store: &Store) -> World {
        let world = world(store).await;
        let first = new(&world, HASH, "BCDFGHJK");
        assert!(write(store, NOW, |tx| async move { tx.insert_device_authorization(&first).await }).await);
        world
    }

    async fn found(store: &Store) -> DeviceAuthorization {
        store.reader().find_device_authorization(&HASH).await.expect("a read").expect("it waits")
    }

    #[tokio::test]
    async fn a_device_is_found_by_either_code_and_no_two_show_the_same() {
        let (_dir, store) = empty().await;
        let world = waiting(&store).await;
        let by_user = store.reader().find_waiting_device("BCDFGHJK", NOW).await.expect("a read");
        let device = found(&store).await;
        assert_eq!(by_user.as_ref(), Some(&device));
        assert_eq!((device.client_id.as_str(), device.resource.len()), ("SDXE-AC-MYAPP", 1));
        assert_eq!(device.rules_row().decision, Decision::Pending);
        let same = new(&world, [2; 32], "BCDFGHJK");
        assert!(!write(&store, NOW, |tx| async move { tx.insert_device_authorization(&same).await }).await);
        assert_eq!(store.reader().find_waiting_device("ZZZZZZZZ", NOW).await, Ok(None));
        assert_eq!(store.reader().find_waiting_device("BCDFGHJK", later(600)).await, Ok(None), "too late");
    }

    #[tokio::test]
    async fn a_poll_is_remembered_with_the_pause_that_follows() {
        let (_dir, store) = empty().await;
        waiting(&store).await;
        write(&store, later(3), |tx| async move { tx.note_poll(&HASH, Duration::from_secs(10)).await }).await;
        let row = found(&store).await.rules_row();
        assert_eq!((row.polled_at, row.pause), (Some(later(3)), Duration::from_secs(10)));
    }

    // security: T19
    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_who_decide_one_does_and_of_sixteen_polls_one_gets_the_tokens() {
        let (_dir, store) = empty().await;
        let world = waiting(&store).await;
        let early = race(&store, |_, tx| async move { tx.consume_device_authorization(&HASH).await });
        assert_eq!(early.await, 0, "nobody allowed it yet");
        let grant = world.grant.clone();
        let decided = race(&store, move |n, tx| {
            let grant = (n % 2 == 0).then(|| grant.clone());
            async move { tx.decide_device_authorization(&HASH, grant.as_ref()).await }
        });
        assert_eq!(decided.await, 1);
        let device = found(&store).await;
        assert_eq!(store.reader().find_waiting_device("BCDFGHJK", NOW).await, Ok(None), "it waits no more");
        let allowed = device.rules_row().decision == Decision::Allowed;
        let given = race(&store, |_, tx| async move { tx.consume_device_authorization(&HASH).await });
        assert_eq!(given.await, usize::from(allowed));
        assert_eq!(found(&store).await.used, allowed);
    }

    // security: T19
    #[tokio::test]
    async fn nothing_is_decided_after_its_end_and_a_refusal_gives_nothing() {
        let (_dir, store) = empty().await;
        let world = &waiting(&store).await;
        write(&store, later(600), |tx| async move {
            assert!(!tx.decide_device_authorization(&HASH, Some(&world.grant)).await?);
            Ok(())
        })
        .await;
        write(&store, later(599), |tx| async move {
            assert!(tx.decide_device_authorization(&HASH, None).await?);
            assert!(!tx.decide_device_authorization(&HASH, Some(&world.grant)).await?, "once");
            assert!(!tx.consume_device_authorization(&HASH).await?);
            Ok(())
        })
        .await;
        assert_eq!(found(&store).await.rules_row().decision, Decision::Refused);
    }
}
