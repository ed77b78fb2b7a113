//! What apps are told through their webhooks: written in the transaction in which it happened, sent afterwards by
//! whichever node is free. What concerns one connection is sent in the order in which it happened.

use std::time::Duration;

use crate::columns::{Columns, FromColumns};
use crate::connection::{ConnectionKind, EndReason};
use crate::id::{AccountId, AppId, ConnectionId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::webhook::{Webhook, webhook_columns};
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;
use serde_json::{Value as Json, json};

/// How long sending is tried.
pub const KEEPS_TRYING: Duration = Duration::from_hours(72);

crate::word::words! {
    /// What happened.
    WebhookKind {
        /// An account, or a member of it, has connected the app.
        Connected = "app.connected",
        /// A connection has more scopes than before.
        ScopesChanged = "app.scopes_changed",
        /// A connection has ended.
        Disconnected = "app.disconnected",
        /// The owner of the app tries whether it arrives.
        Test = "webhook.test",
    }
}

/// Something to tell.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its id: the same however often it is sent.
    pub id: String,
    /// The app.
    pub app_id: AppId,
    /// The connection, or empty.
    pub subject: String,
    /// What happened.
    pub kind: WebhookKind,
    /// What is sent: a JSON object.
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// How often sending was begun.
    pub attempts: i64,
    /// When it is due; `None` when it was taken or given up.
    pub next_attempt_at: Option<Timestamp>,
    /// Until when sending is tried.
    pub give_up_at: Timestamp,
    /// When the app took it.
    pub taken_at: Option<Timestamp>,
}

// A payload names customers; a log line must not.
impl std::fmt::Debug for WebhookEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookEvent").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookAttempt {
    /// Counted from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub took_ms: i64,
    /// The status of the answer, if there was one.
    pub status: Option<i64>,
    /// Why the app did not take the event; `None` when it did.
    pub error: Option<String>,
}

macro_rules! event_columns {
    () => {
        "e.id, e.app_id, e.subject, e.kind, e.payload, e.created_at, e.attempts, e.next_attempt_at, e.give_up_at, \
         e.taken_at"
    };
}

crate::sql! {
    FIND = concat!(
        "select ", event_columns!(), " from webhook_event e join app p on p.id = e.app_id",
        " where p.account_id = $1 and e.app_id = $2 and e.id = $3"
    );
    LIST = concat!(
        "select ", event_columns!(), " from webhook_event e join app p on p.id = e.app_id",
        " where p.account_id = $1 and e.app_id = $2 and (e.created_at, e.id) < ($3, $4)",
        " order by e.created_at desc, e.id desc limit $5"
    );
    LIST_ATTEMPTS = "select number, at, took_ms, status, error from webhook_attempt where event_id = $1 order by number";
    COUNT_WAITING = "select count(*) from webhook_event where app_id = $1 and next_attempt_at is not null";
    /// Of each subject only the first that waits, and no more of an app than a few: one that does not answer must not
    /// stand before the others.
    DUE = concat!(
        "select ", event_columns!(), ", ", webhook_columns!(), " from (",
        "select d.id, row_number() over (partition by d.app_id order by d.next_attempt_at, d.id) as place",
        " from webhook_event d join webhook x on x.app_id = d.app_id",
        " where d.next_attempt_at <= $1 and x.state = 'active' and not exists (select 1 from webhook_event b",
        " where b.app_id = d.app_id and b.subject = d.subject and b.seq < d.seq and b.next_attempt_at is not null)",
        ") due join webhook_event e on e.id = due.id join webhook w on w.app_id = e.app_id",
        " where due.place <= $2 order by e.next_attempt_at, e.id limit $3"
    );
    /// The facts that an event about a connection tells; nothing when nobody wants to be told.
    FACTS = "select c.app_id, p.client_id, a.code, a.name, c.kind, c.created_at from connection c \
        join webhook w on w.app_id = c.app_id join app p on p.id = c.app_id join account a on a.id = c.account_id \
        where c.id = $1";
    NEXT_SEQ = "select coalesce(max(seq), 0) + 1 from webhook_event where app_id = $1 and subject = $2";
    INSERT = "insert into webhook_event (id, app_id, subject, seq, kind, payload, created_at, attempts, \
        next_attempt_at, give_up_at) values ($1, $2, $3, $4, $5, $6, $7, 0, $7, $8)";
    CLAIM = "update webhook_event set attempts = attempts + 1, next_attempt_at = $1 \
        where id = $2 and next_attempt_at = $3 and next_attempt_at <= $4 returning attempts";
    TAKEN = "update webhook_event set taken_at = coalesce(taken_at, $1), next_attempt_at = null where id = $2";
    FAILED = "update webhook_event set next_attempt_at = $1 where id = $2 and next_attempt_at is not null";
    ATTEMPT = "insert into webhook_attempt (event_id, number, at, took_ms, status, error) \
        values ($1, $2, $3, $4, $5, $6) on conflict (event_id, number) do nothing";
    REPLAY = "update webhook_event set next_attempt_at = $1, give_up_at = $2 where app_id = $3 and id = $4 returning id";
}

impl FromColumns for WebhookEvent {
    const WIDTH: usize = 10;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(WebhookEvent {
            id: columns.take()?,
            app_id: columns.take()?,
            subject: columns.take()?,
            kind: columns.take()?,
            payload: columns.take()?,
            created_at: columns.take()?,
            attempts: columns.take()?,
            next_attempt_at: columns.take()?,
            give_up_at: columns.take()?,
            taken_at: columns.take()?,
        })
    }
}

impl FromColumns for WebhookAttempt {
    const WIDTH: usize = 5;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(WebhookAttempt {
            number: columns.take()?,
            at: columns.take()?,
            took_ms: columns.take()?,
            status: columns.take()?,
            error: columns.take()?,
        })
    }
}

impl Reader {
    /// An event of an app of the account.
    pub async fn find_webhook_event(
        &self,
        account: &AccountId,
        app: &AppId,
        id: &str,
    ) -> Result<Option<WebhookEvent>, Error> {
        self.query_opt(FIND, values![account, app, id])
            .await?
            .as_ref()
            .map(WebhookEvent::from_row)
            .transpose()
    }

    /// What an app of the account was told, or waits to be, the latest first.
    pub async fn list_webhook_events(
        &self,
        account: &AccountId,
        app: &AppId,
        page: &PageRequest,
    ) -> Result<Page<WebhookEvent>, Error> {
        let (time, id) = page.below();
        let rows = self.query(LIST, values![account, app, time, id, page.fetch()]).await?;
        let place = |event: &WebhookEvent| Cursor::number(event.created_at.0, &event.id);
        Ok(Page::cut(WebhookEvent::from_rows(&rows)?, page, place))
    }

    /// What came of the attempts to tell it. The caller has found the event in its account.
    pub async fn list_webhook_attempts(&self, event: &str) -> Result<Vec<WebhookAttempt>, Error> {
        WebhookAttempt::from_rows(&self.query(LIST_ATTEMPTS, values![event]).await?)
    }

    /// How many events of an app wait to be sent.
    pub async fn count_waiting_webhook_events(&self, app: &AppId) -> Result<i64, Error> {
        self.query_one(COUNT_WAITING, values![app]).await?.int(0)
    }

    /// Events that may be sent at this time and where, the longest waiting first, `of_each` of an app at most. Claim
    /// each before sending it.
    pub async fn list_due_webhook_events(
        &self,
        now: Timestamp,
        (of_each, limit): (u32, u32),
    ) -> Result<Vec<(WebhookEvent, Webhook)>, Error> {
        let rows = self.query(DUE, values![now, of_each, limit]).await?;
        rows.iter()
            .map(|row| {
                let mut columns = row.columns();
                Ok((columns.nested()?, columns.nested()?))
            })
            .collect()
    }
}

/// A time in the words of RFC 3339.
fn iso(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}

impl Tx {
    /// An app is told of a connection that was made.
    pub(crate) async fn tell_connected(&self, id: &ConnectionId) -> Result<(), Error> {
        self.tell_of_connection(id, WebhookKind::Connected, json!({})).await
    }

    /// An app is told that a connection got more scopes.
    pub(crate) async fn tell_scopes_added(&self, id: &ConnectionId, added: &[String]) -> Result<(), Error> {
        self.tell_of_connection(id, WebhookKind::ScopesChanged, json!({ "added": added })).await
    }

    /// An app is told that a connection has ended.
    pub(crate) async fn tell_disconnected(&self, id: &ConnectionId, reason: EndReason) -> Result<(), Error> {
        self.tell_of_connection(id, WebhookKind::Disconnected, json!({ "reason": reason.as_str() })).await
    }

    async fn tell_of_connection(
        &self,
        id: &ConnectionId,
        kind: WebhookKind,
        more: Json,
    ) -> Result<(), Error> {
        let Some(row) = self.query_opt(FACTS, values![id]).await? else { return Ok(()) };
        let mut columns = row.columns();
        let app: AppId = columns.take()?;
        let mut data = json!({
            "client_id": columns.take::<String>()?,
            "connection_id": id.as_str(),
            "account_code": columns.take::<String>()?,
            "account_name": columns.take::<String>()?,
            "connection_kind": columns.take::<ConnectionKind>()?.as_str(),
            "connected_at": iso(columns.take()?),
            "scopes": self.list_connection_scopes(id).await?,
        });
        if let (Some(data), Json::Object(more)) = (data.as_object_mut(), more) {
            data.extend(more);
        }
        self.tell_app(&app, id.as_str(), (kind, &data)).await?;
        Ok(())
    }

    /// The owner of an app tries whether what it is told arrives. The caller holds the app's lock and has found its
    /// webhook. Answers the event's id.
    pub async fn test_webhook(&self, app: &AppId, data: &Json) -> Result<String, Error> {
        self.tell_app(app, "", (WebhookKind::Test, data)).await
    }

    /// Writes an event, due at once. Whoever writes one holds the lock of the row that it is about, so that two of a
    /// subject never get the same number.
    async fn tell_app(
        &self,
        app: &AppId,
        subject: &str,
        (kind, data): (WebhookKind, &Json),
    ) -> Result<String, Error> {
        let seq = self.query_one(NEXT_SEQ, values![app, subject]).await?.int(0)?;
        let about = if subject.is_empty() { app.as_str() } else { subject };
        let id = format!("evt_{about}_{seq}");
        let payload =
            json!({ "type": kind.as_str(), "timestamp": iso(self.now()), "data": data }).to_string();
        let give_up_at = self.now() + KEEPS_TRYING;
        let values = values![&id, app, subject, seq, kind, &payload, self.now(), give_up_at];
        self.execute(INSERT, values).await?;
        self.changed(ChangeKind::Webhook, app.as_str()).await?;
        Ok(id)
    }

    /// Makes a due event this node's to send until `lease_until`; then it is due again, unless its fate was told.
    /// Answers the number of the attempt; `None` when another node was faster.
    pub async fn claim_webhook_event(
        &self,
        event: &WebhookEvent,
        lease_until: Timestamp,
    ) -> Result<Option<i64>, Error> {
        let values = values![lease_until, &event.id, event.next_attempt_at, self.now()];
        self.query_opt(CLAIM, values).await?.map(|row| row.int(0)).transpose()
    }

    /// Writes down what came of an attempt: without an error the app has taken the event, otherwise it is due again at
    /// `again`, or given up.
    pub async fn webhook_attempted(
        &self,
        event: &str,
        attempt: &WebhookAttempt,
        again: Option<Timestamp>,
    ) -> Result<(), Error> {
        let WebhookAttempt { number, at, took_ms, status, error } = attempt;
        self.execute(ATTEMPT, values![event, *number, *at, *took_ms, *status, error.as_deref()]).await?;
        match error {
            None => self.execute(TAKEN, values![self.now(), event]).await?,
            Some(_) => self.execute(FAILED, values![again, event]).await?,
        };
        Ok(())
    }

    /// Sends an event again, whether or not it was taken before. The caller has found the app in its account. `false`
    /// when the app has no such event.
    pub async fn replay_webhook_event(&self, app: &AppId, id: &str) -> Result<bool, Error> {
        let give_up_at = self.now() + KEEPS_TRYING;
        if self.query_opt(REPLAY, values![self.now(), give_up_at, app, id]).await?.is_none() {
            return Ok(false);
        }
        self.changed(ChangeKind::Webhook, app.as_str()).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::conformance::Place;
    use crate::connection::NewConnection;
    use crate::examples::{NOW, World, empty, later, race, world, write};
    use crate::webhook::WebhookState;

    /// The world, whose app is told what happens.
    async fn told() -> (Place, Store, World) {
        let (dir, store) = empty().await;
        let world = world(&store).await;
        let w = &world;
        write(
            &store,
            NOW,
            |tx| async move { tx.insert_webhook(&w.app, "https://app.example/hook", "one").await },
        )
        .await;
        (dir, store, world)
    }

    async fn due(store: &Store, at: Timestamp) -> Vec<WebhookEvent> {
        let due = store.reader().list_due_webhook_events(at, (9, 9)).await.expect("events");
        due.into_iter().map(|(event, _)| event).collect()
    }

    async fn connect(store: &Store, world: &World, n: u8, scopes: &[&str], at: Timestamp) {
        let new = NewConnection {
            id: ConnectionId::new([n; 16]),
            app_id: world.app.clone(),
            account_id: world.customer.clone(),
            kind: ConnectionKind::Personal,
            person_id: world.person.clone(),
        };
        let scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        write(store, at, |tx| async move { tx.connect(&new, &scopes).await.map(|_| ()) }).await;
    }

    async fn disconnect(store: &Store, world: &World, n: u8, at: Timestamp) {
        let id = ConnectionId::new([n; 16]);
        let reason = EndReason::Disconnected;
        let ended =
            write(store, at, |tx| async move { tx.end_connection(&world.customer, &id, None, reason).await });
        assert!(ended.await);
    }

    fn attempt(number: i64, error: Option<&str>) -> WebhookAttempt {
        let error = error.map(str::to_owned);
        WebhookAttempt { number, at: NOW, took_ms: 12, status: Some(500), error }
    }

    /// What comes of sending everything that is due, one attempt each.
    async fn sent(
        store: &Store,
        at: Timestamp,
        error: Option<&str>,
        again: Option<Timestamp>,
    ) -> Vec<WebhookKind> {
        let mut kinds = Vec::new();
        for event in due(store, at).await {
            kinds.push(event.kind);
            write(store, at, |tx| async move {
                let number = tx.claim_webhook_event(&event, later(9_999)).await?.expect("it is ours");
                tx.webhook_attempted(&event.id, &attempt(number, error), again).await
            })
            .await;
        }
        kinds
    }

    #[tokio::test]
    async fn what_happens_to_a_connection_is_told_in_its_order_with_what_the_app_must_know() {
        let (_dir, store, world) = told().await;
        connect(&store, &world, 7, &["folios.read"], NOW).await;
        connect(&store, &world, 8, &["folios.read"], later(1)).await;
        connect(&store, &world, 9, &["folios.read", "folios.manage"], later(2)).await;
        disconnect(&store, &world, 7, later(3)).await;
        let [first] = due(&store, later(9)).await.try_into().expect("only the first of a connection is due");
        assert_eq!((first.kind, first.id.ends_with("_1")), (WebhookKind::Connected, true));
        let payload: Json = serde_json::from_str(&first.payload).expect("JSON");
        assert_eq!(payload["type"], "app.connected");
        assert_eq!(payload["data"]["account_code"], "HTL1");
        assert_eq!(payload["data"]["client_id"], "SDXE-AC-MYAPP");
        assert_eq!(payload["data"]["scopes"], json!(["folios.read"]));
        assert!(payload["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')));
        assert_eq!(sent(&store, later(9), None, None).await, [WebhookKind::Connected]);
        let [second] = due(&store, later(9)).await.try_into().expect("one");
        let payload: Json = serde_json::from_str(&second.payload).expect("JSON");
        assert_eq!(payload["data"]["added"], json!(["folios.manage"]), "what it had already is no news");
        assert_eq!(sent(&store, later(9), None, None).await, [WebhookKind::ScopesChanged]);
        assert_eq!(sent(&store, later(9), None, None).await, [WebhookKind::Disconnected]);
        assert!(due(&store, later(9)).await.is_empty());
    }

    #[tokio::test]
    async fn what_was_not_taken_holds_up_its_own_connection_only_until_it_is_given_up() {
        let (_dir, store, world) = told().await;
        connect(&store, &world, 7, &[], NOW).await;
        disconnect(&store, &world, 7, later(1)).await;
        assert_eq!(
            sent(&store, later(2), Some("no answer"), Some(later(60))).await,
            [WebhookKind::Connected]
        );
        assert!(due(&store, later(59)).await.is_empty(), "the end is not told before the beginning");
        disconnect(&store, &world, 1, later(59)).await;
        assert_eq!(due(&store, later(59)).await.len(), 1, "another connection does not wait");
        sent(&store, later(59), None, None).await;
        assert_eq!(
            sent(&store, later(60), Some("no answer"), None).await,
            [WebhookKind::Connected],
            "given up"
        );
        assert_eq!(sent(&store, later(60), None, None).await, [WebhookKind::Disconnected]);
    }

    #[tokio::test]
    async fn a_paused_webhook_keeps_what_happens_and_sends_it_when_it_goes_on() {
        let (_dir, store, world) = told().await;
        let w = &world;
        let set = |state, at| {
            write(&store, at, move |tx| async move {
                tx.set_webhook_state(&w.app, state, at + KEEPS_TRYING).await
            })
        };
        assert!(set(WebhookState::Paused, NOW).await);
        disconnect(&store, w, 1, later(1)).await;
        assert!(due(&store, later(9)).await.is_empty());
        assert_eq!(store.reader().count_waiting_webhook_events(&w.app).await, Ok(1));
        assert!(set(WebhookState::Active, later(90)).await);
        let [event] = due(&store, later(90)).await.try_into().expect("it waited");
        assert_eq!(event.give_up_at, later(90) + KEEPS_TRYING);
    }

    #[tokio::test]
    async fn an_event_can_be_sent_again_and_each_attempt_is_written_down() {
        let (_dir, store, world) = told().await;
        disconnect(&store, &world, 1, NOW).await;
        let id = due(&store, NOW).await.remove(0).id;
        sent(&store, NOW, Some("no answer"), Some(later(5))).await;
        sent(&store, later(5), None, None).await;
        let w = &world;
        let replay = |id: String| {
            write(&store, later(6), move |tx| async move { tx.replay_webhook_event(&w.app, &id).await })
        };
        assert!(replay(id.clone()).await);
        assert!(!replay("evt_other_1".to_owned()).await);
        assert_eq!(due(&store, later(6)).await.remove(0).id, id, "the same id: who took it before can tell");
        sent(&store, later(6), None, None).await;
        let reader = store.reader();
        let attempts = reader.list_webhook_attempts(&id).await.expect("attempts");
        assert_eq!(attempts.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3]);
        let found = reader.find_webhook_event(&world.developer, &world.app, &id).await.expect("a read");
        assert_eq!(found.expect("it").taken_at, Some(later(5)), "when it was first taken");
        assert_eq!(reader.find_webhook_event(&world.customer, &world.app, &id).await, Ok(None));
    }

    #[tokio::test]
    async fn nothing_is_written_for_an_app_that_nobody_listens_for() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        disconnect(&store, &world, 1, NOW).await;
        let first = PageRequest::first(9);
        let events = store.reader().list_webhook_events(&world.developer, &world.app, &first).await;
        assert!(events.expect("a page").items.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_nodes_one_sends_an_event() {
        let (_dir, store, world) = told().await;
        disconnect(&store, &world, 1, NOW).await;
        let event = due(&store, NOW).await.remove(0);
        let claimed = race(&store, move |n, tx| {
            let event = event.clone();
            async move { Ok(tx.claim_webhook_event(&event, later(60 + u64::from(n))).await?.is_some()) }
        });
        assert_eq!(claimed.await, 1);
    }

    #[tokio::test]
    async fn no_app_fills_the_round_of_the_others() {
        let (_dir, store, world) = told().await;
        for n in 10..20 {
            connect(&store, &world, n, &[], NOW).await;
            disconnect(&store, &world, n, NOW).await;
        }
        let due = store.reader().list_due_webhook_events(NOW, (3, 9)).await.expect("events");
        assert_eq!(due.len(), 3);
    }
}
