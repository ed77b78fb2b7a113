//! What stands before every handler: who is calling, may they, was the form ours; and after it: headers, problems.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};

use super::cookies::Cookie;
use super::page::{self, KeepBrowser, NextFlash};
use super::{Actor, Caller, Form, Problem, Visitor, Words, csrf, headers, returning};
use crate::app::App;
use crate::issue::proof::supply;
use crate::ops::RouteMeter;
use crate::routes::{Guard, Kind};
use crate::sign_in::session;

/// Largest form body: an app's form with fifty redirect URIs is a few kilobytes.
const FORM_LIMIT_BYTES: usize = 64 * 1024;

/// How long a browser in which somebody signed in is known: 400 days, the most that browsers keep a cookie.
const BROWSER_KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

/// The guard's post on one route.
#[derive(Debug)]
pub struct Post {
    pub app: Arc<App>,
    pub method: Method,
    /// As the table writes it: a log with whole paths would hold one-time links.
    pub path: &'static str,
    pub guard: Guard,
    pub kind: Kind,
    pub meter: RouteMeter,
}

/// The address of the connection's other end, put into each request by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

/// Runs around the handler of every route of the table.
pub async fn enter(State(post): State<Arc<Post>>, request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let response = match (post.kind, post.guard) {
        // An open page takes forms of other sites, which come without our cookies: a new one in the answer would replace
        // what the browser has.
        (Kind::Page, Guard::Open) => call(&post, request, next).await,
        (Kind::Page | Kind::Public, _) => visit(&post, request, next).await,
        (Kind::Api | Kind::Endpoint | Kind::Metadata | Kind::Asset, _) => call(&post, request, next).await,
    };
    post.meter.note(response.status(), began.elapsed());
    response
}

/// A person's request: cookies, the session, the form.
async fn visit(post: &Post, request: Request, next: Next) -> Response {
    let app = &post.app;
    let sent = app.cookies.read(request.headers(), Cookie::Browser);
    let known = sent.filter(|value| is_our_token(value));
    let cookie = known.clone().unwrap_or_else(|| app.random.token());
    let mut visitor = visitor(app, &request, &cookie);

    let mut response = match admit(post, request, &mut visitor, &cookie).await {
        Ok(Admission::Pass(request)) => next.run(request).await,
        Ok(Admission::Answer(response)) => response,
        Err(problem) => axum::response::IntoResponse::into_response(problem),
    };

    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = tell(post, &visitor, &problem);
    }
    if response.extensions_mut().remove::<KeepBrowser>().is_some() {
        append(&mut response, app.cookies.set(Cookie::Browser, &cookie, Some(BROWSER_KEPT_SECONDS)));
    } else if known.is_none() && !is_for_all(post, &visitor) {
        append(&mut response, app.cookies.set(Cookie::Browser, &cookie, None));
    }
    if let Some(NextFlash(key)) = response.extensions_mut().remove::<NextFlash>() {
        append(&mut response, app.cookies.set(Cookie::Flash, key, Some(60)));
    } else if visitor.flash.is_some() {
        append(&mut response, app.cookies.clear(Cookie::Flash));
    }
    finish(post, &visitor, response)
}

/// Whether a cache may hand this answer to others: then no cookie may be in it.
fn is_for_all(post: &Post, visitor: &Visitor) -> bool {
    post.kind == Kind::Public && visitor.actor.is_none()
}

/// A program's request, or another site's: no cookie means anything, so none is read or set.
async fn call(post: &Post, request: Request, next: Next) -> Response {
    let visitor = program(&post.app, &request);
    let mut next_nonce = None;
    let mut response = match admit_program(post, request, &visitor).await {
        Ok(request) => {
            let caller = request.extensions().get::<Caller>();
            next_nonce = caller.and_then(|caller| caller.next_nonce.clone());
            next.run(request).await
        }
        Err(problem) => tell(post, &visitor, &problem),
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = tell(post, &visitor, &problem);
    }
    if let Some(nonce) = next_nonce {
        supply(&nonce, &mut response);
    }
    finish(post, &visitor, response)
}

/// A problem in the form that the route's callers read.
fn tell(post: &Post, visitor: &Visitor, problem: &Problem) -> Response {
    if !matches!(post.kind, Kind::Page | Kind::Public) {
        return problem.to_json(visitor);
    }
    problem.log(visitor);
    let title = visitor.words.get(&format!("problem-{}-title", problem.kind));
    problem.to_page(visitor.page(&post.app, title, ""), post.guard)
}

fn finish(post: &Post, visitor: &Visitor, mut response: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(&visitor.request_id) {
        response.headers_mut().insert("x-request-id", id);
    }
    headers::apply(post.kind, post.app.cookies.secure, &mut response);
    let (method, route, status) = (&post.method, post.path, response.status().as_u16());
    tracing::debug!(request_id = %visitor.request_id, %method, route, status, "request answered");
    response
}

/// What the guard decided.
enum Admission {
    Pass(Request),
    Answer(Response),
}

/// Lets the request pass, with who is calling and the checked form in its extensions.
async fn admit(
    post: &Post,
    request: Request,
    visitor: &mut Visitor,
    cookie: &str,
) -> Result<Admission, Problem> {
    let app = &post.app;
    let (mut parts, mut body) = request.into_parts();
    let posts = !matches!(parts.method, Method::GET | Method::HEAD);
    if let Some(session) = app.cookies.read(&parts.headers, Cookie::Session) {
        visitor.actor = session::find(app, &session).await?;
        if let Some(chosen) = visitor.actor.as_ref().and_then(|actor| actor.person.locale.as_deref()) {
            visitor.words = Words::preferred(Some(chosen));
        }
    }
    if let Some(refusal) = refuse_person(app, post.guard, visitor).await? {
        if visitor.actor.is_none() && !posts {
            return Ok(Admission::Answer(sign_in_first(app, &parts)));
        }
        return Err(refusal);
    }
    if posts && post.method == parts.method {
        if csrf::is_cross_site(&parts.headers, app.issuer()) {
            return Err(Problem::stale_form());
        }
        if !is_form(&parts.headers) {
            return Err(Problem::new(http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-a-form"));
        }
        let bytes = to_bytes(body, FORM_LIMIT_BYTES).await.map_err(|_| Problem::too_large())?;
        let form = Form::parse(&bytes);
        if !app.form_key.accepts(cookie, form.get("form_token")) {
            return Err(Problem::stale_form());
        }
        parts.extensions.insert(form);
        body = Body::empty();
    }
    parts.extensions.insert(visitor.clone());
    Ok(Admission::Pass(Request::from_parts(parts, body)))
}

/// Lets a program's request pass; where the route asks for an access token, with whoever holds it.
async fn admit_program(post: &Post, request: Request, visitor: &Visitor) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    if let Guard::Bearer(any_of) = post.guard {
        let caller = Caller::find(&post.app, &parts, any_of).await?;
        parts.extensions.insert(caller);
    }
    parts.extensions.insert(visitor.clone());
    Ok(Request::from_parts(parts, body))
}

/// Why this person may not use this route, if so. Who is signed in is looked at again for every request.
async fn refuse_person(app: &App, guard: Guard, visitor: &Visitor) -> Result<Option<Problem>, Problem> {
    if matches!(guard, Guard::Open | Guard::Door) {
        return Ok(None);
    }
    let Some(actor) = &visitor.actor else {
        return Ok(Some(Problem::new(http::StatusCode::UNAUTHORIZED, "signed-out")));
    };
    if guard == Guard::SignedIn {
        return Ok(None);
    }
    let current = match actor.current() {
        Ok(current) => current,
        Err(problem) => return Ok(Some(suspended(app, visitor.words, actor).unwrap_or(problem))),
    };
    match guard {
        Guard::Operator if !actor.is_operator() => Ok(Some(Problem::not_found())),
        Guard::Reviewer if !actor.is_reviewer() => Ok(Some(Problem::not_found())),
        Guard::Admin if !actor.is_admin() => {
            // The seed: only users with administration management privileges; the others learn whom to ask.
            let admins = app.store.reader().list_admins(&current.account.id).await?;
            let names: Vec<String> =
                admins.iter().map(|p| format!("{} ({})", p.full_name(), p.email)).collect();
            let detail = visitor.words.with("problem-admins-only-who", "names", names.join(", "));
            Ok(Some(Problem::new(http::StatusCode::FORBIDDEN, "admins-only").detail(detail)))
        }
        Guard::Open
        | Guard::Door
        | Guard::SignedIn
        | Guard::Member
        | Guard::Admin
        | Guard::Operator
        | Guard::Reviewer
        | Guard::Bearer(_) => Ok(None),
    }
}

/// Somebody without an account to work in may have one that the platform has suspended.
fn suspended(app: &App, words: Words, actor: &Actor) -> Option<Problem> {
    let detail = actor.suspended_words(app, words)?;
    Some(Problem::new(http::StatusCode::FORBIDDEN, "account-suspended").detail(detail))
}

/// To the sign-in page, which comes back here. The way back is in a cookie, never in the URL.
fn sign_in_first(app: &App, parts: &Parts) -> Response {
    let wanted = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let path = wanted.path_and_query().map_or("/", |path| path.as_str());
    let mut response = page::see_other("/account/login");
    append(&mut response, returning::remember(app.cookies, path));
    response
}

/// What a program's request says of its sender.
fn program(app: &App, request: &Request) -> Visitor {
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    Visitor {
        words: Words::preferred(text(header::ACCEPT_LANGUAGE)),
        request_id: app.random.request_id(app.clock.now()),
        ip: super::caller::address(request, &app.config.server.trusted_proxies),
        user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(200).collect()),
        browser_hash: [0; 32],
        form_token: String::new(),
        flash: None,
        actor: None,
    }
}

/// What a person's request says of its browser.
fn visitor(app: &App, request: &Request, cookie: &str) -> Visitor {
    let flash = app.cookies.read(request.headers(), Cookie::Flash);
    Visitor {
        browser_hash: session::id_hash(cookie),
        form_token: app.form_key.token(cookie),
        // The cookie only chooses among our own sentences, so it needs no signature.
        flash: flash.and_then(|key| super::FLASHES.iter().copied().find(|known| *known == key)),
        ..program(app, request)
    }
}

/// A cookie value that we could have made: 24 bytes in URL-safe base64.
fn is_our_token(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether the body is said to be a form.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(value) = cookie {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
