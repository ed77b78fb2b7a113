//! The record of a decision: a page to be printed, and JSON.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse as _;
use http::{HeaderValue, header};

use super::{
    Badge, CheckLine, CommentLine, FieldLine, Named, badge, check_lines, comment_lines, field_lines,
    template_words,
};
use crate::app::App;
use crate::review::difference;
use crate::review::record::Record;
use crate::web::moment::Moment;
use crate::web::{Answer, Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "review/record.html")]
struct Shown {
    page: Page,
    home: String,
    name: String,
    client_id: String,
    publisher: String,
    number: i64,
    version: i64,
    base: i64,
    badge: Badge,
    submitter: String,
    submitted: Moment,
    note: String,
    reviewer: String,
    decider: String,
    decided: Option<Moment>,
    template: String,
    reason: String,
    changed: Vec<FieldLine>,
    checks: Vec<CheckLine>,
    comments: Vec<CommentLine>,
}

/// `GET /review/{submission}/record`
///
/// # Errors
/// 404 without such a submission.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Named(id): Named) -> Answer {
    let (words, now) = (visitor.words, app.clock.now());
    let record = Record::find(&app, &id, None).await.map_err(|refused| refused.problem(words))?;
    let Record { found, version, base, checks, comments, submitter, decider } = &record;
    let submission = &found.submission;
    let catalogue = app.cached.catalogue().await?;
    let base_details = base.as_ref().map(|base| &base.details);
    let mut changed = difference::compare(base_details, &version.details, &catalogue);
    changed.retain(|one| one.changed);
    let own = comments.iter().filter(|comment| comment.submission_id == id);
    let title = words.with("review-record-title", "number", submission.number);
    let template = Shown {
        page: visitor.page(&app, title, "review"),
        home: format!("/review/{id}"),
        name: found.app_name.clone(),
        client_id: found.client_id.clone(),
        publisher: found.publisher.clone(),
        number: submission.number,
        version: version.number,
        base: base.as_ref().map(|base| base.number).unwrap_or_default(),
        badge: badge(submission.state, words),
        submitter: submitter.clone().unwrap_or_default(),
        submitted: Moment::new(submission.submitted_at, now, words),
        note: submission.note.clone(),
        reviewer: found.reviewer.clone().unwrap_or_default(),
        decider: decider.clone().unwrap_or_default(),
        decided: submission.decided_at.map(|at| Moment::new(at, now, words)),
        template: template_words(&submission.template, words),
        reason: submission.reason.clone(),
        changed: field_lines(changed, words),
        checks: check_lines(checks, now, words),
        comments: comment_lines(own, (true, None), now, words),
    };
    Ok(page::ok(&template))
}

/// `GET /review/{submission}/record.json`
///
/// # Errors
/// 404 without such a submission.
pub async fn json(State(app): State<Arc<App>>, visitor: Visitor, Named(id): Named) -> Answer {
    let record = Record::find(&app, &id, None).await.map_err(|refused| refused.problem(visitor.words))?;
    let disposition = format!("attachment; filename=\"review-{id}.json\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(crate::web::Problem::internal)?;
    let mut response = axum::Json(record.json()).into_response();
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}
