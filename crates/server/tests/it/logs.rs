//! The log of the real program, at its most talkative: it helps, and it keeps every secret.

use grantry_testkit::{Form, Process, http};

const PASSWORD: &str = "seventeen purple harbour lanterns";

// security: W10
#[tokio::test]
async fn no_secret_and_no_forged_line_is_ever_logged() {
    let mut server =
        Process::of(env!("CARGO_BIN_EXE_grantry")).knowing("GRANTRY_LOG_FILTER", "trace").start().await;
    server.answers(&["account", "create", "--code", "ACME", "--name", "Acme", "--kind", "developer"]).await;
    let person = ["user", "create", "--email", "ada@acme.example", "--name", "Ada Acme", "--account", "ACME"];
    let made =
        server.runs_with_input(&[&person[..], &["--admin", "--password-stdin"]].concat(), PASSWORD).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let app =
        ["app", "create", "--account", "ACME", "--kind", "custom", "--code", "ROBOT", "--name", "Robot"];
    let app = server.answers(&[&app[..], &["--scope", "reservations.read"]].concat()).await;
    let (id, secret) =
        (app["client_id"].as_str().expect("an id"), app["client_secret"].as_str().expect("a secret"));

    let mut ada = server.client();
    let form = ada.form("/account/login", "Sign in").await;
    let forged = form.clone().with("email", "ada\r\nFORGED line").with("password", "wrong horse");
    ada.posts(&forged).await;
    let entered = ada.posts(&form.with("email", "ada@acme.example").with("password", PASSWORD)).await;
    assert_eq!(entered.status, 303);
    let session = ada.cookie("grantry-session").expect("a session").to_owned();
    let browser = ada.cookie("grantry-browser").expect("a browser cookie").to_owned();
    let form_token = ada.form("/account/logout", "Sign out").await;
    let form_token = form_token.value("form_token").expect("a form token").to_owned();

    let asks = Form::by_hand("/connect/token").with("grant_type", "client_credentials").with("client_id", id);
    let given = server.client().posts(&asks.clone().with("client_secret", secret)).await;
    let token = given.json()["access_token"].as_str().expect("a token").to_owned();
    let wrong = format!("{}x", &secret[..secret.len() - 1]);
    assert_eq!(server.client().posts(&asks.with("client_secret", &wrong)).await.status, 401);
    let bearer = [("Authorization", format!("Bearer {token}"))];
    let bearer = bearer.each_ref().map(|(name, value)| (*name, value.as_str()));
    http::send(server.address(), "GET", "/api/v1/users/me?access_token=in-the-query", &bearer, b"").await;

    assert!(server.ends().await.success());
    let log = server.log();
    assert!(log.lines().count() > 3, "the log says something: {log}");
    let signature = token.rsplit('.').next().expect("a signed token");
    for (what, kept) in [
        ("the password", PASSWORD),
        ("a wrong password", "wrong horse"),
        ("the client secret", secret),
        ("a wrong client secret", wrong.as_str()),
        ("the session", session.as_str()),
        ("the browser cookie", browser.as_str()),
        ("the form token", form_token.as_str()),
        ("the access token", signature),
        ("a token in a query", "in-the-query"),
    ] {
        assert!(!log.contains(kept), "the log has {what}:\n{log}");
    }
    assert!(!log.lines().any(|line| line.trim_start().starts_with("FORGED")), "a forged line:\n{log}");
}
