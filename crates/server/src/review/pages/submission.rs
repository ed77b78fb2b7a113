//! The page of a submission: what would change, what the checks found, what was said, and the decision.

use std::sync::Arc;

use axum::extract::{Query, State};
use grantry_store::Error;
use grantry_store::account::AccountKind;
use grantry_store::submission::Submission;
use http::StatusCode;
use serde::Deserialize;

use super::{
    Badge, CheckLine, CommentLine, FaultLine, FieldLine, Named, RoundLine, badge, check_lines, comment_lines,
    fault_lines, field_lines, field_name, said_of, template_words,
};
use crate::app::App;
use crate::apps::{Faults, logo};
use crate::review::decide::TEMPLATES;
use crate::review::difference::{self, FIELDS};
use crate::review::record::Record;
use crate::review::{Reviewer, checks, comment};
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Page, Visitor, Words, page};

#[derive(askama::Template)]
#[template(path = "review/show.html")]
struct Show {
    page: Page,
    home: String,
    name: String,
    logo: String,
    client_id: String,
    publisher: String,
    is_own_platform: bool,
    number: i64,
    version: i64,
    version_id: String,
    /// The number of the version it is compared with; 0 at a first approval.
    base: i64,
    badge: Badge,
    at: Moment,
    note: String,
    submitter: String,
    reviewer: String,
    /// Who is on it, to be named when it is taken over; empty for nobody.
    assigned_to: String,
    is_mine: bool,
    is_open: bool,
    may_decide: bool,
    may_talk: bool,
    changed: Vec<FieldLine>,
    same: Vec<FieldLine>,
    /// What the developer took out since this reviewer last looked.
    since: Vec<FieldLine>,
    checks: Vec<CheckLine>,
    fails: bool,
    comments: Vec<CommentLine>,
    rounds: Vec<RoundLine>,
    decided: Option<Decided>,
    previous: String,
    next: String,
    choices: Vec<(&'static str, String)>,
    templates: Vec<(&'static str, String)>,
    typed: Typed,
    faults: Vec<FaultLine>,
}

struct Decided {
    by: String,
    at: Moment,
    template: String,
    reason: String,
}

impl Show {
    fn error(&self, name: &str) -> String {
        said_of(&self.faults, name)
    }
}

/// What was typed into one of the page's forms, shown again.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) template: String,
    pub(super) reason: String,
}

/// `GET /review/{submission}`
///
/// # Errors
/// 404 without such a submission.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    Query(about): Query<About>,
) -> Answer {
    let typed = Typed { field: about.field.unwrap_or_default(), ..Typed::default() };
    render(&app, &visitor, &actor, named, (Faults::default(), typed)).await
}

/// The field that a comment is to be about.
#[derive(Debug, Deserialize)]
pub struct About {
    field: Option<String>,
}

pub(super) async fn render(
    app: &App,
    visitor: &Visitor,
    actor: &Actor,
    Named(id): Named,
    (faults, typed): (Faults, Typed),
) -> Answer {
    let (words, now) = (visitor.words, app.clock.now());
    let reviewer = Reviewer::of(actor)?;
    let record = Record::find(app, &id, Some(&reviewer.person)).await;
    let record = record.map_err(|refused| refused.problem(words))?;
    let Record { found, version, base, checks: results, comments, submitter, decider } = &record;
    let submission = &found.submission;
    let reader = app.store.reader();
    let may_decide = reviewer.may_decide(&reader, found).await?;
    let catalogue = app.cached.catalogue().await?;
    let base_details = base.as_ref().map(|base| &base.details);
    let compared = difference::compare(base_details, &version.details, &catalogue);
    let (changed, same) = compared.into_iter().partition(|one| one.changed);
    let since = match reader.find_seen_version(&id, &reviewer.person).await? {
        Some(seen) if seen != version.id => match reader.find_any_version(&seen).await? {
            Some(seen) => {
                let mut since = difference::compare(Some(&seen.details), &version.details, &catalogue);
                since.retain(|one| one.changed);
                since
            }
            None => Vec::new(),
        },
        Some(_) | None => Vec::new(),
    };
    let (previous, next) = reader.find_neighbours(submission).await?;
    let rounds = reader.list_submissions_of_app(&submission.app_id).await?;
    let rounds = rounds.iter().filter(|one| one.id != id);
    let looked = (true, found.looked_at);
    let of = |one: &Submission| {
        let own = comments.iter().filter(|comment| comment.submission_id == one.id);
        comment_lines(own, looked, now, words)
    };
    let path = |id: Option<grantry_store::id::SubmissionId>| {
        id.map(|id| format!("/review/{id}")).unwrap_or_default()
    };
    let title = words.with2(
        "review-show-title",
        ("name", found.app_name.as_str()),
        ("number", submission.number.to_string().as_str()),
    );
    let template = Show {
        page: visitor.page(app, title, "review"),
        home: format!("/review/{id}"),
        name: found.app_name.clone(),
        logo: logo::path(found.logo_id.as_deref()),
        client_id: found.client_id.clone(),
        publisher: found.publisher.clone(),
        is_own_platform: found.account_kind == AccountKind::Operator,
        number: submission.number,
        version: version.number,
        version_id: version.id.to_string(),
        base: base.as_ref().map(|base| base.number).unwrap_or_default(),
        badge: badge(submission.state, words),
        at: Moment::new(submission.submitted_at, now, words),
        note: submission.note.clone(),
        submitter: submitter.clone().unwrap_or_else(|| words.get("review-somebody")),
        reviewer: found.reviewer.clone().unwrap_or_default(),
        assigned_to: submission.assigned_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_mine: submission.assigned_to.as_ref() == Some(&reviewer.person),
        is_open: submission.state.is_open(),
        may_decide,
        may_talk: may_decide && comment::is_talked_about(submission.state),
        changed: field_lines(changed, words),
        same: field_lines(same, words),
        since: field_lines(since, words),
        checks: check_lines(results, now, words),
        fails: checks::any_fails(results),
        comments: of(submission),
        rounds: rounds.map(|one| round(one, of(one), now, words)).collect(),
        decided: submission.decided_at.map(|at| Decided {
            by: decider.clone().unwrap_or_else(|| words.get("review-command")),
            at: Moment::new(at, now, words),
            template: template_words(&submission.template, words),
            reason: submission.reason.clone(),
        }),
        previous: path(previous),
        next: path(next),
        choices: FIELDS.iter().map(|field| (*field, field_name(field, words))).collect(),
        templates: TEMPLATES.iter().map(|one| (*one, template_words(one, words))).collect(),
        typed,
        faults: fault_lines(&faults, words),
    };
    let (seen, person) = (version.id.clone(), reviewer.person.clone());
    let looking = app.store.write(now, |tx| async move { tx.put_look(&id, &person, &seen).await });
    looking.await.map_err(|error: Error| error)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::render(status, &template))
}

fn round(
    one: &Submission,
    comments: Vec<CommentLine>,
    now: grantry_oauth::time::Timestamp,
    words: Words,
) -> RoundLine {
    RoundLine {
        number: one.number,
        id: one.id.to_string(),
        badge: badge(one.state, words),
        at: Moment::new(one.decided_at.unwrap_or(one.submitted_at), now, words),
        template: template_words(&one.template, words),
        reason: one.reason.clone(),
        comments,
    }
}
