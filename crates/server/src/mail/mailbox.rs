//! The mailbox of a server without a mail server: pages of the operations listener, for whoever may reach that.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use grantry_store::id::MailId;
use grantry_store::outbox_mail::OutboxMail;
use grantry_store::page::PageRequest;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::app::App;
use crate::routes::{Guard, Kind};
use crate::web::{Answer, Page, Problem, Words, assets, branding, headers, page};

/// `/mailbox` and `/mailbox/{id}`, for a server without a mail server that nobody else can reach.
pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/{id}", get(show))
        .route_layer(middleware::from_fn(only_from_here))
        .route("/assets/{file}", get(assets::serve))
        .route("/branding/{file}", get(branding::serve))
        .with_state(Arc::clone(app))
}

/// A page of another site can make its own name mean this machine's address; the browser then still says the name.
async fn only_from_here(request: Request, next: Next) -> Response {
    let host = request.headers().get(http::header::HOST).and_then(|value| value.to_str().ok());
    let host = host.and_then(|host| host.parse::<http::uri::Authority>().ok());
    let here = host.as_ref().is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    });
    if here { next.run(request).await } else { StatusCode::MISDIRECTED_REQUEST.into_response() }
}

#[derive(askama::Template)]
#[template(path = "mail/mailbox.html")]
struct Mailbox {
    page: Page,
    mails: Vec<Line>,
    more: String,
}

struct Line {
    href: String,
    recipient: String,
    subject: String,
    at: String,
}

#[derive(askama::Template)]
#[template(path = "mail/read.html")]
struct Read {
    page: Page,
    recipient: String,
    text: String,
    link: String,
}

#[derive(Debug, Deserialize)]
struct Which {
    after: Option<String>,
}

async fn list(State(app): State<Arc<App>>, Query(which): Query<Which>, request: HeaderMap) -> Response {
    let answer = async {
        let wanted = PageRequest::from_token(which.after.as_deref(), 50);
        let found = app.store.reader().list_mail(&wanted).await?;
        let frame = frame(&app, &request, "mailbox-title");
        let more = found.next.map(|cursor| format!("/mailbox?after={}", cursor.token())).unwrap_or_default();
        let mails = found.items.iter().map(line).collect();
        Ok(page::ok(&Mailbox { page: frame, mails, more }))
    };
    finish(&app, &request, answer.await)
}

async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, request: HeaderMap) -> Response {
    let answer = async {
        let id = MailId::parse(&id).ok_or_else(Problem::not_found)?;
        let mail = app.store.reader().find_mail(&id).await?.ok_or_else(Problem::not_found)?;
        let mut frame = frame(&app, &request, "mailbox-title");
        frame.title.clone_from(&mail.subject);
        let link = mail.body_text.split_whitespace().find(|word| word.starts_with(app.issuer()));
        Ok(page::ok(&Read {
            page: frame,
            recipient: mail.recipient.clone(),
            link: link.unwrap_or_default().to_owned(),
            text: mail.body_text.clone(),
        }))
    };
    finish(&app, &request, answer.await)
}

fn line(mail: &OutboxMail) -> Line {
    Line {
        href: format!("/mailbox/{}", mail.id),
        recipient: mail.recipient.clone(),
        subject: mail.subject.clone(),
        at: crate::web::moment::exact(mail.created_at),
    }
}

fn frame(app: &App, request: &HeaderMap, title: &str) -> Page {
    let words = words(request);
    Page {
        title: words.get(title),
        section: "",
        t: words,
        locale: words.tag(),
        assets: assets::Assets::embedded(),
        brand: app.brand(),
        form_token: String::new(),
        request_id: app.random.request_id(app.clock.now()),
        flash: None,
        actor: None,
    }
}

fn words(request: &HeaderMap) -> Words {
    let accepts = request.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words::preferred(accepts)
}

fn finish(app: &App, request: &HeaderMap, answer: Answer) -> Response {
    let mut response = match answer {
        Ok(response) => response,
        Err(problem) => {
            let title = format!("problem-{}-title", problem.kind);
            problem.to_page(frame(app, request, &title), Guard::Open).into_response()
        }
    };
    headers::apply(Kind::Page, false, &mut response);
    response
}
