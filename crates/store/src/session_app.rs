//! Apps that somebody signed in to within a session and that are told when it ends (OIDC Back-Channel Logout).

use crate::columns::{Columns, FromColumns};
use crate::id::{AppId, SessionId};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// An app that must be told of the end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionApp {
    /// The session.
    pub sid: SessionId,
    /// The app.
    pub app_id: AppId,
    /// Its client ID.
    pub client_id: String,
    /// The person, as this app knows them.
    pub subject: String,
    /// When the session ended.
    pub ended_at: Option<Timestamp>,
    /// How often telling was begun.
    pub attempts: i64,
    /// When it is due.
    pub next_attempt_at: Option<Timestamp>,
    /// When the app was told.
    pub told_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

macro_rules! columns {
    () => {
        "s.sid, s.app_id, p.client_id, s.subject, s.ended_at, s.attempts, s.next_attempt_at, s.told_at, s.last_error"
    };
}

crate::sql! {
    LIST = concat!(
        "select ", columns!(), " from session_app s join app p on p.id = s.app_id where s.sid = $1 order by p.client_id"
    );
    DUE = concat!(
        "select ", columns!(), " from session_app s join app p on p.id = s.app_id where s.next_attempt_at <= $1",
        " order by s.next_attempt_at, s.sid, s.app_id limit $2"
    );
    /// The latest word for the person counts: an app may have asked for subjects of its own meanwhile.
    INSERT = "insert into session_app (sid, app_id, subject, signed_in_at, attempts) \
        select s.sid, $1, $2, cast($3 as bigint), 0 from session s where s.sid = $4 and s.ended_at is null \
        on conflict (sid, app_id) do update set subject = excluded.subject";
    ENDED = "update session_app set ended_at = $1, next_attempt_at = $1 where sid = $2 and ended_at is null";
    CLAIM = "update session_app set attempts = attempts + 1, next_attempt_at = $1 \
        where sid = $2 and app_id = $3 and next_attempt_at = $4 and next_attempt_at <= $5 returning sid";
    TOLD = "update session_app set told_at = $1, next_attempt_at = null, last_error = null where sid = $2 and app_id = $3";
    FAILED = "update session_app set next_attempt_at = $1, last_error = $2 \
        where sid = $3 and app_id = $4 and told_at is null";
}

impl FromColumns for SessionApp {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(SessionApp {
            sid: columns.take()?,
            app_id: columns.take()?,
            client_id: columns.take()?,
            subject: columns.take()?,
            ended_at: columns.take()?,
            attempts: columns.take()?,
            next_attempt_at: columns.take()?,
            told_at: columns.take()?,
            last_error: columns.take()?,
        })
    }
}

impl Reader {
    /// The apps of a session that want to know of its end.
    pub async fn list_session_apps(&self, sid: &SessionId) -> Result<Vec<SessionApp>, Error> {
        SessionApp::from_rows(&self.query(LIST, values![sid]).await?)
    }

    /// Who must be told at this time, the longest waiting first. Claim each before telling it.
    pub async fn list_due_logouts(&self, now: Timestamp, limit: u32) -> Result<Vec<SessionApp>, Error> {
        SessionApp::from_rows(&self.query(DUE, values![now, limit]).await?)
    }
}

impl Tx {
    /// Remembers that a person signed in to an app within a session, unless that has ended meanwhile.
    pub async fn note_session_app(&self, sid: &SessionId, app: &AppId, subject: &str) -> Result<(), Error> {
        self.execute(INSERT, values![app, subject, self.now(), sid]).await?;
        Ok(())
    }

    /// The session has ended: its apps are due.
    pub(crate) async fn session_ended(&self, sid: &SessionId) -> Result<(), Error> {
        if self.execute(ENDED, values![self.now(), sid]).await? > 0 {
            self.changed(ChangeKind::Session, sid.as_str()).await?;
        }
        Ok(())
    }

    /// Makes a due app this node's to tell until `lease_until`; then it is due again, unless its fate was told. `false`
    /// when another node was faster.
    pub async fn claim_logout(&self, due: &SessionApp, lease_until: Timestamp) -> Result<bool, Error> {
        let values = values![lease_until, &due.sid, &due.app_id, due.next_attempt_at, self.now()];
        Ok(self.query_opt(CLAIM, values).await?.is_some())
    }

    /// Remembers that an app was told.
    pub async fn logout_told(&self, told: &SessionApp) -> Result<(), Error> {
        self.execute(TOLD, values![self.now(), &told.sid, &told.app_id]).await?;
        Ok(())
    }

    /// Remembers why an app could not be told, and when to try again; `None` gives up.
    pub async fn logout_failed(
        &self,
        due: &SessionApp,
        error: &str,
        next_attempt_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.execute(FAILED, values![next_attempt_at, error, &due.sid, &due.app_id]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::examples::{NOW, World, empty, later, world, write};
    use crate::session::NewSession;

    /// A session in which the person of the world has signed in to its app.
    async fn signed_in(store: &Store) -> World {
        let world = world(store).await;
        let w = &world;
        write(store, NOW, |tx| async move {
            tx.insert_session(&session(w, 1)).await?;
            tx.note_session_app(&w.session, &w.app, "old").await?;
            tx.note_session_app(&w.session, &w.app, "subject").await
        })
        .await;
        world
    }

    fn session(world: &World, n: u8) -> NewSession {
        NewSession {
            id_hash: [n; 32],
            sid: SessionId::new([n; 16]),
            person_id: world.person.clone(),
            account_id: None,
            amr: "pwd".to_owned(),
            user_agent: String::new(),
            ip: String::new(),
            expires_at: later(86_400),
        }
    }

    async fn due(store: &Store, now: Timestamp) -> Vec<SessionApp> {
        store.reader().list_due_logouts(now, 10).await.expect("a read")
    }

    // security: S10
    #[tokio::test]
    async fn every_way_in_which_a_session_ends_makes_its_apps_due_once() {
        for way in 0..3 {
            let (_dir, store) = empty().await;
            let world = &signed_in(&store).await;
            assert!(due(&store, later(10)).await.is_empty(), "the session lasts");
            write(&store, later(1), |tx| async move {
                match way {
                    0 => assert_eq!(tx.end_session(&[1; 32]).await?, Some(world.session.clone())),
                    1 => assert!(tx.end_session_by_sid(&world.person, &world.session).await?),
                    _ => assert_eq!(tx.end_sessions(&world.person, None).await?, 1),
                }
                Ok(())
            })
            .await;
            let found = due(&store, later(1)).await;
            let subjects: Vec<_> = found.iter().map(|due| due.subject.as_str()).collect();
            assert_eq!(subjects, ["subject"], "way {way}");
            assert_eq!((found[0].client_id.as_str(), found[0].ended_at), ("SDXE-AC-MYAPP", Some(later(1))));
            write(&store, later(9), |tx| async move { tx.end_sessions(&world.person, None).await }).await;
            assert_eq!(due(&store, later(1)).await, found, "it ends once");
        }
    }

    // security: S10
    #[tokio::test]
    async fn a_due_app_is_one_nodes_until_its_fate_is_known() {
        let (_dir, store) = empty().await;
        signed_in(&store).await;
        write(&store, NOW, |tx| async move { tx.end_session(&[1; 32]).await }).await;
        let first = due(&store, NOW).await.swap_remove(0);
        let app = &first;
        let claim =
            async |now| write(&store, now, |tx| async move { tx.claim_logout(app, later(60)).await }).await;
        assert!(claim(NOW).await);
        assert!(!claim(NOW).await, "another node has it");
        assert!(due(&store, later(59)).await.is_empty());
        assert_eq!(due(&store, later(60)).await.len(), 1, "a node that vanished loses it");
        write(&store, later(1), |tx| async move { tx.logout_failed(app, "500", Some(later(90))).await })
            .await;
        let again = due(&store, later(90)).await.swap_remove(0);
        assert_eq!((again.attempts, again.last_error.as_deref()), (1, Some("500")));
        write(&store, later(91), |tx| async move {
            tx.logout_told(app).await?;
            tx.logout_failed(app, "too late", Some(later(92))).await
        })
        .await;
        assert!(due(&store, later(100)).await.is_empty());
        let told = store.reader().list_session_apps(&again.sid).await.expect("a read").swap_remove(0);
        assert_eq!((told.told_at, told.last_error), (Some(later(91)), None));
    }
}
