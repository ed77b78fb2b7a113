//! Backup, restore, migration and the doctor.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use grantry_testkit::Process;
use serde_json::Value;

use super::{Console, field, object, text};

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).expect("a copy");
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_restored_elsewhere_with_its_key() {
    let server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    server.answers(&["account", "create", "--code", "ACME", "--name", "Acme", "--kind", "developer"]).await;
    let file = server.folder().join("copy.db");
    let file = file.to_str().expect("a path");
    let made = server.answers(&["backup", file]).await;
    assert!(made["bytes"].as_u64().is_some_and(|bytes| bytes > 1000), "{made}");
    assert_eq!(server.runs(&["backup", file]).await.status.code(), Some(1), "a file is never overwritten");
    let here = server.runs(&["restore", file]).await;
    assert!(text(&here.stderr).contains("there is a database"), "{here:?}");
    let forced = server.runs(&["restore", file, "--replace"]).await;
    assert!(text(&forced.stderr).contains("already running"), "{forced:?}");

    let console = Console::new();
    let without_key = console.runs(&["restore", file, "--data", "new"]);
    assert_eq!(without_key.status.code(), Some(1));
    assert!(text(&without_key.stderr).contains("master key is missing"), "{without_key:?}");
    copy(Path::new(field(&made, "master_key_file")), &console.folder.path().join("new/master.key"));
    let listed = console.answers(&["account", "list", "--data", "new"]);
    assert_eq!(listed["accounts"][0]["code"], "ACME", "{listed}");
    let again = console.answers(&["restore", file, "--data", "new", "--replace"]);
    assert!(field(&again, "kept").ends_with("grantry-before-restore.db"), "{again}");
}

#[tokio::test]
async fn a_restored_database_with_another_key_is_told_apart() {
    let mut server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    // Publishing the keys makes them.
    server.client().gets("/.well-known/openid-configuration/jwks").await;
    let file = server.folder().join("copy.db");
    let file = file.to_str().expect("a path").to_owned();
    server.answers(&["backup", &file]).await;
    server.ends().await;

    let console = Console::with_developer();
    let restored = console.runs(&["restore", &file, "--replace"]);
    assert_eq!(restored.status.code(), Some(1));
    assert!(text(&restored.stderr).contains("does not open with this master key"), "{restored:?}");
    let looked = console.runs(&["doctor", "--json"]);
    assert_eq!(looked.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&looked.stdout).expect("one object");
    assert_eq!(result(&found, "signing keys"), "fail", "{found}");
}

fn result(found: &Value, check: &str) -> String {
    let checks = found["checks"].as_array().expect("a list");
    let wanted = checks.iter().find(|one| one["check"] == check);
    wanted.map(|one| field(one, "result").to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn the_doctor_finds_a_healthy_server_healthy_and_says_what_is_missing() {
    let server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    server.client().gets("/.well-known/openid-configuration/jwks").await;
    let found = server.answers(&["doctor"]).await;
    assert_eq!(found["failed"], 0, "{found}");
    for check in ["configuration", "data", "master key", "database", "signing keys", "audit trail", "clock"] {
        assert_eq!(result(&found, check), "ok", "{check}: {found}");
    }
    assert_eq!(result(&found, "operator"), "warn", "nobody operates it yet: {found}");

    let open = Console::with_developer();
    let data = open.folder.path().join("grantry-data");
    fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("permissions");
    fs::set_permissions(data.join("master.key"), Permissions::from_mode(0o644)).expect("permissions");
    let looked = open.runs(&["doctor"]);
    assert_eq!(looked.status.code(), Some(1));
    let said = text(&looked.stdout);
    assert!(said.contains("chmod 700") && said.contains("chmod 600"), "{said}");
    let public = [("GRANTRY_PUBLIC_URL", "https://connect.example.com")];
    let found = open.runs_with(&["doctor", "--json"], &public, "");
    let found: Value = serde_json::from_slice(&found.stdout).expect("one object");
    assert_eq!(
        (result(&found, "mail"), result(&found, "public URL")),
        ("warn".to_owned(), "warn".to_owned())
    );
}

#[test]
fn the_doctor_makes_nothing() {
    let console = Console::new();
    let found = console.answers(&["doctor"]);
    assert_eq!(found["failed"], 0, "{found}");
    assert!(!console.folder.path().join("grantry-data").exists());
    let wrong = console.runs_with(&["doctor"], &[("GRANTRY_LISTEN", "here")], "");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stdout).contains("GRANTRY_LISTEN"), "{wrong:?}");
}

#[test]
fn a_dry_run_tells_what_a_migration_does_and_does_not_do_it() {
    let console = Console::new();
    let planned = console.answers(&["migrate", "--dry-run"]);
    assert_eq!(planned["applied"], false);
    let steps = planned["migrations"].as_array().map(Vec::len);
    assert!(steps.is_some_and(|steps| steps > 0), "{planned}");
    assert!(!console.folder.path().join("grantry-data").exists());
    let done = console.answers(&["migrate"]);
    assert_eq!(done["migrations"].as_array().map(Vec::len), steps);
    assert_eq!(console.answers(&["migrate"])["migrations"], serde_json::json!([]));
}

#[test]
fn a_command_that_reads_makes_no_data_where_there_is_none() {
    let console = Console::new();
    for words in [
        &["backup", "copy.db"][..],
        &["account", "list"],
        &["app", "list"],
        &["scopes", "list"],
        &["keys", "list"],
        &["admin", "link"],
    ] {
        let said = console.is_refused(words);
        assert!(said.contains("there is no Grantry data in"), "{words:?}: {said}");
    }
    let made = fs::read_dir(console.folder.path()).expect("the folder").count();
    assert_eq!(made, 0, "a mistyped directory stays as it was");
    console.answers(&["account", "create", "--code", "ACME", "--name", "Acme", "--kind", "developer"]);
    assert_eq!(console.answers(&["account", "list"])["accounts"][0]["code"], "ACME");
}

// security: K06
#[test]
fn a_data_directory_is_for_its_owner_alone() {
    let console = Console::with_developer();
    let data = console.folder.path().join("grantry-data");
    for name in ["", "master.key", "grantry.db"] {
        let mode = fs::metadata(data.join(name)).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may touch {name:?}: {mode:o}");
    }
    let copy = console.runs(&["backup", "copy.db", "--json"]);
    object(&copy);
    let mode = fs::metadata(console.folder.path().join("copy.db")).expect("a backup").permissions().mode();
    assert_eq!(mode & 0o077, 0, "others may read the backup: {mode:o}");
}
