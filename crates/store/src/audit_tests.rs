//! The trail is whole, in order and per account; whatever is changed in it shows.

use super::*;
use crate::examples::{NOW, account_id, empty, later, race, world, write};
use crate::{ChangeKind, Store, Value};
use proptest::prelude::*;

fn origin(kind: ActorKind) -> Origin {
    let actor = Actor { kind, id: "p1".to_owned(), label: "ada@hotel.example".to_owned() };
    Origin { actor, ip: "192.0.2.7".to_owned(), request_id: "req_1".to_owned() }
}

async fn add(store: &Store, account: Option<&AccountId>, action: Action, object: Object) {
    let origin = origin(ActorKind::Person);
    write(store, NOW, |tx| async move { tx.audit(&origin, &Entry::new(account, action, object)).await })
        .await;
}

async fn all(store: &Store, account: Option<&AccountId>, filter: &AuditFilter) -> Vec<AuditRow> {
    let page = PageRequest::first(200);
    store.reader().list_audit(account, filter, &page).await.expect("a page").items
}

#[tokio::test]
async fn a_person_has_a_trail_that_is_no_accounts() {
    let (_dir, store) = empty().await;
    let ada = &world(&store).await.person;
    let account = account_id(2);
    let origin = &origin(ActorKind::Person);
    write(&store, NOW, |tx| async move {
        let session = |sid| Object::new(ObjectKind::Session, sid, "");
        tx.audit(origin, &Entry::new(ada, Action::SessionStarted, session("one"))).await?;
        tx.audit(origin, &Entry::new(ada, Action::SessionEnded, session("one"))).await
    })
    .await;
    let (everything, page) = (AuditFilter::default(), PageRequest::first(10));
    let own = store.reader().list_audit(ada, &everything, &page).await.expect("a page").items;
    assert_eq!(
        own.iter().map(|row| row.action).collect::<Vec<_>>(),
        [Action::SessionEnded, Action::SessionStarted]
    );
    assert_eq!(all(&store, Some(&account), &everything).await, []);
    assert_eq!(all(&store, None, &everything).await, []);
    assert_eq!(store.reader().check_audit(ada).await, Ok(Chain::Whole { entries: 2 }));
    assert_eq!(store.reader().list_people_with_trail(None).await, Ok(vec![ada.clone()]));
    assert_eq!(store.reader().list_people_with_trail(Some(ada)).await, Ok(vec![]));
}

// security: W10
#[tokio::test]
async fn every_action_object_and_actor_is_written_down_and_comes_back_whole() {
    let (_dir, store) = empty().await;
    let account = account_id(1);
    for (n, action) in Action::ALL.iter().enumerate() {
        let object = ObjectKind::ALL[n % ObjectKind::ALL.len()];
        let origin = origin(ActorKind::ALL[n % ActorKind::ALL.len()]);
        let at = later(u64::try_from(n).expect("few"));
        let detail = serde_json::json!({ "before": { "name": "é" }, "after": n });
        let entry = Entry::new(&account, *action, Object::new(object, "id", "label")).with(detail.clone());
        write(&store, at, |tx| async move { tx.audit(&origin, &entry).await }).await;
        let row = all(&store, Some(&account), &AuditFilter::default()).await.swap_remove(0);
        assert_eq!((row.action, row.object.kind, row.at), (*action, object, at));
        assert_eq!(row.actor.kind, ActorKind::ALL[n % ActorKind::ALL.len()]);
        assert_eq!((row.actor.label.as_str(), row.ip.as_str()), ("ada@hotel.example", "192.0.2.7"));
        assert_eq!((row.object.label.as_str(), row.request_id.as_str()), ("label", "req_1"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&row.detail).expect("JSON"), detail);
    }
    let entries = i64::try_from(Action::ALL.len()).expect("few");
    assert_eq!(store.reader().check_audit(Some(&account)).await, Ok(Chain::Whole { entries }));
}

#[tokio::test]
async fn a_trail_is_read_by_object_by_action_and_page_by_page_and_holds_nothing_of_others() {
    let (_dir, store) = empty().await;
    let (ours, theirs) = (account_id(1), account_id(2));
    let app = |id: &str| Object::new(ObjectKind::App, id, "SDXE-AC-MYAPP");
    add(&store, Some(&ours), Action::AppCreated, app("app_1")).await;
    add(&store, Some(&ours), Action::AppUpdated, app("app_2")).await;
    let secret = Object::new(ObjectKind::Secret, "app_1", "");
    add(&store, Some(&ours), Action::SecretCreated, secret).await;
    add(&store, Some(&theirs), Action::AppCreated, app("app_1")).await;
    add(&store, None, Action::KeyCreated, Object::new(ObjectKind::Key, "k1", "ES256")).await;

    let seqs = |rows: &[AuditRow]| rows.iter().map(|row| row.seq).collect::<Vec<_>>();
    let everything = AuditFilter::default();
    assert_eq!(seqs(&all(&store, Some(&ours), &everything).await), [3, 2, 1]);
    assert_eq!(all(&store, None, &everything).await[0].action, Action::KeyCreated);
    let of_app =
        AuditFilter { object: Some((ObjectKind::App, "app_1".to_owned())), ..AuditFilter::default() };
    assert_eq!(seqs(&all(&store, Some(&ours), &of_app).await), [1]);
    let apps = AuditFilter { action_prefix: "app.".to_owned(), ..AuditFilter::default() };
    assert_eq!(seqs(&all(&store, Some(&ours), &apps).await), [2, 1]);
    let forged = AuditFilter { action_prefix: "%".to_owned(), ..AuditFilter::default() };
    assert!(all(&store, Some(&ours), &forged).await.is_empty());

    let first =
        store.reader().list_audit(Some(&ours), &everything, &PageRequest::first(2)).await.expect("a page");
    assert_eq!(seqs(&first.items), [3, 2]);
    let next = PageRequest { after: first.next, limit: 2 };
    let second = store.reader().list_audit(Some(&ours), &everything, &next).await.expect("a page");
    assert_eq!((seqs(&second.items), second.next), (vec![1], None));
}

// security: W10
#[tokio::test]
async fn a_change_that_does_not_happen_leaves_no_entry_and_no_gap() {
    let (_dir, store) = empty().await;
    let account = account_id(1);
    let refused: Result<(), Error> = store
        .write(NOW, |tx| async move {
            tx.changed(ChangeKind::App, "app_1").await?;
            let object = Object::new(ObjectKind::App, "app_1", "");
            tx.audit(&Origin::server(), &Entry::new(&account_id(1), Action::AppUpdated, object)).await?;
            Err(Error::Busy)
        })
        .await;
    assert_eq!(refused, Err(Error::Busy));
    add(&store, Some(&account), Action::AppUpdated, Object::new(ObjectKind::App, "app_1", "")).await;
    assert_eq!(all(&store, Some(&account), &AuditFilter::default()).await[0].seq, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_write_at_once_are_numbered_one_after_the_other() {
    let (_dir, store) = empty().await;
    let written = race(&store, |n, tx| async move {
        let object = Object::new(ObjectKind::Session, n.to_string(), "");
        let account = account_id(1);
        let entry = Entry::new(&account, Action::SessionStarted, object);
        tx.audit(&Origin::command(), &entry).await.map(|()| true)
    });
    assert_eq!(written.await, 16);
    let checked = store.reader().check_audit(Some(&account_id(1))).await;
    assert_eq!(checked, Ok(Chain::Whole { entries: 16 }));
}

#[tokio::test]
async fn a_trail_of_several_pages_is_checked_to_its_end() {
    let (_dir, store) = empty().await;
    write(&store, NOW, |tx| async move {
        for n in 0..1_001 {
            let object = Object::new(ObjectKind::Setting, n.to_string(), "");
            tx.audit(&Origin::command(), &Entry::new(None, Action::SettingChanged, object)).await?;
        }
        Ok(())
    })
    .await;
    assert_eq!(store.reader().check_audit(None).await, Ok(Chain::Whole { entries: 1_001 }));
    assert_eq!(store.reader().check_audit(Some(&account_id(1))).await, Ok(Chain::Whole { entries: 0 }));
}

/// A few accounts, one of them the server itself.
fn account(n: u8) -> Option<AccountId> {
    (n > 0).then(|| account_id(n))
}

/// What is written: whose, which action, about what, with which details.
type Written = (u8, Action, (ObjectKind, String), String);

fn entries() -> impl Strategy<Value = Vec<Written>> {
    let text = "[a-zA-Z é€\"\\\\\\x00]{0,8}";
    let object = (proptest::sample::select(ObjectKind::ALL), text);
    let entry = (0..4_u8, proptest::sample::select(Action::ALL), object, text);
    proptest::collection::vec(entry, 1..9)
}

async fn write_all(store: &Store, entries: &[Written]) {
    // One transaction may add to several trails, and several times to one.
    for several in entries.chunks(3) {
        write(store, NOW, |tx| async move {
            for (n, action, (kind, id), text) in several {
                let account = account(*n);
                let object = Object::new(*kind, id.as_str(), text.as_str());
                let entry =
                    Entry::new(account.as_ref(), *action, object).with(serde_json::json!({ "text": text }));
                tx.audit(&origin(ActorKind::Person), &entry).await?;
            }
            Ok(())
        })
        .await;
    }
}

/// The columns of the trail, and of its heads.
const TRAIL: [&str; 15] = [
    "account_id",
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "action",
    "object_kind",
    "object_id",
    "object_label",
    "detail",
    "ip",
    "request_id",
    "prev_hash",
    "hash",
];
const HEADS: [&str; 3] = ["account_id", "seq", "hash"];

/// Somebody who writes to the database behind our back: one row, and one bit or several of one byte.
#[derive(Clone, Copy)]
struct Intruder {
    n: u8,
    seq: i64,
    at: usize,
    mask: u8,
}

impl Intruder {
    /// Runs a statement on the row, with the value that it takes as `$1`, if any.
    async fn run(self, tx: &Tx, statement: String, value: Option<Value>) -> Result<Vec<Row>, Error> {
        let mut values: Vec<Value> = value.into_iter().collect();
        let (account_id, seq) = (values.len() + 1, values.len() + 2);
        // A head is the only row of its account, whatever its number.
        let condition = format!(" where account_id = ${account_id} and (seq = ${seq} or ${seq} = 0)");
        values.extend([Trail::from(account(self.n).as_ref()).key().into(), self.seq.into()]);
        tx.query((statement + &condition).leak(), &values).await
    }

    /// Changes the byte in a column. `false` when there is none, or the database itself refuses.
    async fn change(self, tx: &Tx, table: &str, column: &str) -> bool {
        let rows = self.run(tx, format!("select {column} from {table}"), None).await.expect("the row");
        let row = rows.first().expect("the row");
        let flip = |mut bytes: Vec<u8>| {
            let at = self.at % bytes.len().max(1);
            bytes.get_mut(at).map(|byte| *byte ^= self.mask).map(|()| Value::from(bytes))
        };
        let (changed, cast) = match (row.int(0), row.text(0), row.bytes(0)) {
            (Ok(number), _, _) => (Some((number ^ i64::from(self.mask) << (8 * (self.at % 8))).into()), "$1"),
            (_, Ok(text), _) => (flip(text.into_bytes()), "cast($1 as text)"),
            (_, _, Ok(bytes)) => (flip(bytes), "$1"),
            _ => panic!("{column} holds neither number, text nor bytes"),
        };
        let Some(changed) = changed else { return false };
        self.run(tx, format!("update {table} set {column} = {cast}"), Some(changed)).await.is_ok()
    }

    /// Fails if the chain still looks whole. What is not even text any more is as good as found.
    async fn is_found_out(self, tx: &Tx, deed: &str) {
        let checked = tx.check_audit(account(self.n).as_ref()).await;
        assert!(!matches!(checked, Ok(Chain::Whole { .. })), "{deed} of {}/{}", self.n, self.seq);
    }

    /// Does one deed after the other, each in a transaction that is taken back.
    async fn try_everything(self, store: &Store) {
        let (table, columns) = if self.seq == 0 { ("audit_head", &HEADS[..]) } else { ("audit", &TRAIL[..]) };
        for column in columns {
            let taken_back: Result<(), Error> = store
                .write(NOW, |tx| async move {
                    if self.change(&tx, table, column).await {
                        self.is_found_out(&tx, column).await;
                    }
                    Err(Error::Busy)
                })
                .await;
            assert_eq!(taken_back, Err(Error::Busy));
        }
        let taken_back: Result<(), Error> = store
            .write(NOW, |tx| async move {
                self.run(&tx, format!("delete from {table}"), None).await?;
                self.is_found_out(&tx, "the row").await;
                Err(Error::Busy)
            })
            .await;
        assert_eq!(taken_back, Err(Error::Busy));
    }
}

/// Writes the entries, then changes each column of each row by one byte, and deletes each row: all of it shows.
async fn nothing_can_be_changed(entries: &[Written], at: usize, mask: u8) {
    let (_dir, store) = empty().await;
    write_all(&store, entries).await;
    for n in 0..4 {
        let count = i64::try_from(entries.iter().filter(|entry| entry.0 == n).count()).expect("few");
        let whole = Ok(Chain::Whole { entries: count });
        assert_eq!(store.reader().check_audit(account(n).as_ref()).await, whole);
        // The head as number 0, if there is one.
        for seq in (0..=count).filter(|_| count > 0) {
            Intruder { n, seq, at, mask }.try_everything(&store).await;
        }
        assert_eq!(store.reader().check_audit(account(n).as_ref()).await, whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    // security: W10
    #[test]
    fn whatever_is_written_verifies_and_no_byte_of_it_can_be_changed(
        entries in entries(), at in 0..64_usize, mask in 1..=255_u8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(nothing_can_be_changed(&entries, at, mask));
    }
}
