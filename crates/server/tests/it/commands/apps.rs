//! Apps, secrets, scopes and keys from the command line.

use std::time::{Duration, Instant};

use grantry_testkit::http::Reply;
use grantry_testkit::{Process, each_engine, http};

use super::{Console, field, text};

/// How soon a running server knows what a command did.
const SEEN: Duration = Duration::from_secs(1);

/// Between two questions. Without a pause the refusals in between would be so many that the server answers 429, and
/// no refusal after them would ever be the 401 that is waited for.
const PAUSE: Duration = Duration::from_millis(50);

async fn token(server: &Process, client_id: &str, secret: &str) -> Reply {
    let body = format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    http::send(server.address(), "POST", "/connect/token", &headers, body.as_bytes()).await
}

/// Asks again until the answer has this status, for no longer than the server may take to know.
async fn token_is(server: &Process, (client_id, secret): (&str, &str), status: u16) -> bool {
    let since = Instant::now();
    let mut turns = tokio::time::interval(PAUSE);
    while since.elapsed() < SEEN {
        turns.tick().await;
        if token(server, client_id, secret).await.status == status {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_running_server_sees_within_a_second_what_commands_do_to_an_app() {
    each_engine(async |engine| {
        let server = Process::of(env!("CARGO_BIN_EXE_grantry")).on(engine).start().await;
        server
            .answers(&["account", "create", "--code", "HOTL", "--name", "Hotel", "--kind", "customer"])
            .await;
        let create = ["app", "create", "--kind", "custom", "--account", "HOTL", "--code", "LOAD"];
        let more = ["--name", "Load", "--scope", "reservations.read"];
        let app = server.answers(&[&create[..], &more].concat()).await;
        let (id, first) = (field(&app, "client_id"), field(&app, "client_secret"));
        assert_eq!(id, "HOTL-SP-LOAD");
        assert!(token_is(&server, (id, first), 200).await, "the new app gets a token");

        let second = server.answers(&["secret", "add", id, "--description", "Second"]).await;
        let second = field(&second, "client_secret");
        assert!(token_is(&server, (id, second), 200).await, "so does its second secret");
        let secrets = server.answers(&["secret", "list", id]).await;
        server.answers(&["secret", "revoke", id, field(&secrets["secrets"][0], "id")]).await;
        assert!(token_is(&server, (id, first), 401).await, "a revoked secret gets nothing");
        assert_eq!(token(&server, id, second).await.status, 200, "the other goes on working");

        server.answers(&["app", "suspend", id]).await;
        assert!(token_is(&server, (id, second), 401).await, "nothing of a suspended app works");
        server.answers(&["app", "resume", id]).await;
        assert!(token_is(&server, (id, second), 200).await);
        server.answers(&["app", "delete", id]).await;
        assert!(token_is(&server, (id, second), 401).await);
        for secret in [first, second] {
            assert!(!server.log().contains(secret), "no secret is logged");
        }
    })
    .await;
}

#[test]
fn an_app_is_registered_with_all_its_fields_and_changed_in_part() {
    let console = Console::with_developer();
    let create =
        ["app", "create", "--account", "acme", "--kind", "store", "--code", "tool", "--name", "Tool"];
    let more = [
        "--redirect-uri",
        "https://acme.example/a",
        "--redirect-uri",
        "https://acme.example/b",
        "--scope",
        "reservations.read",
        "--scope",
        "rates.read",
        "--profile",
        "compatible",
        "--no-pkce",
        "--pii",
        "hide",
        "--policy-uri",
        "https://acme.example/privacy",
        "--auth-method",
        "client_secret_post",
        "--post-logout-redirect-uri",
        "https://acme.example/bye",
        "--id-token-alg",
        "ES256",
        "--secret-description",
        "Production",
    ];
    let made = console.answers(&[&create[..], &more].concat());
    let secret = field(&made, "client_secret").to_owned();
    assert!(secret.starts_with("grs_") && secret.len() == 53, "{secret}");
    let id = field(&made, "client_id");

    let shown = console.answers(&["app", "show", id]);
    assert_eq!(shown["redirect_uris"].as_array().map(Vec::len), Some(2), "{shown}");
    assert_eq!(field(&shown, "profile"), "compatible");
    assert_eq!(shown["require_pkce"], false);
    let changed = console.answers(&[
        "app",
        "update",
        id,
        "--name",
        "Better tool",
        "--policy-uri",
        "",
        "--redirect-uri",
        "https://acme.example/c",
    ]);
    assert_eq!((&changed["changed"], &changed["client_secret"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(
        changed["removed"],
        serde_json::json!(["https://acme.example/a", "https://acme.example/b"]),
        "a repeated flag replaces the list, and says what that took away"
    );
    let by_code = ["app", "update", "--account", "ACME", "--kind", "store", "--code", "TOOL"];
    let same = console.answers(&[&by_code[..], &["--name", "Better tool"]].concat());
    assert_eq!(same["changed"], false, "the same name again changes nothing");
    let after = console.answers(&["app", "show", id]);
    assert_eq!(field(&after, "name"), "Better tool");
    assert_eq!(after["policy_uri"], serde_json::Value::Null);
    assert_eq!(after["redirect_uris"], serde_json::json!(["https://acme.example/c"]));
    assert_eq!(after["scopes"], shown["scopes"], "what is not named stays");

    let public = console.answers(&["app", "update", id, "--public", "--auth-method", "none", "--pkce"]);
    assert_eq!(public["changed"], true);
    let confidential = console.answers(&["app", "update", id, "--confidential"]);
    assert_ne!(
        field(&confidential, "client_secret"),
        secret,
        "an app that keeps secrets again gets a new one"
    );
}

#[test]
fn nothing_is_registered_while_anything_is_wrong() {
    let console = Console::with_developer();
    let said = console.is_refused(&[
        "app",
        "create",
        "--account",
        "ACME",
        "--kind",
        "store",
        "--code",
        "TOOL",
        "--name",
        "",
        "--scope",
        "no.such",
        "--redirect-uri",
        "https://acme.example/cb",
        "--redirect-uri",
        "http://acme.example/cb",
        "--profile",
        "lax",
    ]);
    for flag in ["--name: ", "--scope: ", "--redirect-uri (number 2): ", "--profile: "] {
        assert!(said.contains(&format!("\n  {flag}")), "{flag} is missing in {said}");
    }
    assert_eq!(console.answers(&["app", "list"])["apps"], serde_json::json!([]));
    assert!(console.is_refused(&["app", "show", "ACME-AC-TOOL"]).contains("there is no app ACME-AC-TOOL"));
}

#[test]
fn approval_comes_before_the_store_and_the_last_secret_is_asked_about() {
    let console = Console::with_developer();
    console.answers(&[
        "app",
        "create",
        "--account",
        "ACME",
        "--kind",
        "store",
        "--code",
        "TOOL",
        "--name",
        "Tool",
        "--redirect-uri",
        "https://acme.example/cb",
    ]);
    let id = "ACME-AC-TOOL";
    assert!(console.is_refused(&["app", "publish", id]).contains("grantry app approve"));
    assert_eq!(console.answers(&["app", "approve", id])["listing"], "approved");
    assert_eq!(console.answers(&["app", "publish", id])["listing"], "published");
    assert_eq!(console.answers(&["app", "list", "--account", "ACME"])["apps"][0]["listing"], "published");

    let secrets = console.answers(&["secret", "list", id]);
    let only = field(&secrets["secrets"][0], "id");
    assert!(console.is_refused(&["secret", "revoke", id, only]).contains("--even-the-last"));
    console.answers(&["secret", "revoke", id, only, "--even-the-last"]);
    assert!(console.is_refused(&["secret", "revoke", id, only]).contains("no working secret"));
    assert!(console.is_refused(&["secret", "revoke", id, "sec_1"]).contains("no working secret"));
    assert!(
        console
            .is_refused(&["secret", "add", id, "--description", "x", "--expires", "2001-01-01"])
            .contains("--expires: ")
    );

    assert_eq!(console.answers(&["app", "delete", id])["connections"], 0);
    assert!(console.is_refused(&["app", "delete", id]).contains("there is no app"));
}

#[test]
fn a_secret_is_on_standard_output_and_nowhere_else() {
    let console = Console::with_developer();
    let output = console.runs(&[
        "app",
        "create",
        "--account",
        "ACME",
        "--kind",
        "store",
        "--code",
        "TOOL",
        "--name",
        "Tool",
        "--redirect-uri",
        "https://acme.example/cb",
    ]);
    let said = text(&output.stdout);
    let secret = said.split_whitespace().find(|word| word.starts_with("grs_")).expect("a secret").to_owned();
    assert_eq!(text(&output.stderr), "");
    let listed = text(&console.runs(&["secret", "list", "ACME-AC-TOOL", "--json"]).stdout);
    assert!(!listed.contains(&secret) && listed.contains(&secret[secret.len() - 4..]), "{listed}");
    let data = console.folder.path().join("grantry-data");
    for entry in std::fs::read_dir(data).expect("the data folder") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{} holds the secret in clear", path.display());
    }
}

#[test]
fn a_catalogue_is_imported_and_an_api_gets_a_secret_of_its_own() {
    let console = Console::with_developer();
    let catalogue = "[[api]]\nname = \"robots\"\ndisplay_name = \"Robots\"\n\
        [[api.scope]]\nname = \"robots.walk\"\ndisplay_name = \"Let robots walk\"\n";
    std::fs::write(console.folder.path().join("own.toml"), catalogue).expect("a file");
    assert_eq!(
        console.answers(&["scopes", "import", "own.toml"]),
        serde_json::json!({ "apis": 1, "scopes": 1 })
    );
    let listed = console.answers(&["scopes", "list"]);
    let apis = listed["apis"].as_array().expect("a list");
    assert!(apis.iter().any(|api| api["name"] == "robots" && api["scopes"][0]["name"] == "robots.walk"));
    std::fs::write(console.folder.path().join("bad.toml"), "[[api]]\nname = \"x\"\n").expect("a file");
    let bad = console.is_refused(&["scopes", "import", "bad.toml"]);
    assert!(bad.contains("bad.toml is no catalogue") && bad.contains("display_name"), "{bad}");

    let added = console.answers(&["api", "secret", "add", "robots"]);
    assert!(field(&added, "client_secret").starts_with("grp_"));
    assert!(console.is_refused(&["api", "secret", "add", "none"]).contains("there is no API"));
    let id = field(&added, "id");
    console.answers(&["api", "secret", "revoke", id]);
    let secrets = console.answers(&["api", "secret", "list", "robots"]);
    assert!(secrets["secrets"][0]["revoked_at"].is_string(), "{secrets}");
    assert!(console.is_refused(&["api", "secret", "revoke", id]).contains("revoked already"));
}

#[tokio::test]
async fn keys_are_listed_and_their_successors_published() {
    let server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    let keys = async || {
        http::send(server.address(), "GET", "/.well-known/openid-configuration/jwks", &[], b"").await
    };
    let before = keys().await.json()["keys"].as_array().map(Vec::len);
    assert_eq!(before, Some(2), "one for access tokens, one for ID tokens");
    let next = server.answers(&["keys", "rotate"]).await;
    let next: Vec<&str> =
        next["keys"].as_array().expect("a list").iter().map(|key| field(key, "kid")).collect();
    assert_eq!(next.len(), 2);
    let since = Instant::now();
    let mut published = String::new();
    while since.elapsed() < SEEN && !next.iter().all(|kid| published.contains(kid)) {
        published = keys().await.body;
    }
    assert!(next.iter().all(|kid| published.contains(kid)), "{published}");
    let listed = server.answers(&["keys", "list"]).await;
    let states: Vec<&str> =
        listed["keys"].as_array().expect("a list").iter().map(|key| field(key, "state")).collect();
    assert_eq!(states.iter().filter(|state| **state == "next").count(), 2, "{states:?}");
    assert_eq!(
        server.answers(&["keys", "rotate"]).await["keys"].as_array().map(Vec::len),
        Some(2),
        "not twice"
    );
}
