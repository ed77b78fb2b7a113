//! The revocation feed: what an API that verifies tokens by itself is told, and how soon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use grantry_store::app::AppState;
use grantry_testkit::http::{Reply, send};
use grantry_testkit::{Engine, each_engine};
use serde_json::Value;

use super::desk::{Desk, EVERYTHING, basic, claims, refusal, text};
use super::two_nodes::second;

const FEED: &str = "/api/v1/revocations";

/// An API that follows the feed.
struct Follower {
    authorization: String,
}

impl Follower {
    async fn new(desk: &Desk) -> Self {
        Self { authorization: basic("api", &desk.world.api_secret("api").await) }
    }

    async fn asks(&self, desk: &Desk, query: &str) -> Reply {
        let target = format!("{FEED}{query}");
        desk.world.send("GET", &target, &[("Authorization", &self.authorization)], "").await
    }

    /// What is new after a cursor, and the next one.
    async fn hears(&self, desk: &Desk, query: &str) -> (Vec<Value>, String) {
        let reply = self.asks(desk, query).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let answer = reply.json();
        assert_eq!(answer["complete"], true);
        let list = answer["revocations"].as_array().expect("a list").clone();
        (list, text(&answer, "cursor").to_owned())
    }
}

/// The grant that an access token names.
fn grant_of(token: &str) -> String {
    let claims = claims(token);
    text(&claims, "jti").split('.').next().expect("a grant").to_owned()
}

// security: U03, U04
#[tokio::test]
async fn an_api_hears_within_a_second_what_was_disconnected() {
    let desk = Arc::new(Desk::new().await);
    let api = Follower::new(&desk).await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let tokens = desk.exchanges(&desk.app, &code).await.json();
    let access = text(&tokens, "access_token");
    let (before, cursor) = api.hears(&desk, "").await;
    assert_eq!(before, Vec::<Value>::new());

    let waiting = {
        let (desk, query) = (Arc::clone(&desk), format!("?since={cursor}&wait=30"));
        let api = Follower { authorization: api.authorization.clone() };
        tokio::spawn(async move { (api.hears(&desk, &query).await, Instant::now()) })
    };
    // The call is under way before anything ends: its connection counts.
    tokio::task::yield_now().await;
    let ended = Instant::now();
    let (hotel, connection) = (&desk.hotel.id, &granted.connection);
    let reason = grantry_store::connection::EndReason::Disconnected;
    desk.changes(|tx| async move { tx.end_connection(hotel, connection, None, reason).await }).await;
    let ((news, next), heard) = waiting.await.expect("it answers");
    assert!(heard.duration_since(ended) < Duration::from_secs(1), "{:?}", heard.duration_since(ended));
    assert_eq!(news.len(), 1);
    assert_eq!((text(&news[0], "kind"), text(&news[0], "id")), ("grant", grant_of(access).as_str()));
    let now = desk.world.app().clock.now().seconds();
    let issued_until = news[0]["issued_until"].as_i64().expect("a time");
    assert!(issued_until >= claims(access)["iat"].as_i64().expect("a time") && issued_until <= now);
    let until = news[0]["until"].as_i64().expect("a time");
    assert!(until >= claims(access)["exp"].as_i64().expect("a time"), "kept until the token is dead");

    let (none, same) = api.hears(&desk, &format!("?since={next}&wait=0")).await;
    assert_eq!((none.len(), same), (0, next));
    let (all, _) = api.hears(&desk, "").await;
    assert_eq!(all, news, "who comes later hears what still matters");
    desk.world.later(Duration::from_secs(3600 + 120));
    assert_eq!(api.hears(&desk, "").await.0.len(), 0, "and nothing that does not");
}

// security: U03
#[tokio::test]
async fn every_way_in_which_tokens_die_is_told() {
    let desk = Desk::new().await;
    let api = Follower::new(&desk).await;
    let news = async |cursor: &mut String| {
        let (list, next) = api.hears(&desk, &format!("?since={cursor}&wait=0")).await;
        *cursor = next;
        let told = |item: &Value| (text(item, "kind").to_owned(), text(item, "id").to_owned());
        list.iter().map(told).collect::<Vec<_>>()
    };
    let mut cursor = "0".to_owned();
    let kind = |kind: &str, id: &str| vec![(kind.to_owned(), id.to_owned())];

    let own = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
    let own = text(&own, "access_token");
    desk.calls("/connect/revocation", &desk.custom, &[("token", own)]).await;
    assert_eq!(news(&mut cursor).await, kind("token", text(&claims(own), "jti")), "a single token");

    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    desk.calls("/connect/revocation", &desk.app, &[("token", refresh)]).await;
    assert_eq!(news(&mut cursor).await, kind("grant", &grant_of(access)), "a refresh token");

    let code = desk.code(&desk.app, &desk.granted(EVERYTHING).await).await;
    let tokens = desk.exchanges(&desk.app, &code).await.json();
    desk.exchanges(&desk.app, &code).await;
    let grant = grant_of(text(&tokens, "access_token"));
    assert_eq!(news(&mut cursor).await, kind("grant", &grant), "a code that is used twice");

    let (app, custom) = (&desk.app.id, &desk.custom.id);
    desk.changes(|tx| async move {
        tx.set_app_state(custom, AppState::Active, AppState::Suspended).await?;
        tx.set_app_state(app, AppState::Active, AppState::Suspended).await
    })
    .await;
    let apps = [kind("app", &desk.custom.client_id), kind("app", &desk.app.client_id)].concat();
    assert_eq!(news(&mut cursor).await, apps, "suspended apps, whatever they hold");
}

// security: U02
#[tokio::test]
async fn only_an_api_with_its_secret_reads_the_feed() {
    let desk = Desk::new().await;
    let secret = desk.world.api_secret("api").await;
    let token = desk.tokens(EVERYTHING).await;
    let bearer = format!("Bearer {}", text(&token, "access_token"));
    let wrong = [
        None,
        Some(basic("api", "grp_wrong")),
        Some(basic("identity", &secret)),
        Some(basic(&desk.app.client_id, &desk.app.client_secret)),
        Some(bearer),
        Some("Basic ???".to_owned()),
    ];
    for authorization in wrong {
        let headers: Vec<_> = authorization.iter().map(|value| ("Authorization", value.as_str())).collect();
        let reply = desk.world.send("GET", FEED, &headers, "").await;
        assert_eq!(refusal(&reply), (401, "invalid_client".to_owned()), "{authorization:?}");
        assert!(reply.header("www-authenticate").is_some_and(|value| value.starts_with("Basic ")));
    }
    let api = Follower { authorization: basic("api", &secret) };
    for query in ["?since=-1", "?since=x", "?since=99999999999999999999", "?since=1&wait=soon"] {
        assert_eq!(refusal(&api.asks(&desk, query).await), (400, "invalid_request".to_owned()), "{query}");
    }
    let (all, cursor) = api.hears(&desk, "?since=4000&wait=0").await;
    assert_eq!((all.len(), cursor.as_str()), (0, "0"), "a cursor of another database begins again");
    let mut last = 0;
    for _ in 0..61 {
        last =
            desk.world.send("GET", FEED, &[("Authorization", &basic("api", "grp_guess"))], "").await.status;
    }
    assert_eq!(last, 429, "guessing is slowed down");
    assert_eq!(api.asks(&desk, "").await.status, 200, "and a right secret is not locked out");
}

// security: U03
#[tokio::test]
async fn a_follower_of_one_server_hears_what_was_revoked_on_another() {
    each_engine(async |engine| {
        if engine == Engine::Sqlite {
            return;
        }
        let desk = Desk::on(engine).await;
        let other = second(&desk).await;
        let api = Follower::new(&desk).await;
        let address = other.addresses[0];
        let tokens = desk.tokens(EVERYTHING).await;
        let authorization = api.authorization.clone();
        let waiting = tokio::spawn(async move {
            let headers = [("Authorization", authorization.as_str())];
            let reply = send(address, "GET", "/api/v1/revocations?since=0&wait=30", &headers, b"").await;
            (reply, Instant::now())
        });
        let revoked = Instant::now();
        desk.calls("/connect/revocation", &desk.app, &[("token", text(&tokens, "refresh_token"))]).await;
        let (reply, heard) = waiting.await.expect("it answers");
        assert!(heard.duration_since(revoked) < Duration::from_secs(2), "{:?}", heard - revoked);
        let list = reply.json()["revocations"].clone();
        assert_eq!(list[0]["id"], grant_of(text(&tokens, "access_token")));
        other.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stops_lets_nobody_wait() {
    let desk = Desk::new().await;
    let api = Follower::new(&desk).await;
    let (address, authorization) = (desk.world.address(), api.authorization.clone());
    let waiting = tokio::spawn(async move {
        let headers = [("Authorization", authorization.as_str())];
        send(address, "GET", "/api/v1/revocations?since=0&wait=50", &headers, b"").await.status
    });
    tokio::task::yield_now().await;
    let began = Instant::now();
    desk.world.running.stop().await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    // It was answered, or never got in.
    assert!(waiting.await.is_err() || began.elapsed() < Duration::from_secs(8));
}
