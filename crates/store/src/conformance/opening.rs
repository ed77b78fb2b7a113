//! Which schema a store opens with, and who may bring it forward.

use super::{NOW, Place, note, noted, on_both_engines};
use crate::engine::Engine;
use crate::migration::{ALL, Migration, newest};
use crate::{Durability, OpenError, PendingMigration, Role, Store, StoreConfig, Target, Value};

on_both_engines! {
    a_command_makes_what_is_missing,
    writes_wait_for_the_disk_unless_a_test_asked_for_less,
    what_is_pending_is_told_without_a_change,
    migrating_twice_at_once_applies_everything_once,
    a_newer_schema_is_refused,
    a_changed_migration_is_refused,
    a_server_brings_an_older_schema_forward_and_a_command_leaves_it_alone,
    a_step_that_fails_leaves_what_the_steps_before_it_made,
}

fn everything() -> Vec<PendingMigration> {
    ALL.iter().map(PendingMigration::from).collect()
}

async fn a_command_makes_what_is_missing(place: &Place) {
    let command = place.command().await;
    assert_eq!(note(&command, &["kept"]).await, Ok(()));
    assert_eq!(noted(&place.server().await).await, ["kept"]);
    assert_eq!(Store::pending_migrations(&place.target).await.expect("a schema"), []);
}

async fn writes_wait_for_the_disk_unless_a_test_asked_for_less(place: &Place) {
    let setting = match place.target {
        Target::Sqlite { .. } => "select cast(synchronous as text) from pragma_synchronous",
        Target::Postgres { .. } => "show synchronous_commit",
    };
    for (durability, expected) in [(Durability::Full, ["2", "on"]), (Durability::Off, ["0", "off"])] {
        let config = StoreConfig { durability, ..place.config(Role::Command) };
        let store = Store::open(&config, NOW).await.expect("a store");
        let row =
            store.write(NOW, |tx| async move { tx.query_one(setting, &[]).await }).await.expect("a row");
        let found = row.text(0).expect("text");
        assert!(expected.contains(&found.as_str()), "{durability:?} is {found}");
    }
}

async fn what_is_pending_is_told_without_a_change(place: &Place) {
    for _ in 0..2 {
        assert_eq!(Store::pending_migrations(&place.target).await.expect("no schema"), everything());
    }
    assert_eq!(place.folder().read_dir().expect("a folder").count(), 0);
    assert_eq!(Store::migrate(&place.target, NOW).await.expect("an empty database"), everything());
    assert_eq!(Store::migrate(&place.target, NOW).await.expect("a schema"), []);
}

async fn migrating_twice_at_once_applies_everything_once(place: &Place) {
    let runners = (0..4).map(|_| Store::migrate(&place.target, NOW));
    let mut applied = Vec::new();
    for outcome in futures_util::future::join_all(runners).await {
        applied.extend(outcome.expect("a migration"));
    }
    assert_eq!(applied, everything());
}

async fn edit(store: &Store, statement: &'static str, values: Vec<Value>) {
    let edited = store.write(NOW, |tx| async move { tx.execute(statement, &values).await }).await;
    assert_eq!(edited, Ok(1));
}

async fn refusal(place: &Place, role: Role) -> OpenError {
    Store::open(&place.config(role), NOW).await.map(|_| ()).expect_err("it must not open")
}

async fn a_newer_schema_is_refused(place: &Place) {
    let store = place.command().await;
    let later =
        "insert into schema_migration (version, name, checksum, applied_at) values ($1, 'later', '', 0)";
    edit(&store, later, vec![Value::Int(newest(ALL) + 1)]).await;
    for role in [Role::Server, Role::Command] {
        let refusal = refusal(place, role).await;
        assert!(
            matches!(refusal, OpenError::NewerSchema { found, .. } if found == newest(ALL) + 1),
            "{refusal}"
        );
    }
    assert!(matches!(Store::migrate(&place.target, NOW).await, Err(OpenError::NewerSchema { .. })));
    assert!(matches!(Store::pending_migrations(&place.target).await, Err(OpenError::NewerSchema { .. })));
}

async fn a_changed_migration_is_refused(place: &Place) {
    let store = place.command().await;
    edit(&store, "update schema_migration set checksum = 'x' where version = $1", vec![Value::Int(1)]).await;
    for role in [Role::Server, Role::Command] {
        let refusal = refusal(place, role).await;
        assert!(
            matches!(&refusal, OpenError::ChangedMigration { version: 1, name } if name == "0001_init"),
            "{refusal}"
        );
    }
}

const ONE: Migration = Migration {
    version: 1,
    name: "0001_one",
    sqlite: "create table kept (name text not null) strict; insert into kept (name) values ('old')",
    postgres: "create table kept (name text not null); insert into kept (name) values ('old')",
};

const TWO: Migration = Migration {
    version: 2,
    name: "0002_two",
    sqlite: "alter table kept add column more text; update kept set name = 'new'",
    postgres: "alter table kept add column more text; update kept set name = 'new'",
};

const BROKEN: Migration = Migration {
    version: 3,
    name: "0003_broken",
    sqlite: "update kept set name = 'broken'; alter table nowhere add column more text",
    postgres: "update kept set name = 'broken'; alter table nowhere add column more text",
};

async fn open_schema(place: &Place, role: Role, steps: &'static [Migration]) -> Result<(), OpenError> {
    Engine::open_schema(&place.config(role), steps).await
}

async fn a_server_brings_an_older_schema_forward_and_a_command_leaves_it_alone(place: &Place) {
    open_schema(place, Role::Command, &[ONE]).await.expect("an empty database");
    let refused = open_schema(place, Role::Command, &[ONE, TWO]).await.expect_err("an older schema");
    assert!(matches!(refused, OpenError::OlderSchema { found: 1, known: 2 }), "{refused}");
    open_schema(place, Role::Server, &[ONE, TWO]).await.expect("an older schema");
    for role in [Role::Server, Role::Command] {
        open_schema(place, role, &[ONE, TWO]).await.expect("the same schema");
        let refused = open_schema(place, role, &[ONE]).await.expect_err("a newer schema");
        assert!(matches!(refused, OpenError::NewerSchema { found: 2, known: 1 }), "{refused}");
    }
}

async fn a_step_that_fails_leaves_what_the_steps_before_it_made(place: &Place) {
    open_schema(place, Role::Server, &[ONE]).await.expect("an empty database");
    for _ in 0..2 {
        let failed = open_schema(place, Role::Server, &[ONE, TWO, BROKEN]).await.expect_err("a broken step");
        assert!(matches!(&failed, OpenError::FailedMigration { version: 3, .. }), "{failed}");
        assert!(failed.to_string().contains("nowhere"), "{failed}");
    }
    // The same schema without the broken step is complete.
    open_schema(place, Role::Command, &[ONE, TWO]).await.expect("the steps before it");
}
