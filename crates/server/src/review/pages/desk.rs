//! What reviewers do on the page of a submission: take it on, ask, check again, decide.

use std::sync::Arc;

use axum::extract::State;
use grantry_store::id::{PersonId, VersionId};
use grantry_store::submission_comment::CommentKind;

use super::Named;
use super::submission::{Typed, render};
use crate::app::App;
use crate::review::checks::{self, Calls, Subject};
use crate::review::decide::{self, Decision, Verdict};
use crate::review::record::Record;
use crate::review::{Refused, Reviewer, assign, comment};
use crate::web::{Actor, Answer, Form, Problem, Visitor, page};

/// `POST /review/{submission}/assign`
///
/// # Errors
/// Somebody else is on it by now, or the reviewer's own app.
pub async fn take(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    form: Form,
) -> Answer {
    let from = PersonId::parse(form.get("from"));
    let reviewer = Reviewer::of(&actor)?;
    let taken = assign::assign(&app, &visitor.origin(), &reviewer, &named.0, from.as_ref()).await;
    taken.map_err(|refused| refused.problem(visitor.words))?;
    Ok(back(&named, "", "flash-review-assigned"))
}

/// `POST /review/{submission}/release`
///
/// # Errors
/// The reviewer is not on it any more.
pub async fn give_back(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    _: Form,
) -> Answer {
    let reviewer = Reviewer::of(&actor)?;
    let released = assign::release(&app, &visitor.origin(), &reviewer, &named.0).await;
    released.map_err(|refused| refused.problem(visitor.words))?;
    Ok(back(&named, "", "flash-review-released"))
}

/// `POST /review/{submission}/check`
///
/// # Errors
/// Too many outward calls, or nothing waits.
pub async fn check(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    _: Form,
) -> Answer {
    let reviewer = Reviewer::of(&actor)?;
    check_again(&app, &reviewer, &named).await.map_err(|refused| refused.problem(visitor.words))?;
    Ok(back(&named, "#checks", "flash-review-checked"))
}

async fn check_again(app: &App, reviewer: &Reviewer, named: &Named) -> Result<(), Refused> {
    let record = Record::find(app, &named.0, None).await?;
    reviewer.check(&app.store.reader(), &record.found).await?;
    let submission = &record.found.submission;
    if !submission.state.is_open() {
        return Err(Refused::Closed);
    }
    let found = app.store.reader().find_app(&record.found.account_id, &submission.app_id).await?;
    let found = found.ok_or(Refused::Missing)?;
    let approved = record.base.as_ref().map(|base| &base.details);
    let subject = Subject { app: &found, details: &record.version.details, approved };
    let results = checks::run(app, subject, Calls::All).await?;
    let id = &named.0;
    let keeping =
        app.store.write(app.clock.now(), |tx| async move { tx.put_submission_checks(id, &results).await });
    Ok(keeping.await?)
}

/// `POST /review/{submission}/comment`
///
/// # Errors
/// The reviewer's own app, or nothing is talked about any more.
pub async fn say(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    form: Form,
) -> Answer {
    let words = comment::Words { field: form.get("field"), text: form.get("text") };
    let kind = match form.get("kind") {
        "internal" => CommentKind::Internal,
        _ => CommentKind::Open,
    };
    let reviewer = Reviewer::of(&actor)?;
    match comment::by_reviewer(&app, &visitor.origin(), &reviewer, &named.0, (words, kind)).await {
        Ok(()) => Ok(back(&named, "#talk", "flash-review-commented")),
        Err(refused) => {
            let faults = refused.into_faults("text", visitor.words)?;
            let typed =
                Typed { field: words.field.to_owned(), text: words.text.to_owned(), ..Typed::default() };
            render(&app, &visitor, &actor, named, (faults, typed)).await
        }
    }
}

/// `POST /review/{submission}/decide`
///
/// # Errors
/// The reviewer's own app; decided, changed or taken by somebody else meanwhile.
pub async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    named: Named,
    form: Form,
) -> Answer {
    let unknown = || Problem::bad_request(visitor.words.get("members-no-change"));
    let verdict = Verdict::parse(form.get("verdict")).ok_or_else(unknown)?;
    let seen = VersionId::parse(form.get("version")).ok_or_else(unknown)?;
    let decision = Decision {
        verdict,
        seen,
        template: form.get("template").to_owned(),
        reason: form.get("reason").to_owned(),
        despite: form.has("despite"),
    };
    let reviewer = Reviewer::of(&actor)?;
    match decide::decide(&app, &visitor.origin(), Some(&reviewer), &named.0, &decision).await {
        Ok(_) => Ok(back(
            &named,
            "",
            match verdict {
                Verdict::Approve => "flash-review-approved",
                Verdict::RequestChanges => "flash-review-changes",
                Verdict::Reject => "flash-review-rejected",
            },
        )),
        Err(refused) => {
            let faults = refused.into_faults("despite", visitor.words)?;
            let Decision { template, reason, .. } = decision;
            let typed = Typed { template, reason, ..Typed::default() };
            render(&app, &visitor, &actor, named, (faults, typed)).await
        }
    }
}

fn back(named: &Named, place: &str, flash: &'static str) -> axum::response::Response {
    page::with_flash(page::see_other(&format!("/review/{}{place}", named.0)), flash)
}
