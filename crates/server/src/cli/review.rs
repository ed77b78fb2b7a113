//! `grantry review`: submissions of apps, and what is decided about them.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantry_store::app::App as StoredApp;
use grantry_store::audit::Origin;
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use grantry_store::submission::{QueueFilter, Submission, SubmissionState};
use serde_json::json;

use super::answer::{Answer, Table, shown};
use super::app::{find, unreviewed};
use super::open;
use crate::app::App;
use crate::config::DataFlags;
use crate::review::checks;
use crate::review::decide::{self, Decision, TEMPLATES, Verdict};
use crate::review::record::Record;
use crate::web::{Words, moment};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List submissions that wait, the longest waiting first
    List {
        /// Also those that were decided or withdrawn
        #[arg(long)]
        all: bool,
    },
    /// Show what an app's latest submission asks for, what the checks found and what was said
    Show(Named),
    /// Approve what is submitted of an app: it is live at once, also when a check fails
    Approve(Decided),
    /// Ask for changes: the developer submits again
    RequestChanges(Decided),
    /// Reject what is submitted of an app
    Reject(Decided),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    #[arg(value_name = "CLIENT_ID")]
    client_id: String,
}

#[derive(Debug, Args)]
pub(super) struct Decided {
    #[arg(value_name = "CLIENT_ID")]
    client_id: String,
    /// Why, in words for the developer
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// One of the usual reasons, which the developer reads in their own language
    #[arg(long, value_name = "NAME", default_value = "", value_parser = template)]
    template: String,
}

fn template(word: &str) -> Result<String, String> {
    if word.is_empty() || TEMPLATES.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(format!("it is one of {}", TEMPLATES.join(", ")))
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = &*open(data).await?;
        match self {
            Self::List { all } => list(app, all).await,
            Self::Show(named) => show(app, &find(app, &named.client_id).await?).await,
            Self::Approve(decided) => decide(app, decided, Verdict::Approve).await,
            Self::RequestChanges(decided) => decide(app, decided, Verdict::RequestChanges).await,
            Self::Reject(decided) => decide(app, decided, Verdict::Reject).await,
        }
    }
}

async fn list(app: &App, all: bool) -> anyhow::Result<Answer> {
    let states = SubmissionState::ALL.iter().copied().filter(|state| all || state.is_open());
    let filter = QueueFilter {
        states: states.collect(),
        assigned_to: None,
        unassigned: false,
        before: app.clock.now() + std::time::Duration::from_secs(1),
        search: String::new(),
    };
    let page = PageRequest::first(LARGEST_PAGE);
    let found = app.store.reader().list_submissions(None, &filter, &page).await?;
    let mut table = Table::new(&["client id", "name", "number", "state", "reviewer", "submitted"]);
    let mut objects = Vec::new();
    for one in &found.items {
        let submission = &one.submission;
        table.row([
            one.client_id.clone(),
            shown(&one.app_name),
            submission.number.to_string(),
            submission.state.to_string(),
            shown(one.reviewer.as_deref().unwrap_or_default()),
            moment::exact(submission.submitted_at),
        ]);
        objects.push(json!({
            "submission": submission.id,
            "client_id": one.client_id,
            "name": one.app_name,
            "number": submission.number,
            "state": submission.state,
            "reviewer": one.reviewer,
            "submitted_at": moment::iso(submission.submitted_at),
        }));
    }
    Ok(Answer::new(json!({ "submissions": objects })).table(&table, "No submissions."))
}

async fn show(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let latest = app.store.reader().list_submissions_of_app(&found.id).await?.into_iter().next();
    let latest = latest.with_context(|| format!("{} was never submitted", found.client_id))?;
    let record = Record::find(app, &latest.id, None).await;
    let record = record.map_err(|why| unreviewed("the submission cannot be shown", why))?;
    let words = Words::english();
    let mut answer = Answer::new(record.json())
        .line(format!("{} of {}", what(&latest), found.client_id))
        .line(format!("State: {}", latest.state));
    if let Some(asked) = record.json().get("asked") {
        answer = answer.line(format!("Asks for: {asked:#}"));
    }
    for check in &record.checks {
        answer = answer.line(format!("{} {}: {}", check.verdict, check.name, checks::said(check, words)));
    }
    for comment in record.comments.iter().filter(|comment| comment.submission_id == latest.id) {
        let author = comment.author.as_deref().unwrap_or_default();
        answer = answer.line(format!("{} ({}): {}", shown(author), comment.side, shown(&comment.text)));
    }
    Ok(answer)
}

fn what(submission: &Submission) -> String {
    format!("Submission {}", submission.number)
}

async fn decide(app: &App, decided: Decided, verdict: Verdict) -> anyhow::Result<Answer> {
    let found = find(app, &decided.client_id).await?;
    let open = app.store.reader().find_open_submission(&found.id).await?;
    let open = open.with_context(|| format!("nothing is submitted of {}", found.client_id))?;
    let decision = Decision {
        verdict,
        seen: open.version_id.clone(),
        template: decided.template,
        reason: decided.reason,
        despite: true,
    };
    let state = Box::pin(decide::decide(app, &Origin::command(), None, &open.id, &decision)).await;
    let state = state.map_err(|why| unreviewed("nothing was decided", why))?;
    let object = json!({
        "client_id": found.client_id,
        "submission": open.id,
        "number": open.number,
        "state": state,
    });
    Ok(Answer::new(object).line(format!("{} of {} is {state}.", what(&open), found.client_id)))
}
