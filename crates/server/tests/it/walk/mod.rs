//! Walks through the route table: what holds for every route must hold for the next one, too.

mod stage;

use grantry::routes::{Guard, Kind, Route};
use grantry_testkit::http::Reply;
use http::Method;

use stage::{Stage, is_posted_page, name};

/// Collects what is wrong, so that one walk tells all of it.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }
}

impl Drop for Findings {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{} findings:\n{}", self.0.len(), self.0.join("\n"));
        }
    }
}

/// Who is not signed in is sent to the sign-in page by a link, and refused with a form.
fn refuses_a_stranger(row: &Route, reply: &Reply) -> bool {
    match (row.kind, row.method == Method::GET) {
        (Kind::Page | Kind::Public, true) => reply.status == 303 && reply.location() == "/account/login",
        (Kind::Page | Kind::Public, false)
        | (Kind::Api | Kind::Endpoint | Kind::Metadata | Kind::Asset, _) => reply.status == 401,
    }
}

// security: W05, C08
#[tokio::test]
async fn nobody_passes_a_guard_without_signing_in() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    for row in stage.rows() {
        let anonymous = stage.asks(&mut stage.world.client(), &row).await;
        let guarded = match row.guard {
            Guard::Open | Guard::Door => false,
            Guard::SignedIn
            | Guard::Member
            | Guard::Admin
            | Guard::Operator
            | Guard::Reviewer
            | Guard::Bearer(_) => true,
        };
        if guarded {
            findings.expect(refuses_a_stranger(&row, &anonymous), || {
                format!("{}: {} without a session", name(&row), anonymous.status)
            });
        }
        if matches!(row.guard, Guard::Bearer(_)) {
            // Who is signed in is nobody to the REST API.
            let cookie = stage.asks(&mut stage.world.signed_in(&stage.operator.admin).await, &row).await;
            findings.expect(cookie.status == 401, || format!("{}: takes a cookie", name(&row)));
            continue;
        }
        let allowed = stage.asks(&mut stage.somebody_who_may(&row).await, &row).await;
        // An endpoint of the protocol authenticates its caller by itself.
        let refused = matches!(allowed.status, 401 | 403) && row.kind != Kind::Endpoint;
        findings.expect(!refused && !matches!(allowed.status, 405 | 500..), || {
            format!("{}: {} for somebody who may", name(&row), allowed.status)
        });
    }
}

// security: W05, C08
#[tokio::test]
async fn a_member_without_privilege_is_told_whom_to_ask() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    for row in stage.rows().into_iter().filter(|row| row.guard == Guard::Admin) {
        let reply = stage.asks(&mut stage.world.signed_in(&stage.bob).await, &row).await;
        findings
            .expect(reply.status == 403, || format!("{}: {} for a mere member", name(&row), reply.status));
        findings.expect(reply.body.contains(&stage.acme.admin.email), || {
            format!("{}: does not say who can", name(&row))
        });
    }
}

// security: W05
#[tokio::test]
async fn the_operators_routes_are_nothing_to_others() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    let theirs = |row: &Route| matches!(row.guard, Guard::Operator | Guard::Reviewer);
    for row in stage.rows().into_iter().filter(theirs) {
        let reply = stage.asks(&mut stage.world.signed_in(&stage.acme.admin).await, &row).await;
        findings.expect(reply.status == 404, || format!("{}: {} for a developer", name(&row), reply.status));
    }
}

// security: W05
#[tokio::test]
async fn another_accounts_things_are_nothing_to_a_stranger() {
    let mut findings = Findings::default();
    let rows = Stage::new().await.rows();
    for row in rows.into_iter().filter(|row| row.path.contains('{') && row.kind == Kind::Page) {
        if !matches!(row.guard, Guard::SignedIn | Guard::Member | Guard::Admin) {
            continue;
        }
        // A stage for each: what the owner does may be the thing's end.
        let stage = Stage::new().await;
        let reply = stage.asks(&mut stage.world.signed_in(&stage.rival.admin).await, &row).await;
        findings.expect(reply.status == 404, || format!("{}: {} for a stranger", name(&row), reply.status));
        let reply = stage.asks(&mut stage.somebody_who_may(&row).await, &row).await;
        findings.expect(reply.status != 404, || format!("{}: 404 for its owner", name(&row)));
    }
}

// security: W05, C08, U01
#[tokio::test]
async fn the_rest_api_opens_to_a_token_of_the_account_with_the_scope_and_to_no_other() {
    let mut findings = Findings::default();
    let rows = Stage::new().await.rows();
    let mut seen = 0;
    for row in rows {
        let Guard::Bearer(any_of) = row.guard else { continue };
        seen += 1;
        // A stage for each: what the owner does may be the thing's end.
        let stage = Stage::new().await;
        let without_scope = stage.token_without_scope().await;
        let without = stage.calls(&row, &without_scope).await;
        let strangers = stage.calls(&row, &stage.token(&stage.rival, any_of).await).await;
        let open = stage.open_invitations().await;
        let owners = stage.calls(&row, &stage.token(&stage.acme, any_of).await).await;
        findings.expect(!matches!(owners.status, 401 | 403 | 404 | 405 | 500..), || {
            format!("{}: {} for its owner: {}", name(&row), owners.status, owners.body)
        });
        // To withdraw an invitation that there is not is no fault; but the one of the other account must stay.
        let idempotent = row.path.ends_with("/{email}") && strangers.status == 204 && open == 2;
        let hidden = !row.path.contains('{') || strangers.status == 404 || idempotent;
        findings.expect(hidden, || format!("{}: {} for a stranger", name(&row), strangers.status));
        let Some(scope) = any_of.first() else { continue };
        let challenge = without.header("www-authenticate").unwrap_or_default();
        let told =
            without.status == 403 && challenge.contains("insufficient_scope") && challenge.contains(scope);
        findings.expect(told, || format!("{}: {} {challenge} without {scope}", name(&row), without.status));
    }
    findings.expect(seen > 0, || "there is no REST API".to_owned());
}

// security: W04, C04
#[tokio::test]
async fn no_other_site_can_post_a_form() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    for row in stage.rows().into_iter().filter(is_posted_page) {
        let path = stage.path(&row).await;
        let mut client = stage.somebody_who_may(&row).await;
        let token = stage.form_token(&mut client).await;
        let form = "application/x-www-form-urlencoded";
        let good = format!("form_token={token}");
        for (what, kind, header, body) in [
            ("no token", form, ("Accept", "*/*"), "a=b"),
            ("another token", form, ("Accept", "*/*"), "form_token=AAAA"),
            ("a foreign origin", form, ("Origin", "https://evil.example"), &good),
            ("a cross-site fetch", form, ("Sec-Fetch-Site", "cross-site"), &good),
            ("a same-site fetch", form, ("Sec-Fetch-Site", "same-site"), &good),
            ("a body of text", "text/plain", ("Accept", "*/*"), &good),
        ] {
            let reply = client.sends("POST", &path, &[("Content-Type", kind), header], body).await;
            // 415 says of a body that is no form what 403 says of the others.
            findings.expect(matches!(reply.status, 403 | 415), || {
                format!("{}: {} with {what}", name(&row), reply.status)
            });
        }
        let reply = client.sends("POST", &path, &[("Content-Type", form)], &good).await;
        findings.expect(!matches!(reply.status, 403 | 415), || {
            format!("{}: {} for its own form", name(&row), reply.status)
        });
    }
}

#[tokio::test]
async fn only_what_other_sites_must_post_goes_without_a_form_token() {
    let rows = Stage::new().await.rows();
    let open = rows.iter().filter(|row| row.kind == Kind::Page && row.guard == Guard::Open);
    for row in open.filter(|row| row.method != Method::GET) {
        // OIDC Core §3.1.2.1 and RP-Initiated Logout §2: both requests may be posted by the app's page. Neither does
        // anything by itself.
        let known = ["/connect/authorize", "/connect/endsession"];
        assert!(known.contains(&row.path), "{} takes a form without a token", name(row));
    }
}

// security: A13, C05, W02, T09
#[tokio::test]
async fn every_answer_carries_the_headers_of_its_kind() {
    let mut findings = Findings::default();
    for (stage, https) in [(Stage::new().await, false), (Stage::behind_https().await, true)] {
        for row in stage.rows() {
            for signed_in in [true, false] {
                let mut client =
                    if signed_in { stage.somebody_who_may(&row).await } else { stage.world.client() };
                let reply = stage.asks(&mut client, &row).await;
                for wrong in headers_amiss(&row, &reply, https) {
                    findings.expect(false, || format!("{} ({}): {wrong}", name(&row), reply.status));
                }
            }
        }
    }
}

fn headers_amiss(row: &Route, reply: &Reply, https: bool) -> Vec<String> {
    let mut wanted = vec![("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")];
    if https {
        wanted.push(("strict-transport-security", "max-age=63072000"));
    }
    match row.kind {
        Kind::Page => wanted.extend([
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ]),
        // What caches may keep is asked for again each time; its own story is in storefront/public.rs.
        Kind::Public => {
            wanted.extend([("x-frame-options", "DENY"), ("cross-origin-opener-policy", "same-origin")]);
        }
        Kind::Api | Kind::Endpoint => wanted.push(("cache-control", "no-store")),
        Kind::Metadata | Kind::Asset => {}
    }
    let mut amiss: Vec<String> = wanted
        .into_iter()
        .filter(|(name, value)| reply.header(name) != Some(*value))
        .map(|(name, value)| format!("{name} is {:?}, not {value}", reply.header(name)))
        .collect();
    let policy = reply.header("content-security-policy").unwrap_or_default();
    if row.kind != Kind::Metadata && !policy.starts_with("default-src 'none'") {
        amiss.push(format!("the policy is {policy:?}"));
    }
    let is_page = matches!(row.kind, Kind::Page | Kind::Public);
    if is_page && !policy.contains("frame-ancestors 'none'") {
        amiss.push("it may be framed".to_owned());
    }
    if policy.contains("unsafe") || policy.contains('*') {
        amiss.push(format!("the policy is open: {policy}"));
    }
    if reply.header("x-request-id").is_none() {
        amiss.push("no request id".to_owned());
    }
    if is_page && reply.header("permissions-policy").is_none() {
        amiss.push("no permissions policy".to_owned());
    }
    amiss
}

// security: S02
#[tokio::test]
async fn every_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let mut findings = Findings::default();
    let mut seen = 0;
    for (stage, https) in [(Stage::new().await, false), (Stage::behind_https().await, true)] {
        for row in stage.rows() {
            for signed_in in [true, false] {
                let mut client =
                    if signed_in { stage.somebody_who_may(&row).await } else { stage.world.client() };
                let reply = stage.asks(&mut client, &row).await;
                for cookie in reply.all("set-cookie") {
                    seen += 1;
                    let begins = if https { "__Host-grantry-" } else { "grantry-" };
                    let flags = ["; Path=/", "; HttpOnly", "; SameSite=Lax"];
                    let good = cookie.starts_with(begins)
                        && flags.iter().all(|flag| cookie.contains(flag))
                        && cookie.contains("; Secure") == https
                        && !cookie.contains("Domain")
                        && cookie.len() <= 4096;
                    findings.expect(good, || format!("{}: {cookie}", name(&row)));
                }
            }
        }
    }
    findings.expect(seen > 0, || "no answer set a cookie".to_owned());
}

// security: W06
#[tokio::test]
async fn no_header_of_a_request_becomes_part_of_an_answer() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    let hostile = [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "evil"),
        ("X-Forwarded-Prefix", "/evil"),
        ("X-Original-Url", "/evil"),
        ("Forwarded", "host=evil.example;proto=evil"),
    ];
    for row in stage.rows() {
        let mut client = stage.somebody_who_may(&row).await;
        let path = stage.path(&row).await;
        let reply = client.sends(row.method.as_str(), &path, &hostile, "").await;
        let head = format!("{:?}", reply.headers);
        findings.expect(!head.contains("evil") && !reply.body.contains("evil"), || {
            format!("{}: repeats a header of the request", name(&row))
        });
    }
}

// security: W03
#[tokio::test]
async fn no_other_origin_may_send_credentials() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    for row in stage.rows() {
        let path = stage.path(&row).await;
        for method in [row.method.as_str(), "OPTIONS"] {
            let asked = [
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "authorization"),
            ];
            let reply = stage.somebody_who_may(&row).await.sends(method, &path, &asked, "").await;
            findings.expect(reply.header("access-control-allow-credentials").is_none(), || {
                format!("{method} {}: allows credentials", row.path)
            });
            let allowed = reply.header("access-control-allow-origin");
            findings.expect(matches!(allowed, None | Some("*")), || {
                format!("{method} {}: allows {allowed:?}", row.path)
            });
            let open = matches!(row.kind, Kind::Page | Kind::Public | Kind::Asset)
                || row.path == "/connect/authorize";
            findings.expect(!open || allowed.is_none(), || {
                format!("{method} {}: lets other origins read it", row.path)
            });
        }
    }
}

// security: W07
#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    let takes_a_body = |row: &Route| !matches!(row.method, Method::GET | Method::OPTIONS);
    for row in stage.rows().into_iter().filter(takes_a_body) {
        let mut client = stage.somebody_who_may(&row).await;
        let token = stage.form_token(&mut client).await;
        let body = format!("form_token={token}&a={}", "x".repeat(70 * 1024));
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let reply = client.sends(row.method.as_str(), &stage.path(&row).await, &kind, &body).await;
        // A body of the REST API, or about a registration, is not looked at before its token is.
        let by_token = row.kind == Kind::Api || row.path == "/connect/register/{id}";
        let refused = if by_token { 401 } else { 413 };
        findings.expect(reply.status == refused, || format!("{}: {} for 70 KiB", name(&row), reply.status));
    }
}

// security: W07
#[tokio::test]
async fn a_method_that_no_route_names_is_refused() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    let rows = stage.rows();
    for row in &rows {
        for method in ["TRACE", "PATCH", "PROPFIND"] {
            if rows.iter().any(|other| other.path == row.path && other.method.as_str() == method) {
                continue;
            }
            let reply =
                stage.somebody_who_may(row).await.sends(method, &stage.path(row).await, &[], "").await;
            findings.expect(reply.status == 405, || format!("{method} {}: {}", row.path, reply.status));
        }
    }
}

// security: W11
#[tokio::test]
async fn health_and_figures_are_on_the_operations_listener_only() {
    let stage = Stage::new().await;
    for path in ["/healthz", "/readyz", "/metrics", "/mailbox"] {
        assert_eq!(stage.world.get(path).await.status, 404, "{path} is public");
        assert_eq!(stage.world.ops(path).await.status, 200, "{path} is not there for operators");
        assert!(!stage.rows().iter().any(|row| row.path == path));
    }
}

// security: W09
#[tokio::test]
async fn no_hostile_parameter_breaks_a_page() {
    let stage = Stage::new().await;
    let mut findings = Findings::default();
    let hostile = [
        "'",
        "' or 1=1--",
        "%00",
        "%ff%fe",
        "<script>alert(1)</script>",
        "..%2f..%2fetc",
        "-1",
        "&after=&after=",
    ];
    for row in stage.rows().into_iter().filter(|row| row.method == Method::GET) {
        for value in hostile {
            let value =
                value.replace(' ', "%20").replace('<', "%3C").replace('>', "%3E").replace('\'', "%27");
            let query =
                ["after", "q", "category", "page", "sort", "state", "code", "id", "client_id", "prompt"]
                    .map(|name| format!("{name}={value}"))
                    .join("&");
            let mut client = stage.somebody_who_may(&row).await;
            let reply = client.gets(&format!("{}?{query}", stage.path(&row).await)).await;
            findings.expect(reply.status < 500, || format!("{}: {} with {value}", name(&row), reply.status));
            findings.expect(!reply.body.contains("<script>alert"), || {
                format!("{}: repeats a script", name(&row))
            });
        }
    }
}
