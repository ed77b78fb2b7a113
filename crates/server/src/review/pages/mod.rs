//! The pages of the approval: of developers, and the reviewers' desk; and what they share.

pub mod desk;
pub mod queue;
pub mod record;
pub mod submission;
pub mod submit;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use grantry_oauth::time::Timestamp;
use grantry_store::id::SubmissionId;
use grantry_store::submission::SubmissionState;
use grantry_store::submission_check::{CheckVerdict, SubmissionCheck};
use grantry_store::submission_comment::{CommentKind, CommentSide, SubmissionComment};
use http::request::Parts;

use super::checks;
use super::difference::{Change, Difference};
use crate::app::App;
use crate::apps::{Faults, logo};
use crate::web::moment::Moment;
use crate::web::{Problem, Words};

/// The submission that a URL names; whether there is one, the use-case finds out.
#[derive(Debug)]
pub struct Named(SubmissionId);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, app).await.ok();
        let id = named.and_then(|Path(id)| SubmissionId::parse(&id));
        id.map(Self).ok_or_else(Problem::not_found)
    }
}

/// A status: a word, a colour, an icon.
#[derive(Debug, Clone)]
struct Badge {
    word: String,
    tone: &'static str,
    icon: &'static str,
}

fn badge(state: SubmissionState, words: Words) -> Badge {
    let (tone, icon) = match state {
        SubmissionState::Submitted => ("note", "send"),
        SubmissionState::InReview => ("accent", "eye"),
        SubmissionState::ChangesRequested => ("warn", "pencil"),
        SubmissionState::Approved => ("good", "shield-check"),
        SubmissionState::Rejected => ("bad", "x-circle"),
        SubmissionState::Withdrawn => ("", "arrow-left"),
    };
    Badge { word: words.get(&format!("review-state-{}", key(state.as_str()))), tone, icon }
}

/// A stored word as the names of sentences spell it.
fn key(word: &str) -> String {
    word.replace('_', "-")
}

/// A result of a check as the pages show it.
#[derive(Debug, Clone)]
struct CheckLine {
    title: String,
    subject: String,
    tone: &'static str,
    icon: &'static str,
    verdict: String,
    text: String,
    at: Moment,
}

fn check_lines(checks: &[SubmissionCheck], now: Timestamp, words: Words) -> Vec<CheckLine> {
    let line = |check: &SubmissionCheck| {
        let (tone, icon) = match check.verdict {
            CheckVerdict::Pass => ("good", "check-circle"),
            CheckVerdict::Warn => ("warn", "warning"),
            CheckVerdict::Fail => ("bad", "x-circle"),
        };
        CheckLine {
            title: words.get(&format!("review-check-{}", check.name)),
            subject: check.subject.clone(),
            tone,
            icon,
            verdict: words.get(&format!("review-verdict-{}", check.verdict)),
            text: checks::said(check, words),
            at: Moment::new(check.checked_at, now, words),
        }
    };
    checks.iter().map(line).collect()
}

/// Something that was said, as the pages show it.
#[derive(Debug, Clone)]
struct CommentLine {
    author: String,
    side: String,
    is_internal: bool,
    /// The name of the field in words; empty for the whole.
    field: String,
    text: String,
    at: Moment,
    is_new: bool,
}

/// What was said about one submission. Internal notes are for reviewers; `seen` marks what came later as new.
fn comment_lines<'a>(
    comments: impl Iterator<Item = &'a SubmissionComment>,
    (internal, seen): (bool, Option<Timestamp>),
    now: Timestamp,
    words: Words,
) -> Vec<CommentLine> {
    let may_see = |comment: &&SubmissionComment| internal || comment.kind == CommentKind::Open;
    let line = |comment: &SubmissionComment| CommentLine {
        author: comment.author.clone().unwrap_or_else(|| words.get("review-somebody")),
        side: words.get(match comment.side {
            CommentSide::Developer => "review-side-developer",
            CommentSide::Reviewer => "review-side-reviewer",
        }),
        is_internal: comment.kind == CommentKind::Internal,
        field: field_name(&comment.field, words),
        text: comment.text.clone(),
        at: Moment::new(comment.created_at, now, words),
        is_new: seen.is_some_and(|seen| comment.created_at > seen),
    };
    comments.filter(may_see).map(line).collect()
}

/// The name of a field in words; empty for none.
fn field_name(field: &str, words: Words) -> String {
    if field.is_empty() { String::new() } else { words.get(&format!("review-field-{}", key(field))) }
}

/// A field before and after, as the pages show it.
#[derive(Debug, Clone)]
struct FieldLine {
    field: &'static str,
    title: String,
    values: Vec<ValueLine>,
}

#[derive(Debug, Clone)]
struct ValueLine {
    change: &'static str,
    /// What happened to it, in words.
    word: String,
    text: String,
    host: String,
    sentence: String,
    sensitive: bool,
    /// Where the picture is, when the value is one.
    logo: String,
}

fn field_lines(differences: Vec<Difference>, words: Words) -> Vec<FieldLine> {
    let field = |one: Difference| FieldLine {
        field: one.field,
        title: field_name(one.field, words),
        values: one
            .values
            .into_iter()
            .map(|line| {
                let is_logo = one.field == "logo";
                ValueLine {
                    change: line.change.word(),
                    word: match line.change {
                        Change::Kept => String::new(),
                        Change::Added | Change::Removed => {
                            words.get(&format!("review-change-{}", line.change.word()))
                        }
                    },
                    logo: if is_logo { logo::path(Some(&line.text)) } else { String::new() },
                    text: match line.text.as_str() {
                        "on" => words.get("apps-yes"),
                        _ if is_logo => String::new(),
                        text => text.to_owned(),
                    },
                    host: line.host,
                    sentence: line.sentence,
                    sensitive: line.sensitive,
                }
            })
            .collect(),
    };
    differences.into_iter().map(field).collect()
}

/// A fault as the forms show it.
#[derive(Debug, Clone)]
struct FaultLine {
    name: String,
    text: String,
}

fn fault_lines(faults: &Faults, words: Words) -> Vec<FaultLine> {
    faults.texts(words).into_iter().map(|(name, text)| FaultLine { name, text }).collect()
}

/// What is said of a field; empty when nothing is.
fn said_of(faults: &[FaultLine], name: &str) -> String {
    faults.iter().find(|fault| fault.name == name).map(|fault| fault.text.clone()).unwrap_or_default()
}

/// An earlier submission of the same app.
#[derive(Debug, Clone)]
struct RoundLine {
    number: i64,
    id: String,
    badge: Badge,
    at: Moment,
    /// The usual reason, in words.
    template: String,
    reason: String,
    comments: Vec<CommentLine>,
}

fn template_words(template: &str, words: Words) -> String {
    if template.is_empty() { String::new() } else { words.get(&format!("review-template-{template}")) }
}
