//! The page on which developers submit an app, see what is missing, and talk to the reviewers.

use std::sync::Arc;

use axum::extract::State;
use grantry_store::submission::Submission;
use grantry_store::submission_comment::SubmissionComment;
use http::StatusCode;

use super::{
    CheckLine, FaultLine, FieldLine, RoundLine, badge, check_lines, comment_lines, fault_lines, field_lines,
    field_name, key, said_of, template_words,
};
use crate::app::App;
use crate::apps::{Faults, Own, Versions};
use crate::review::checklist::checklist;
use crate::review::checks::{self, Calls, Subject};
use crate::review::difference::{self, FIELDS};
use crate::review::{Refused, comment, submit, withdraw};
use crate::web::moment::Moment;
use crate::web::{Answer, Form, Page, Visitor, Words, page};

#[derive(askama::Template)]
#[template(path = "review/submit.html")]
struct Submit {
    page: Page,
    name: String,
    home: String,
    /// What can be submitted now.
    may_submit: bool,
    /// Why nothing can, as a sentence.
    why_not: String,
    /// The submission that waits.
    open: Option<RoundLine>,
    /// Earlier ones, the newest first.
    rounds: Vec<RoundLine>,
    may_talk: bool,
    items: Vec<ItemLine>,
    checks: Vec<CheckLine>,
    fields: Vec<FieldLine>,
    is_first: bool,
    note: String,
    text: String,
    field: String,
    choices: Vec<(&'static str, String)>,
    faults: Vec<FaultLine>,
}

struct ItemLine {
    title: String,
    done: bool,
    href: String,
}

impl Submit {
    fn error(&self, name: &str) -> String {
        said_of(&self.faults, name)
    }
}

/// What was typed, shown again.
#[derive(Default)]
struct Typed {
    note: String,
    text: String,
    field: String,
}

/// `GET /apps/store-apps/{app}/submit`
///
/// # Errors
/// The store's.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, own: Own) -> Answer {
    render(&app, &visitor, &own, (Faults::default(), Typed::default())).await
}

/// `POST /apps/store-apps/{app}/submit`
///
/// # Errors
/// An app of which nothing can be submitted.
pub async fn send(State(app): State<Arc<App>>, visitor: Visitor, own: Own, form: Form) -> Answer {
    let note = form.get("note");
    match submit::submit(&app, &visitor.origin(), own.of(), note).await {
        Ok(_) => Ok(page::with_flash(page::see_other(&here(&own)), "flash-app-submitted")),
        Err(refused) => {
            let faults = refused.into_faults("checks", visitor.words)?;
            let typed = Typed { note: note.to_owned(), ..Typed::default() };
            render(&app, &visitor, &own, (faults, typed)).await
        }
    }
}

/// `POST /apps/store-apps/{app}/submit/check`
///
/// # Errors
/// Too many outward calls.
pub async fn check(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let subject = subject(own.versions());
    checks::run(&app, subject, Calls::All).await.map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(&here(&own)), "flash-review-checked"))
}

/// `POST /apps/store-apps/{app}/withdraw`
///
/// # Errors
/// Nothing waits.
pub async fn take_back(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    withdraw::withdraw(&app, &visitor.origin(), own.of())
        .await
        .map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(&own.home()), "flash-app-withdrawn"))
}

/// `POST /apps/store-apps/{app}/submit/comment`
///
/// # Errors
/// Nothing is talked about.
pub async fn say(State(app): State<Arc<App>>, visitor: Visitor, own: Own, form: Form) -> Answer {
    let words = comment::Words { field: form.get("field"), text: form.get("text") };
    match comment::by_developer(&app, &visitor.origin(), own.of(), words).await {
        Ok(()) => {
            Ok(page::with_flash(page::see_other(&format!("{}#talk", here(&own))), "flash-review-commented"))
        }
        Err(refused) => {
            let faults = refused.into_faults("text", visitor.words)?;
            let typed =
                Typed { text: words.text.to_owned(), field: words.field.to_owned(), ..Typed::default() };
            render(&app, &visitor, &own, (faults, typed)).await
        }
    }
}

fn here(own: &Own) -> String {
    format!("{}/submit", own.home())
}

/// What would be, or is, looked at.
fn subject(versions: &Versions) -> Subject<'_> {
    Subject { app: &versions.app, details: &versions.latest().details, approved: submit::approved(versions) }
}

async fn render(app: &App, visitor: &Visitor, own: &Own, (faults, typed): (Faults, Typed)) -> Answer {
    let (words, versions) = (visitor.words, own.versions());
    let subject = subject(versions);
    let catalogue = app.cached.catalogue().await?;
    let reader = app.store.reader();
    let submissions = reader.list_submissions_of_app(&versions.app.id).await?;
    let comments = match submissions.first() {
        Some(latest) => reader.list_submission_comments(&latest.id).await?,
        None => Vec::new(),
    };
    let rounds: Vec<RoundLine> = submissions.iter().map(|one| round(app, one, &comments, words)).collect();
    let latest = submissions.first().map(|latest| latest.state);
    let (open, rounds) = match latest {
        Some(state) if state.is_open() => {
            let mut rounds = rounds.into_iter();
            (rounds.next(), rounds.collect())
        }
        _ => (None, rounds),
    };
    let kept = match submissions.first().filter(|latest| latest.state.is_open()) {
        Some(latest) => reader.list_submission_checks(&latest.id).await?,
        None => checks::run(app, subject, Calls::None).await.map_err(|why| why.problem(words))?,
    };
    let candidate = submit::candidate(versions);
    let may_submit = candidate.is_ok();
    let why_not = match candidate {
        Ok(_) | Err(Refused::AlreadySubmitted) => String::new(),
        Err(refused) => refused.problem(words).detail.clone().unwrap_or_default(),
    };
    let waiting = submissions.first().filter(|latest| latest.state.is_open());
    let note = waiting.map_or(&typed.note, |waiting| &waiting.note);
    let items = checklist(subject.details, subject.approved, note, &catalogue);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut fields = difference::compare(subject.approved, subject.details, &catalogue);
    fields.retain(|field| field.changed);
    let template = Submit {
        page: visitor.page(app, words.get("review-submit-title"), "store-apps"),
        name: subject.details.name.clone(),
        home: own.home(),
        may_submit,
        why_not,
        open,
        rounds,
        may_talk: latest.is_some_and(comment::is_talked_about),
        items: items
            .into_iter()
            .map(|item| ItemLine {
                title: words.get(&format!("review-item-{}", key(item.field))),
                done: item.done,
                href: match item.field {
                    "note" => "#f-note".to_owned(),
                    "redirect_uri" => format!("{}/edit#f-redirect_uri-1", own.home()),
                    field => format!("{}/edit#f-{field}", own.home()),
                },
            })
            .collect(),
        checks: check_lines(&kept, app.clock.now(), words),
        fields: field_lines(fields, words),
        is_first: subject.approved.is_none(),
        note: typed.note,
        text: typed.text,
        field: typed.field,
        choices: FIELDS.iter().map(|field| (*field, field_name(field, words))).collect(),
        faults: fault_lines(&faults, words),
    };
    Ok(page::render(status, &template))
}

/// A submission as its developer sees it: without internal notes.
fn round(app: &App, one: &Submission, comments: &[SubmissionComment], words: Words) -> RoundLine {
    let now = app.clock.now();
    let own = comments.iter().filter(|comment| comment.submission_id == one.id);
    RoundLine {
        number: one.number,
        id: one.id.to_string(),
        badge: badge(one.state, words),
        at: Moment::new(one.decided_at.unwrap_or(one.submitted_at), now, words),
        template: template_words(&one.template, words),
        reason: one.reason.clone(),
        comments: comment_lines(own, (false, None), now, words),
    }
}
