//! The trail is whole, in order and per account; whatever is changed in it shows.

use super::*;
use crate::examples::{NOW, account_id, empty, later, race, write};
use crate::{ChangeKind, Store};
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

async fn is_whole(store: &Store, n: u8) -> bool {
    // What is not even text any more is as good as found.
    matches!(store.reader().check_audit(account(n).as_ref()).await, Ok(Chain::Whole { .. }))
}

/// Somebody who writes to the database behind our back.
struct Intruder(rusqlite::Connection);

/// Where a byte is changed: table, column, account and, in the trail, number.
type Place<'a> = (&'a str, &'a str, u8, i64);

impl Intruder {
    fn enter(dir: &std::path::Path) -> Self {
        let connection = rusqlite::Connection::open(dir.join("grantry.db")).expect("the database");
        let copies = "pragma synchronous=off; create table audit_copy as select * from audit; \
             create table audit_head_copy as select * from audit_head";
        connection.execute_batch(copies).expect("copies");
        Intruder(connection)
    }

    fn restore(&self) {
        let restore = "delete from audit; insert into audit select * from audit_copy; \
             delete from audit_head; insert into audit_head select * from audit_head_copy";
        self.0.execute_batch(restore).expect("the rows as they were");
    }

    fn columns(&self, table: &str) -> Vec<String> {
        let mut names = self.0.prepare("select name from pragma_table_info(?1)").expect("a statement");
        let names = names.query_map([table], |row| row.get(0)).expect("columns");
        names.collect::<Result<_, _>>().expect("names")
    }

    /// `false` when there is no byte to change, or the database itself refuses.
    fn change_byte(&self, (table, column, n, seq): Place<'_>, at: usize, mask: u8) -> bool {
        use rusqlite::types::Value::{Blob, Integer, Null, Real, Text};
        let id = account(n).map(|id| id.to_string()).unwrap_or_default();
        let row = format!("from {table} where account_id = ?1 and (seq = ?2 or ?2 = 0)");
        let value = self.0.query_row(&format!("select {column} {row}"), (&id, seq), |row| row.get(0));
        let flip = |mut bytes: Vec<u8>| {
            let at = at % bytes.len().max(1);
            bytes.get_mut(at).map(|byte| *byte ^= mask)?;
            Some(bytes)
        };
        let (changed, cast) = match value.expect("the row") {
            Integer(number) => (Some(Integer(number ^ i64::from(mask) << (8 * (at % 8)))), "?3"),
            Text(text) => (flip(text.into_bytes()).map(Blob), "cast(?3 as text)"),
            Blob(bytes) => (flip(bytes).map(Blob), "?3"),
            Null | Real(_) => panic!("{column} holds none of these"),
        };
        let Some(changed) = changed else { return false };
        let update =
            format!("update {table} set {column} = {cast} where account_id = ?1 and (seq = ?2 or ?2 = 0)");
        self.0.execute(&update, (&id, seq, changed)).is_ok()
    }

    fn delete(&self, n: u8, seq: i64) {
        let id = account(n).map(|id| id.to_string()).unwrap_or_default();
        self.0.execute("delete from audit where account_id = ?1 and seq = ?2", (&id, seq)).expect("deleted");
    }
}

/// Writes the entries, then changes each column of each row by one byte, and deletes each row: all of it shows.
async fn nothing_can_be_changed(entries: &[Written], at: usize, mask: u8) {
    let (dir, store) = empty().await;
    write_all(&store, entries).await;
    let count = |n| i64::try_from(entries.iter().filter(|entry| entry.0 == n).count()).expect("few");
    for n in 0..4 {
        let checked = store.reader().check_audit(account(n).as_ref()).await;
        assert_eq!(checked, Ok(Chain::Whole { entries: count(n) }));
    }
    let intruder = Intruder::enter(dir.path());
    for n in 0..4 {
        for seq in 1..=count(n) {
            for column in intruder.columns("audit") {
                if intruder.change_byte(("audit", &column, n, seq), at, mask) {
                    assert!(!is_whole(&store, n).await, "{column} of {n}/{seq} was changed");
                    intruder.restore();
                }
            }
            intruder.delete(n, seq);
            assert!(!is_whole(&store, n).await, "{n}/{seq} was deleted");
            intruder.restore();
        }
        for column in intruder.columns("audit_head") {
            if count(n) > 0 && intruder.change_byte(("audit_head", &column, n, 0), at, mask) {
                assert!(!is_whole(&store, n).await, "the head's {column} of {n} was changed");
                intruder.restore();
            }
        }
        assert!(is_whole(&store, n).await);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    // security: W10
    #[test]
    fn whatever_is_written_verifies_and_no_byte_of_it_can_be_changed(
        entries in entries(), at in 0..64_usize, mask in 1..=255_u8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(nothing_can_be_changed(&entries, at, mask));
    }
}
