//! The mailbox page: there for whoever sits at a server without a mail server, and for nobody else.

use grantry_testkit::World;
use grantry_testkit::http;

async fn asks(world: &World, host: &str) -> u16 {
    let request = format!("GET /mailbox HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    http::raw(world.ops_address(), request.as_bytes()).await.status
}

// security: W11
#[tokio::test]
async fn mails_are_shown_only_to_browsers_that_mean_this_machine() {
    let world = World::new().await;
    for host in ["localhost", "localhost:8081", "127.0.0.1:8081", "[::1]:8081"] {
        assert_eq!(asks(&world, host).await, 200, "{host}");
    }
    for host in [
        "evil.example",
        "evil.example:8081",
        "localhost.evil.example",
        "10.0.0.1:8081",
        "127.0.0.1.evil.example",
    ] {
        assert_eq!(asks(&world, host).await, 421, "{host}");
    }
}

// security: W11, W10
#[tokio::test]
async fn a_server_that_sends_mail_or_has_a_public_name_shows_no_mails() {
    let sends = World::setup().configured(|config| {
        config.mail.smtp = Some(grantry::config::Secret::new("smtp://127.0.0.1:9".to_owned()));
        config.mail.from = "Example <no-reply@example.com>".parse().ok();
    });
    let public =
        World::setup().configured(|config| config.server.public_url = "https://connect.example".parse().ok());
    for setup in [sends, public] {
        let world = setup.start().await;
        assert_eq!(asks(&world, "localhost").await, 404);
        assert_eq!(world.ops("/healthz").await.status, 200);
    }
}
