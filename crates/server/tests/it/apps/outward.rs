//! What the server fetches on somebody's word: logos that are something else, hosts inside, too many calls.

use std::time::{Duration, Instant};

use grantry_testkit::farm::Trap;
use grantry_testkit::http::Client;
use grantry_testkit::{Farm, Form, World};

use super::{developer, filled};

async fn asks(admin: &mut Client, path: &str, value: &str) -> grantry_testkit::http::Reply {
    let token = admin.form("/apps/store-apps/create", "Review").await;
    let token = token.value("form_token").map(str::to_owned).expect("a form token");
    admin.posts(&Form::by_hand(path).with("form_token", &token).with("value", value)).await
}

// security: W08
#[tokio::test]
async fn a_hostile_logo_is_refused_with_the_reason_beside_the_field() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let (_, mut admin) = developer(&world).await;
    let form = filled(&mut admin).await;
    for (path, reason) in [
        ("/bomb.png", "more than 2048 pixels"),
        ("/logo.svg", "not a PNG, JPEG or WebP picture"),
        ("/html.png", "not a PNG, JPEG or WebP picture"),
        ("/huge", "larger than 512 KB"),
        ("/endless.png", "larger than 512 KB"),
        ("/slow.png", "took too long"),
        ("/missing", "answered with status 404"),
        ("/elsewhere", "redirects elsewhere"),
    ] {
        let url = farm.url(path);
        let page = admin.posts(&form.clone().with("logo_url", &url)).await;
        assert_eq!(page.status, 422, "{path}");
        assert!(page.body.contains("id=\"f-logo_url-fault\"") && page.says(reason), "{path}: {}", page.body);
        assert_eq!(page.form("Review").value("logo_url"), Some(url.as_str()));
        let checked = asks(&mut admin, "/apps/check-logo", &url).await.json();
        assert_eq!(checked["tone"], "bad", "{path}");
        assert!(checked["text"].as_str().is_some_and(|text| text.contains(reason)), "{path}: {checked}");
    }
    let page = admin.posts(&form.with("logo_url", &farm.untrusted_url("/logo.png"))).await;
    assert!(page.says("certificate that is not valid"));
    assert_eq!(farm.trap.connections(), 0, "a redirect was followed");
}

// security: R02
#[tokio::test]
async fn no_address_inside_is_ever_called_and_all_get_one_answer_in_one_time() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let (_, mut admin) = developer(&world).await;
    let trap = Trap::new().await;
    let port = trap.port();
    // Spellings of an address, which no field takes, or which are the user's own computer.
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fc00::1]",
        "[fe80::1]",
        "localhost",
        "localhost.",
    ] {
        for scheme in ["https", "http"] {
            let uri = format!("{scheme}://{host}:{port}/");
            for path in ["/apps/check-redirect-uri", "/apps/check-logo"] {
                let answer = asks(&mut admin, path, &uri).await;
                assert_eq!(answer.status, 200, "{uri}");
                let tone = answer.json()["tone"].clone();
                assert!(tone != "good", "{path} {uri}: {tone}");
            }
        }
    }
    // Names that lead inside, or nowhere: the same words, not before the band's end.
    let mut said = Vec::new();
    for uri in [farm.inside_url("/"), "https://nowhere.example/".to_owned()] {
        let began = Instant::now();
        let answer = asks(&mut admin, "/apps/check-redirect-uri", &uri).await;
        assert!(began.elapsed() >= Duration::from_secs(2), "{uri} was answered early");
        said.push(answer.body);
        let logo = asks(&mut admin, "/apps/check-logo", &uri).await.json();
        assert!(logo["text"].as_str().is_some_and(|text| text.contains("not publicly reachable")), "{logo}");
    }
    assert_eq!(said[0], said[1]);
    let form = filled(&mut admin).await.with_all("redirect_uri", &[&farm.inside_url("/cb")]);
    assert!(admin.posts(&form).await.says("Not publicly reachable"));
    assert_eq!((trap.connections(), farm.trap.connections()), (0, 0));
}

// security: R02
#[tokio::test]
async fn each_answer_of_a_redirect_uri_has_its_verdict() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let (_, mut admin) = developer(&world).await;
    for (uri, tone, words) in [
        (farm.url("/callback"), "good", "Can be called (status 200)"),
        (farm.url("/missing"), "good", "Can be called (status 404)"),
        (farm.url("/method"), "good", "Can be called (status 405)"),
        (farm.url("/error"), "warn", "Answers with an error (status 500)"),
        (farm.url("/elsewhere"), "warn", "Redirects elsewhere (status 302)"),
        (farm.untrusted_url("/callback"), "bad", "certificate is not valid"),
        ("com.example.app:/cb".to_owned(), "note", "own device"),
        ("http://app.example/cb".to_owned(), "bad", "must use https"),
    ] {
        let answer = asks(&mut admin, "/apps/check-redirect-uri", &uri).await.json();
        assert_eq!(answer["tone"], tone, "{uri}: {answer}");
        assert!(answer["text"].as_str().is_some_and(|text| text.contains(words)), "{uri}: {answer}");
    }
    let head = farm.requests().concat().to_lowercase();
    assert!(!head.contains("cookie") && !head.contains("referer"), "the call says more than it must: {head}");
}

// security: R02
#[tokio::test]
async fn an_account_can_send_the_server_out_only_so_often() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let (_, mut admin) = developer(&world).await;
    let mut refused = None;
    for number in 0..140 {
        let answer = asks(&mut admin, "/apps/check-redirect-uri", &farm.url(&format!("/{number}"))).await;
        if answer.status == 429 {
            refused = Some((number, answer));
            break;
        }
        assert_eq!(answer.status, 200);
    }
    let (number, answer) = refused.expect("there is an end");
    assert_eq!(number, 120);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(farm.connections(), 120, "what is refused is not called");
    let other = world.developer("BETA").await;
    let mut beta = world.signed_in(&other.admin).await;
    assert_eq!(asks(&mut beta, "/apps/check-redirect-uri", &farm.url("/ok")).await.status, 200);
    world.later(Duration::from_secs(601));
    assert_eq!(asks(&mut admin, "/apps/check-redirect-uri", &farm.url("/ok")).await.status, 200);
}
