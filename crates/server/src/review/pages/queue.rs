//! The reviewers' queue: what waits, for how long, and who is on it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use grantry_oauth::time::Timestamp;
use grantry_store::page::PageRequest;
use grantry_store::submission::{QueueFilter, QueuedSubmission, ReviewFigures, SubmissionState};
use serde::Deserialize;

use super::{Badge, badge};
use crate::app::App;
use crate::apps::logo;
use crate::review::Reviewer;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Page, Visitor, Words, page};

/// Rows of one page.
const ROWS: u32 = 50;
/// The decisions that the figures are about.
const LATELY: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// What has waited longer is old.
const OLD: Duration = Duration::from_secs(3 * 24 * 60 * 60);

#[derive(askama::Template)]
#[template(path = "review/queue.html")]
struct Queue {
    page: Page,
    rows: Vec<Row>,
    chips: Vec<Chip>,
    search: String,
    which: &'static str,
    is_filtered: bool,
    more: String,
    figures: Figures,
}

struct Row {
    href: String,
    name: String,
    logo: String,
    publisher: String,
    client_id: String,
    number: i64,
    badge: Badge,
    reviewer: String,
    at: Moment,
    is_old: bool,
    is_new: bool,
}

struct Chip {
    word: String,
    href: String,
    is_current: bool,
}

struct Figures {
    waiting: i64,
    oldest: Option<Moment>,
    decided: i64,
    /// From submission to decision, in words; empty without a decision.
    median: String,
    slow: String,
}

/// What the page is asked for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    which: Option<String>,
    search: Option<String>,
    after: Option<String>,
}

/// The filters by their names in the URL.
const WHICH: [&str; 6] = ["open", "free", "mine", "old", "decided", "all"];

/// `GET /review`
///
/// # Errors
/// The store's.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let (now, words) = (app.clock.now(), visitor.words);
    let reviewer = Reviewer::of(&actor)?;
    let which = wanted.which.as_deref().unwrap_or_default();
    let which = WHICH.into_iter().find(|known| *known == which).unwrap_or("open");
    let search = wanted.search.unwrap_or_default();
    let filter = filter(which, &search, &reviewer, now);
    let request = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let reader = app.store.reader();
    let found = reader.list_submissions(Some(&reviewer.person), &filter, &request).await?;
    let figures = reader.review_figures(now - LATELY).await?;
    let link = |which: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("which", which), ("search", &search)])
            .finish();
        format!("/review?{query}")
    };
    let template = Queue {
        page: visitor.page(&app, words.get("review-queue-title"), "review"),
        rows: found.items.iter().map(|one| row(one, now, words)).collect(),
        chips: WHICH
            .into_iter()
            .map(|one| Chip {
                word: words.get(&format!("review-which-{one}")),
                href: link(one),
                is_current: one == which,
            })
            .collect(),
        is_filtered: which != "open" || !search.is_empty(),
        which,
        more: found.next.map(|next| format!("{}&after={}", link(which), next.token())).unwrap_or_default(),
        figures: figures_in_words(&figures, now, words),
        search,
    };
    Ok(page::ok(&template))
}

fn filter(which: &str, search: &str, reviewer: &Reviewer, now: Timestamp) -> QueueFilter {
    use SubmissionState::{Approved, ChangesRequested, InReview, Rejected, Submitted};
    QueueFilter {
        states: match which {
            "all" => SubmissionState::ALL.to_vec(),
            "decided" => vec![Approved, ChangesRequested, Rejected],
            _ => vec![Submitted, InReview],
        },
        assigned_to: (which == "mine").then(|| reviewer.person.clone()),
        unassigned: which == "free",
        before: if which == "old" { now - OLD } else { now + Duration::from_secs(1) },
        search: search.trim().to_owned(),
    }
}

fn row(found: &QueuedSubmission, now: Timestamp, words: Words) -> Row {
    let submission = &found.submission;
    Row {
        href: format!("/review/{}", submission.id),
        name: found.app_name.clone(),
        logo: logo::path(found.logo_id.as_deref()),
        publisher: found.publisher.clone(),
        client_id: found.client_id.clone(),
        number: submission.number,
        badge: badge(submission.state, words),
        reviewer: found.reviewer.clone().unwrap_or_default(),
        at: Moment::new(submission.submitted_at, now, words),
        is_old: submission.state.is_open() && submission.submitted_at < now - OLD,
        is_new: found.looked_at.is_none_or(|looked| found.stirred_at > looked),
    }
}

fn figures_in_words(figures: &ReviewFigures, now: Timestamp, words: Words) -> Figures {
    let took = &figures.took;
    // The value below which so many of ten lie.
    let tenths = |tenths: usize| took.get((took.len() * tenths).div_ceil(10).saturating_sub(1));
    let said = |millis: Option<&i64>| millis.map(|millis| span(*millis, words)).unwrap_or_default();
    Figures {
        waiting: figures.waiting,
        oldest: figures.oldest.map(|at| Moment::new(at, now, words)),
        decided: i64::try_from(took.len()).unwrap_or(i64::MAX),
        median: said(tenths(5)),
        slow: said(tenths(9)),
    }
}

/// A span of time in words, rounded up.
fn span(millis: i64, words: Words) -> String {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let up = |unit: i64| (millis.max(1) - 1) / unit + 1;
    if millis < HOUR {
        words.count("review-minutes", up(MINUTE))
    } else if millis < 2 * DAY {
        words.count("review-hours", up(HOUR))
    } else {
        words.count("review-days", up(DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_the_middle_one_and_the_one_that_nine_of_ten_beat() {
        let words = Words::english();
        let hour = 3_600_000;
        let figures = ReviewFigures { waiting: 2, oldest: None, took: (1..=10).map(|n| n * hour).collect() };
        let said = figures_in_words(&figures, Timestamp(0), words);
        assert_eq!((said.median.as_str(), said.slow.as_str(), said.decided), ("5 hours", "9 hours", 10));
        let none = figures_in_words(&ReviewFigures::default(), Timestamp(0), words);
        assert_eq!((none.median.as_str(), none.decided), ("", 0));
        assert_eq!(span(1, words), "1 minute");
        assert_eq!(span(49 * hour, words), "3 days");
    }
}
