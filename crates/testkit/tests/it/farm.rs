//! The farm answers as its paths say, to the client that the server itself uses.

use grantry::outbound::{Limits, Outbound, OutboundError, Verdict};
use grantry_testkit::Farm;

fn outbound(farm: &Farm) -> Outbound {
    Outbound::new(&farm.outbound(), farm.dns()).unwrap()
}

#[tokio::test]
async fn every_kind_of_answer_has_its_verdict() {
    let farm = Farm::new().await;
    let outbound = outbound(&farm);
    for (path, verdict) in [
        ("/callback", Verdict::Reachable { status: 200 }),
        ("/missing", Verdict::Reachable { status: 404 }),
        ("/method", Verdict::Reachable { status: 405 }),
        ("/error", Verdict::ServerError { status: 500 }),
        ("/elsewhere", Verdict::RedirectsElsewhere { status: 302 }),
    ] {
        assert_eq!(outbound.probe(&farm.url(path)).await, verdict, "{path}");
    }
    assert_eq!(farm.connections(), 5);
    assert_eq!(outbound.probe(&farm.localhost_url("/ok")).await, Verdict::Reachable { status: 200 });
    assert_eq!(outbound.probe(&farm.untrusted_url("/ok")).await, Verdict::BadCertificate);
    assert_eq!(outbound.probe(&farm.inside_url("/")).await, Verdict::NotPubliclyReachable);
    assert_eq!(farm.trap.connections(), 0, "no redirect was followed and no inside name was called");
    assert!(farm.requests()[0].starts_with("GET /callback HTTP/1.1\r\n"));
}

#[tokio::test]
async fn logos_are_what_their_names_say() {
    let farm = Farm::new().await;
    let outbound = outbound(&farm);
    for path in ["/logo.png", "/logo.jpg", "/logo.webp"] {
        let logo = outbound.fetch_logo(&farm.url(path)).await.unwrap();
        let picture = image::load_from_memory(&logo.body).unwrap();
        assert_eq!((picture.width(), picture.height()), (128, 128), "{path}");
    }
    let bomb = outbound.fetch_logo(&farm.url("/bomb.png")).await.unwrap();
    assert!(bomb.body.len() < Limits::LOGO.bytes, "small enough to be fetched");
    for path in ["/huge", "/endless.png"] {
        let refused = outbound.fetch_logo(&farm.url(path)).await.unwrap_err();
        assert_eq!(refused, OutboundError::TooLarge, "{path}");
    }
    let patience = Limits { time: std::time::Duration::from_millis(300), ..Limits::LOGO };
    for path in ["/slow", "/slow.png"] {
        assert_eq!(
            outbound.get(&farm.url(path), patience).await.unwrap_err(),
            OutboundError::Timeout,
            "{path}"
        );
    }
}
