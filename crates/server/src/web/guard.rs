//! What stands before every handler: who is calling, may they, was the form ours; and after it: headers, problems.

use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::digest;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, header};

use super::cookies::Cookie;
use super::page::NextFlash;
use super::{Form, Problem, Visitor, Words, csrf, headers};
use crate::app::App;
use crate::routes::{Guard, Kind};

/// Largest form body: an app's form with fifty redirect URIs is a few kilobytes.
const FORM_LIMIT_BYTES: usize = 64 * 1024;

/// The guard's post on one route.
#[derive(Debug, Clone)]
pub struct Post {
    pub app: Arc<App>,
    pub method: Method,
    pub guard: Guard,
    pub kind: Kind,
}

/// The address of the connection's other end, put into each request by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

/// Runs around the handler of every route of the table.
pub async fn enter(State(post): State<Post>, request: Request, next: Next) -> Response {
    let app = &post.app;
    let sent = app.cookies.read(request.headers(), Cookie::Browser);
    let known = sent.filter(|value| is_our_token(value));
    let cookie = known.clone().unwrap_or_else(|| app.random.token());
    let visitor = visitor(app, &request, &cookie);

    let mut response = match admit(&post, request, &visitor, &cookie).await {
        Ok(request) => next.run(request).await,
        Err(problem) => axum::response::IntoResponse::into_response(problem),
    };

    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = match post.kind {
            Kind::Page => {
                problem.log(&visitor);
                let title = visitor.words.get(&format!("problem-{}-title", problem.kind));
                problem.to_page(visitor.page(app, title, ""))
            }
            Kind::Api | Kind::Endpoint | Kind::Metadata | Kind::Asset => problem.to_json(&visitor),
        };
    }
    if post.kind == Kind::Page {
        if known.is_none() {
            append(&mut response, app.cookies.set(Cookie::Browser, &cookie, None));
        }
        if let Some(NextFlash(key)) = response.extensions_mut().remove::<NextFlash>() {
            append(&mut response, app.cookies.set(Cookie::Flash, key, Some(60)));
        } else if visitor.flash.is_some() {
            append(&mut response, app.cookies.clear(Cookie::Flash));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&visitor.request_id) {
        response.headers_mut().insert("x-request-id", id);
    }
    headers::apply(post.kind, app.cookies.secure, &mut response);
    response
}

/// Lets the request pass, with who is calling and the checked form in its extensions.
async fn admit(post: &Post, request: Request, visitor: &Visitor, cookie: &str) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let mut body = body;
    let takes_form = post.guard == Guard::Door && post.kind == Kind::Page && post.method == parts.method;
    if takes_form && !matches!(parts.method, Method::GET | Method::HEAD) {
        if csrf::is_cross_site(&parts.headers, &post.app.public_url) {
            return Err(Problem::stale_form());
        }
        if !is_form(&parts.headers) {
            return Err(Problem::new(http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-a-form"));
        }
        let bytes = to_bytes(body, FORM_LIMIT_BYTES).await.map_err(|_| Problem::too_large())?;
        let form = Form::parse(&bytes);
        if !post.app.form_key.accepts(cookie, form.get("form_token")) {
            return Err(Problem::stale_form());
        }
        parts.extensions.insert(form);
        body = Body::empty();
    }
    parts.extensions.insert(visitor.clone());
    Ok(Request::from_parts(parts, body))
}

fn visitor(app: &App, request: &Request, cookie: &str) -> Visitor {
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    let flash = app.cookies.read(request.headers(), Cookie::Flash);
    Visitor {
        words: Words::preferred(text(header::ACCEPT_LANGUAGE)),
        request_id: app.random.request_id(app.clock.now()),
        ip: request.extensions().get::<PeerAddress>().map(|p| p.0),
        user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(200).collect()),
        browser_hash: hash(cookie),
        form_token: app.form_key.token(cookie),
        // The cookie only chooses among our own sentences, so it needs no signature.
        flash: flash.and_then(|key| super::FLASHES.iter().copied().find(|known| *known == key)),
        actor: None,
    }
}

/// A cookie value that we could have made: 24 bytes in URL-safe base64.
fn is_our_token(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn hash(cookie: &str) -> String {
    use std::fmt::Write as _;
    let digest = digest::digest(&digest::SHA256, cookie.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(value) = cookie {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
