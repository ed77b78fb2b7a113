//! What is stopped is out of the store with the next request: on every page, on both engines, on every node.

use std::net::{Ipv4Addr, SocketAddr};

use grantry::accounts::suspend;
use grantry::apps::remove;
use grantry::apps::standing::{Decision, decide};
use grantry::outbound::Dns;
use grantry::start::{self, Settings};
use grantry::storefront::publish::{self, Insist};
use grantry_store::Durability;
use grantry_store::audit::Origin;
use grantry_testkit::http::send;
use grantry_testkit::world::{RegisteredApp, Tenant};
use grantry_testkit::{Engine, World, each_engine};

use super::{app, listing, publishes};

/// Every place where the app would be seen, and whether it is there.
async fn seen(address: SocketAddr) -> Vec<(&'static str, bool)> {
    let mut places = Vec::new();
    for path in [
        "/store",
        "/store/search?q=vanishing",
        "/store/categories/payments",
        "/store/feed.json",
        "/sitemap.xml",
        "/store/apps/acme-tool",
    ] {
        let reply = send(address, "GET", path, &[], b"").await;
        places.push((path, reply.status == 200 && reply.body.contains("acme-tool")));
    }
    places
}

async fn is_everywhere(address: SocketAddr) -> bool {
    seen(address).await.into_iter().all(|(_, is)| is)
}

/// Asks again until the other node has heard of it, for at most a second on a machine that is not busy.
async fn soon(address: SocketAddr, wanted: bool) {
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let places = seen(address).await;
        if places.iter().all(|(_, is)| *is == wanted) {
            return;
        }
        assert!(tokio::time::Instant::now() < until, "the other node shows {places:?}");
        tokio::task::yield_now().await;
    }
}

async fn stops(world: &World, acme: &Tenant, tool: &RegisteredApp, how: &str, back: bool) {
    let (server, origin) = (world.app(), Origin::command());
    let of = (&acme.id, &tool.id);
    match (how, back) {
        ("the app is suspended", false) => {
            decide(server, &origin, &tool.client_id, Decision::Suspend).await.expect("suspended");
        }
        ("the app is suspended", true) => {
            decide(server, &origin, &tool.client_id, Decision::Resume).await.expect("resumed");
        }
        ("its account is suspended", false) => {
            suspend::suspend(server, &origin, &acme.id).await.expect("suspended");
        }
        ("its account is suspended", true) => {
            suspend::resume(server, &origin, &acme.id).await.expect("resumed");
        }
        ("its owner takes it out", false) => {
            publish::unpublish(server, &origin, of).await.expect("taken out");
        }
        ("its owner takes it out", true) => {
            publish::publish(server, &origin, of, Insist::AsItIs).await.expect("published");
        }
        _ => {
            remove::remove(server, &origin, of).await.expect("deleted");
        }
    }
}

// security: C07
#[tokio::test(flavor = "multi_thread")]
async fn whatever_stops_an_app_takes_it_out_of_the_store_at_once_on_every_node() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let acme = world.developer("ACME").await;
        let tool = app(&world, &acme, "TOOL", "Vanishing tool").await;
        publishes(&world, &acme, &tool, &listing("Short", "Long", "payments")).await;
        // A second server on one SQLite directory is refused.
        let other = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => {
                let mut config = world.app().config.clone();
                config.server.listen = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
                config.server.ops_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                config.server.public_url = Some(world.issuer().parse().expect("a public URL"));
                let clock = world.app().clock.clone();
                let settings = Settings { config, clock, dns: Dns::System, durability: Durability::Off };
                Some(Box::pin(start::start(settings)).await.expect("a second server starts"))
            }
        };
        assert!(is_everywhere(world.address()).await, "{:?}", seen(world.address()).await);
        for how in
            ["the app is suspended", "its account is suspended", "its owner takes it out", "it is deleted"]
        {
            stops(&world, &acme, &tool, how, false).await;
            let here = seen(world.address()).await;
            assert!(here.iter().all(|(_, is)| !is), "{how}: {here:?}");
            if let Some(other) = &other {
                soon(other.addresses[0], false).await;
            }
            if how != "it is deleted" {
                stops(&world, &acme, &tool, how, true).await;
                assert!(is_everywhere(world.address()).await, "back after: {how}");
                if let Some(other) = &other {
                    soon(other.addresses[0], true).await;
                }
            }
        }
        if let Some(other) = other {
            other.stop().await;
        }
    })
    .await;
}
