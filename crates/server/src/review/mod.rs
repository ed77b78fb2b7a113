//! The approval of apps: developers submit a version, the server checks what it can, reviewers decide. The files named by
//! verbs are for pages and commands alike.

pub mod approve;
pub mod assign;
pub mod checklist;
pub mod checks;
pub mod comment;
pub mod decide;
pub mod difference;
mod letters;
pub mod logo_contrast;
pub mod look_alike;
pub mod pages;
pub mod record;
mod refused;
pub mod reviewer;
pub mod submit;
pub mod withdraw;

pub use refused::Refused;
pub use reviewer::Reviewer;

use grantry_store::app::App as StoredApp;
use grantry_store::audit::{Object, ObjectKind};
use grantry_store::id::SubmissionId;

/// Characters of a note, a comment or a reason.
pub const TEXT_LIMIT: usize = 4000;
/// Comments on one submission.
const COMMENTS: i64 = 500;

/// The submission as the trail names it.
fn object(id: &SubmissionId, app: &StoredApp) -> Object {
    Object::new(ObjectKind::Submission, id.as_str(), app.client_id.as_str())
}

/// A text of several lines as it is kept: without control characters, trimmed. `None` when it is too long.
fn text(raw: &str) -> Option<String> {
    let kept: String = raw.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let kept = kept.trim();
    (kept.chars().count() <= TEXT_LIMIT).then(|| kept.to_owned())
}
