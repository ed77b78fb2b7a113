//! Two servers on one database: what one does, the other knows.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use grantry::clock::Clock;
use grantry::outbound::Dns;
use grantry::start::{self, Running, Settings};
use grantry_store::Durability;
use grantry_store::audit::Origin;
use grantry_testkit::http::{Reply, send};
use grantry_testkit::{Engine, each_engine};
use tokio::task::JoinSet;

use super::desk::{Desk, EVERYTHING, FORM, basic, encoded, exchange, refusal, text};

/// A second server with the first one's configuration and master key.
pub(super) async fn second(desk: &Desk) -> Running {
    let mut config = desk.world.app().config.clone();
    config.server.listen = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
    config.server.ops_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.server.public_url = Some(desk.world.issuer().parse().expect("a public URL"));
    let clock: Clock = desk.world.app().clock.clone();
    let settings = Settings { config, clock, dns: Dns::System, durability: Durability::Off };
    Box::pin(start::start(settings)).await.expect("a second server starts")
}

async fn token(address: SocketAddr, desk: &Desk, form: &[(&str, &str)]) -> Reply {
    let basic = basic(&desk.app.client_id, &desk.app.client_secret);
    send(address, "POST", "/connect/token", &[FORM, ("Authorization", &basic)], encoded(form).as_bytes())
        .await
}

async fn userinfo(address: SocketAddr, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    send(address, "GET", "/connect/userinfo", &[("Authorization", &bearer)], b"").await.status
}

// security: T03, U03, K05
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_agree_about_codes_tokens_and_keys() {
    each_engine(async |engine| {
        if engine == Engine::Sqlite {
            // A second server on one SQLite directory is refused.
            return;
        }
        let desk = Arc::new(Desk::on(engine).await);
        let other = second(&desk).await;
        let (one, two) = (desk.world.address(), other.addresses[0]);
        for round in 0..5 {
            let code = desk.code(&desk.app, &desk.granted(EVERYTHING).await).await;
            let mut racers = JoinSet::new();
            for racer in 0..16 {
                let (desk, code) = (Arc::clone(&desk), code.clone());
                let address = if racer % 2 == 0 { one } else { two };
                racers.spawn(async move { token(address, &desk, &exchange(&code)).await });
            }
            let replies = racers.join_all().await;
            let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
            assert_eq!(won.len(), 1, "round {round}");
            let access = won[0].json();
            let access = text(&access, "access_token");
            assert_eq!(
                (userinfo(one, access).await, userinfo(two, access).await),
                (401, 401),
                "round {round}"
            );
        }

        let tokens = desk.tokens(EVERYTHING).await;
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        assert_eq!(userinfo(two, access).await, 200, "signed by the one, verified by the other");
        let reply = token(two, &desk, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(userinfo(one, text(&reply.json(), "access_token")).await, 200);
        desk.calls("/connect/revocation", &desk.app, &[("token", refresh)]).await;
        assert_eq!(userinfo(two, access).await, 401, "revoked on the one is dead on the other");
        let reply = token(two, &desk, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
        assert_eq!(refusal(&reply), (400, "invalid_grant".to_owned()));

        let keys = async |address| {
            send(address, "GET", "/.well-known/openid-configuration/jwks", &[], b"").await.body
        };
        let before = keys(one).await;
        assert_eq!(keys(two).await, before);
        let app = desk.world.app();
        grantry::keys::rotate(&app.keys, &Origin::command()).await.expect("rotated");
        let followed = tokio::time::timeout(Duration::from_secs(10), async {
            while keys(two).await == before || keys(one).await != keys(two).await {
                tokio::task::yield_now().await;
            }
        });
        followed.await.expect("both nodes follow");
        other.stop().await;
    })
    .await;
}
