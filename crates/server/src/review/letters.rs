//! The mails of the approval, written before the transaction that makes them due.

use grantry_oauth::display_text;
use grantry_store::outbox_mail::NewMail;
use grantry_store::person::Person;
use grantry_store::submission::{Closing, NewSubmission, QueuedSubmission, SubmissionState};
use grantry_store::submission_comment::{CommentSide, NewComment};

use super::Refused;
use crate::app::App;
use crate::apps::Versions;
use crate::mail::{ReviewNews, ReviewWhat};
use crate::web::Words;

/// Characters of somebody's own words in a mail; the page has all of them.
const QUOTED: usize = 600;

/// What all mails about one submission say alike.
struct News {
    what: ReviewWhat,
    app: String,
    publisher: String,
    /// The usual reason of a decision, by its name; may be empty.
    template: String,
    said: String,
    path: String,
}

impl News {
    fn to(&self, app: &App, people: &[Person]) -> Result<Vec<NewMail>, Refused> {
        let write = |person: &Person| {
            let words = Words::preferred(person.locale.as_deref());
            let reason = match self.template.as_str() {
                "" => String::new(),
                template => words.get(&format!("review-template-{template}")),
            };
            let message = ReviewNews {
                what: self.what,
                name: person.full_name(),
                app: self.app.clone(),
                publisher: self.publisher.clone(),
                reason,
                said: self.said.clone(),
                url: format!("{}{}", app.issuer(), self.path),
            };
            app.post.write(app, &message, &person.email, words).map_err(Refused::Mail)
        };
        people.iter().map(write).collect()
    }
}

fn quoted(text: &str) -> String {
    display_text::show(text, QUOTED)
}

/// To the reviewers: something waits. Not to whoever submitted it.
pub(super) async fn submitted(
    app: &App,
    versions: &Versions,
    new: &NewSubmission,
) -> Result<Vec<NewMail>, Refused> {
    let reader = app.store.reader();
    let publisher = reader.find_account(&versions.app.account_id).await?.ok_or(Refused::Missing)?;
    let mut reviewers = reader.list_reviewers().await?;
    reviewers.retain(|reviewer| Some(&reviewer.id) != new.submitted_by.as_ref());
    let news = News {
        what: ReviewWhat::Submitted,
        app: versions.latest().details.name.clone(),
        publisher: publisher.name,
        template: String::new(),
        said: quoted(&new.note),
        path: format!("/review/{}", new.id),
    };
    news.to(app, &reviewers)
}

/// To the admins of the account that owns the app: what was decided.
pub(super) async fn decided(
    app: &App,
    found: &QueuedSubmission,
    closing: &Closing,
) -> Result<Vec<NewMail>, Refused> {
    let admins = app.store.reader().list_admins(&found.account_id).await?;
    let news = News {
        what: match closing.state {
            SubmissionState::Approved => ReviewWhat::Approved,
            SubmissionState::Rejected => ReviewWhat::Rejected,
            SubmissionState::ChangesRequested
            | SubmissionState::Submitted
            | SubmissionState::InReview
            | SubmissionState::Withdrawn => ReviewWhat::ChangesRequested,
        },
        app: found.app_name.clone(),
        publisher: found.publisher.clone(),
        template: closing.template.clone(),
        said: quoted(&closing.reason),
        path: page_of_developer(found),
    };
    news.to(app, &admins)
}

/// To the other side: what was said.
pub(super) async fn commented(
    app: &App,
    found: &QueuedSubmission,
    new: &NewComment,
) -> Result<Vec<NewMail>, Refused> {
    let reader = app.store.reader();
    let (mut people, path) = match new.side {
        CommentSide::Reviewer => (reader.list_admins(&found.account_id).await?, page_of_developer(found)),
        CommentSide::Developer => {
            let on_it = match &found.submission.assigned_to {
                Some(reviewer) => reader.find_person(reviewer).await?,
                None => None,
            };
            let people = match on_it {
                Some(reviewer) => vec![reviewer],
                None => reader.list_reviewers().await?,
            };
            (people, format!("/review/{}", found.submission.id))
        }
    };
    people.retain(|person| Some(&person.id) != new.author.as_ref());
    let news = News {
        what: ReviewWhat::Commented,
        app: found.app_name.clone(),
        publisher: found.publisher.clone(),
        template: String::new(),
        said: quoted(&new.text),
        path,
    };
    news.to(app, &people)
}

fn page_of_developer(found: &QueuedSubmission) -> String {
    format!("/apps/store-apps/{}/submit", found.submission.app_id)
}
