//! The first page, and what every page has in common.

use grantry_testkit::World;

// security: A13, C05, W02
#[tokio::test]
async fn a_page_carries_the_security_headers() {
    let world = World::new().await;
    let page = world.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Innkeeper open platform"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'"));
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("strict-transport-security"), None, "an http issuer promises no https");
}

// security: S02
#[tokio::test]
async fn the_browser_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let world = World::new().await;
    let page = world.get("/").await;
    let cookie = page.header("set-cookie").expect("a first visit gets a browser cookie");
    assert!(cookie.starts_with("grantry-browser="), "http issuers cannot use __Host-: {cookie}");
    for flag in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(flag), "{flag} is missing in {cookie}");
    }
    let pair = cookie.split(';').next().expect("a cookie has a pair");
    let again = world.send("GET", "/", &[("Cookie", pair)], "").await;
    assert_eq!(again.header("set-cookie"), None, "a known browser keeps its cookie");
    let forged = world.send("GET", "/", &[("Cookie", "grantry-browser=<script>")], "").await;
    assert!(forged.header("set-cookie").is_some(), "a value that we did not make is replaced");
}

#[tokio::test]
async fn an_unknown_address_gets_a_page_with_a_request_id() {
    let world = World::new().await;
    let page = world.get("/nothing/here").await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("There is nothing here"));
    let id = page.header("x-request-id").expect("every answer has a request id");
    assert!(page.body.contains(id), "the page shows the id that the log has");
    assert_eq!(page.header("content-security-policy").map(|p| p.contains("'none'")), Some(true));
}

#[tokio::test]
async fn somebody_who_came_to_a_dead_end_is_shown_a_way_out() {
    let world = World::new().await;
    let stranger = world.get("/nothing/here").await;
    assert!(stranger.body.contains(r#"href="/account/login""#), "{}", stranger.body);
    let acme = world.developer("ACME").await;
    let mut ada = world.signed_in(&acme.admin).await;
    let signed_in = ada.gets("/nothing/here").await;
    assert_eq!(signed_in.status, 404);
    assert!(signed_in.says("Go to the dashboard"), "{}", signed_in.body);
}

#[tokio::test]
async fn a_program_that_goes_astray_is_told_so_in_json() {
    let world = World::new().await;
    for path in ["/api/v1/nope", "/connect/nope", "/.well-known/nope"] {
        let reply = world.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
        assert_eq!(reply.json()["title"], "There is nothing here");
        assert_eq!(
            reply.json()["detail"],
            "Nothing has this address or id, or it belongs to another account."
        );
        assert!(reply.header("set-cookie").is_none(), "{path}");
    }
    for (path, allowed) in [("/connect/token", "POST"), ("/connect/introspect", "POST")] {
        let reply = world.get(path).await;
        assert_eq!((reply.status, reply.header("content-type")), (405, Some("application/problem+json")));
        assert!(reply.header("allow").is_some_and(|allow| allow.contains(allowed)), "{path}");
    }
    let reply = world.send("PUT", "/api/v1/users/me", &[], "{}").await;
    assert_eq!((reply.status, reply.header("content-type")), (405, Some("application/problem+json")));
}

// security: W06
#[tokio::test]
async fn no_header_of_the_request_decides_about_links() {
    let world = World::new().await;
    let hostile = [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "evil"),
        ("Forwarded", "host=evil.example;proto=evil"),
    ];
    for path in ["/", "/nothing"] {
        let page = world.send("GET", path, &hostile, "").await;
        assert!(!page.body.contains("evil"), "{path} repeats a header");
        assert!(!page.header("set-cookie").unwrap_or_default().contains("evil"));
        assert_eq!(page.header("location"), None);
    }
}

#[tokio::test]
async fn an_asset_is_cached_for_a_year_and_its_name_carries_its_hash() {
    let world = World::new().await;
    let page = world.get("/").await;
    let start = page.body.find("/assets/app-").expect("the page links its stylesheet");
    let path: String = page.body[start..].chars().take_while(|c| *c != '"').collect();
    let css = world.get(&path).await;
    assert_eq!(css.status, 200);
    assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(css.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(world.get("/assets/app.css").await.status, 404, "only the hashed name exists");
}

// security: W07
#[tokio::test]
async fn methods_that_a_route_does_not_name_are_refused() {
    let world = World::new().await;
    for method in ["TRACE", "DELETE", "PUT"] {
        let reply = world.send(method, "/", &[], "").await;
        assert_eq!(reply.status, 405, "{method}");
    }
    assert_eq!(world.post("/", &[], "a=b").await.status, 405);
}
