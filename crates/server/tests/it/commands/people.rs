//! Accounts and people from the command line.

use grantry_testkit::{Process, each_engine};

use super::{Console, field, object, text};

const PASSWORD: &str = "correct horse battery staple";

// security: S05
#[tokio::test]
async fn somebody_made_beside_a_running_server_signs_in_with_the_password_of_the_pipe() {
    each_engine(async |engine| {
        let server = Process::of(env!("CARGO_BIN_EXE_grantry")).on(engine).start().await;
        let account = server
            .answers(&["account", "create", "--code", "hotl", "--name", "Grand Hotel", "--kind", "customer"])
            .await;
        assert_eq!((field(&account, "code"), field(&account, "kind")), ("HOTL", "customer"));
        let words = [
            "user",
            "create",
            "--email",
            "Alma@Hotel.example",
            "--name",
            "Alma van der Berg",
            "--account",
            "HOTL",
            "--admin",
            "--password-stdin",
            "--json",
        ];
        let made = object(&server.runs_with_input(&words, &format!("{PASSWORD}\n")).await);
        assert_eq!((&made["new"], &made["mailed"]), (&true.into(), &false.into()), "{made}");

        let mut alma = server.client();
        let form = alma.form("/account/login", "Sign in").await;
        let form = form.with("email", "alma@hotel.example").with("password", PASSWORD);
        let page = alma.submits(&form).await;
        assert_eq!(page.status, 200);
        let profile = alma.opens("/account/profile").await;
        assert!(profile.says("Alma") && profile.says("van der Berg"), "{}", profile.body);
        for said in [server.out(), server.log()] {
            assert!(!said.contains(PASSWORD), "a password is never repeated");
        }
    })
    .await;
}

#[test]
fn an_email_that_has_a_sign_in_gains_the_membership() {
    let console = Console::with_developer();
    console.answers(&["account", "create", "--code", "HOTL", "--name", "Hotel", "--kind", "customer"]);
    let bo = |account| {
        console.answers(&[
            "user",
            "create",
            "--email",
            "bo@acme.example",
            "--name",
            "Bo",
            "--account",
            account,
        ])
    };
    let first = bo("ACME");
    assert_eq!((&first["new"], &first["mailed"]), (&true.into(), &true.into()), "{first}");
    let second = bo("HOTL");
    assert_eq!(second["new"], false);
    assert_eq!(first["id"], second["id"], "the same person");
    let again = console.is_refused(&[
        "user",
        "create",
        "--email",
        "BO@acme.example",
        "--name",
        "Bo",
        "--account",
        "HOTL",
    ]);
    assert!(again.starts_with("grantry: nobody was made a member\n  --email: "), "{again}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_the_flag_it_is_about() {
    let console = Console::with_developer();
    let said = console.is_refused(&["account", "create", "--code", "1", "--name", " ", "--kind", "customer"]);
    assert!(said.contains("\n  --code: ") && said.contains("\n  --name: "), "{said}");
    let taken =
        console.is_refused(&["account", "create", "--code", "ACME", "--name", "Other", "--kind", "customer"]);
    assert!(taken.contains("--code"), "{taken}");
    let nowhere =
        console.is_refused(&["user", "create", "--email", "a@b.example", "--name", "A", "--account", "NONE"]);
    assert!(nowhere.contains("there is no account NONE"), "{nowhere}");
    let weak =
        ["user", "create", "--email", "a@b.example", "--name", "A", "--account", "ACME", "--password-stdin"];
    let weak = console.runs_with(&weak, &[], "short");
    assert_eq!(weak.status.code(), Some(1));
    assert!(text(&weak.stderr).contains("the password: "), "{weak:?}");
    assert!(!text(&weak.stderr).contains("short"), "the password itself is not repeated");
}

#[test]
fn claims_come_from_a_file_with_one_object() {
    let console = Console::with_developer();
    let file = console.folder.path().join("claims.json");
    let words = [
        "user",
        "create",
        "--email",
        "a@b.example",
        "--name",
        "A B",
        "--account",
        "ACME",
        "--claims",
        "claims.json",
    ];
    assert!(console.is_refused(&words).contains("reading claims.json"));
    std::fs::write(&file, "[1]").expect("a file");
    assert!(console.is_refused(&words).contains("--claims: "));
    std::fs::write(&file, r#"{"zoneinfo":"Europe/Berlin"}"#).expect("a file");
    assert_eq!(console.answers(&words)["new"], true);
}

#[test]
fn accounts_are_listed_with_what_they_have() {
    let console = Console::with_developer();
    console.answers(&["account", "create", "--name", "Chosen for me", "--kind", "customer"]);
    let all = console.answers(&["account", "list"]);
    assert_eq!(all["accounts"].as_array().map(Vec::len), Some(2), "{all}");
    let some = console.answers(&["account", "list", "--kind", "developer", "--search", "acm"]);
    assert_eq!(some["accounts"][0]["code"], "ACME");
    let table = text(&console.runs(&["account", "list"]).stdout);
    assert!(table.starts_with("CODE"), "{table}");
    assert!(!table.contains('\u{1b}'), "no colours in a pipe");
}

// security: A02
#[tokio::test]
async fn the_first_operators_link_is_the_same_at_the_start_and_from_a_command() {
    let server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    let link = server.answers(&["admin", "link"]).await;
    let link = field(&link, "url");
    assert!(
        link.starts_with(&server.url("/account/first-operator/")),
        "the running server's address: {link}"
    );
    assert!(server.out().contains(link), "{}", server.out());
    let mut operator = server.client();
    let form = operator.form(link, link.trim_start_matches(server.issuer())).await;
    let form = form
        .with("first_name", "Olga")
        .with("last_name", "Operator")
        .with("email", "olga@platform.example")
        .with("company", "Platform")
        .with("password", PASSWORD);
    assert_eq!(operator.posts(&form).await.status, 303);
    let after = server.runs(&["admin", "link"]).await;
    assert_eq!(after.status.code(), Some(1));
    assert!(text(&after.stderr).contains("there is an operator already"), "{after:?}");
    assert!(server.log().lines().all(|line| !line.contains(link)), "links are not logged");
}

// security: S03
#[tokio::test]
async fn somebody_is_disabled_listed_enabled_and_gets_a_new_password_from_the_command_line() {
    let server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    server.answers(&["account", "create", "--code", "HOTL", "--name", "Hotel", "--kind", "customer"]).await;
    let words = [
        "user",
        "create",
        "--email",
        "bo@hotel.example",
        "--name",
        "Bo Blue",
        "--account",
        "HOTL",
        "--admin",
        "--password-stdin",
        "--json",
    ];
    object(&server.runs_with_input(&words, PASSWORD).await);
    let mut bo = server.client();
    let form = bo.form("/account/login", "Sign in").await;
    let form = form.with("email", "bo@hotel.example").with("password", PASSWORD);
    assert_eq!(bo.posts(&form).await.status, 303);

    let disabled = server.answers(&["user", "disable", "Bo@Hotel.example"]).await;
    assert_eq!(field(&disabled, "state"), "disabled");
    assert_eq!(bo.gets("/account/profile").await.status, 303, "the session has ended");
    let mut again = server.client();
    let form = again.form("/account/login", "Sign in").await;
    let form = form.with("email", "bo@hotel.example").with("password", PASSWORD);
    assert_eq!(again.posts(&form).await.status, 422);
    let listed = server.answers(&["user", "list", "--account", "hotl"]).await;
    assert_eq!(
        (&listed["users"][0]["state"], &listed["users"][0]["admin"]),
        (&"disabled".into(), &true.into())
    );
    let refused = server.runs(&["user", "reset", "bo@hotel.example"]).await;
    assert!(text(&refused.stderr).contains("is disabled"), "{refused:?}");
    let twice = server.runs(&["user", "disable", "bo@hotel.example"]).await;
    assert_eq!(twice.status.code(), Some(1));

    server.answers(&["user", "enable", "bo@hotel.example"]).await;
    let mailed = server.answers(&["user", "reset", "bo@hotel.example"]).await;
    assert_eq!(mailed["mailed"], true);
    let unknown = server.runs(&["user", "reset", "nobody@hotel.example"]).await;
    assert!(text(&unknown.stderr).contains("nobody has a sign-in with"), "{unknown:?}");

    let suspended = server.answers(&["account", "suspend", "hotl"]).await;
    assert_eq!(field(&suspended, "state"), "suspended");
    assert_eq!(field(&server.answers(&["account", "resume", "HOTL"]).await, "state"), "active");
}
