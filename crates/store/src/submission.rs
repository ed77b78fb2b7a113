//! Submissions: versions of apps that wait for the platform's approval, who looks at them, and what was decided.
//!
//! A submission is decided once: every change of its state is one conditional statement.

use crate::account::{AccountKind, containing};
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, PersonId, SubmissionId, VersionId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Where a submission stands.
    SubmissionState {
        /// It waits for a reviewer.
        Submitted = "submitted",
        /// A reviewer is on it.
        InReview = "in_review",
        /// Something has to change first; the developer submits again.
        ChangesRequested = "changes_requested",
        /// Its version became live.
        Approved = "approved",
        /// Its version never becomes live.
        Rejected = "rejected",
        /// The developer took it back.
        Withdrawn = "withdrawn",
    }
}

impl SubmissionState {
    /// Whether it still waits for a decision.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Submitted | Self::InReview => true,
            Self::ChangesRequested | Self::Approved | Self::Rejected | Self::Withdrawn => false,
        }
    }
}

/// A submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// The app.
    pub app_id: AppId,
    /// Counted from 1 within the app.
    pub number: i64,
    /// The version that is, or was, looked at.
    pub version_id: VersionId,
    /// What was live when it was decided; `None` while it waits, and of a first approval.
    pub base_version_id: Option<VersionId>,
    /// Where it stands.
    pub state: SubmissionState,
    /// What the developer tells the reviewers.
    pub note: String,
    /// Who submitted it, unless that person is gone.
    pub submitted_by: Option<PersonId>,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The reviewer who is on it, or was.
    pub assigned_to: Option<PersonId>,
    /// Since when.
    pub assigned_at: Option<Timestamp>,
    /// Who decided, or took it back; `None` also for the command line.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Which of the usual reasons it was; may be empty.
    pub template: String,
    /// The reviewer's own words; may be empty.
    pub reason: String,
}

/// A submission to be made.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// Its id.
    pub id: SubmissionId,
    /// The app.
    pub app_id: AppId,
    /// The version.
    pub version_id: VersionId,
    /// What the developer tells the reviewers.
    pub note: String,
    /// Who submits it; `None` for the command line.
    pub submitted_by: Option<PersonId>,
}

/// How a submission ends.
#[derive(Clone, Debug)]
pub struct Closing {
    /// One of the states that are not open.
    pub state: SubmissionState,
    /// The version that was looked at: another one in its place is not what was decided about.
    pub version_id: VersionId,
    /// What is live meanwhile and was compared with; `None` at a first approval.
    pub base_version_id: Option<VersionId>,
    /// Only if this reviewer is on it.
    pub only_of: Option<PersonId>,
    /// Who decides; `None` for the command line.
    pub by: Option<PersonId>,
    /// Which of the usual reasons it is; may be empty.
    pub template: String,
    /// The reviewer's own words; may be empty.
    pub reason: String,
}

/// A submission as reviewers see it in their queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedSubmission {
    /// The submission.
    pub submission: Submission,
    /// The app's client ID.
    pub client_id: String,
    /// The name that was submitted.
    pub app_name: String,
    /// The logo that was submitted.
    pub logo_id: Option<String>,
    /// The account that owns the app.
    pub account_id: AccountId,
    /// That account's name.
    pub publisher: String,
    /// What that account is.
    pub account_kind: AccountKind,
    /// The full name of the reviewer who is on it.
    pub reviewer: Option<String>,
    /// When the reader of the queue last looked at it.
    pub looked_at: Option<Timestamp>,
    /// When something was last said about it, or it was submitted.
    pub stirred_at: Timestamp,
}

/// Which submissions a reviewer wants to see.
#[derive(Clone, Debug)]
pub struct QueueFilter {
    /// Only in these states; at least one.
    pub states: Vec<SubmissionState>,
    /// Only those of this reviewer.
    pub assigned_to: Option<PersonId>,
    /// Only those that nobody is on.
    pub unassigned: bool,
    /// Only submitted before this.
    pub before: Timestamp,
    /// Only those whose app's name, client ID or publisher contains this.
    pub search: String,
}

/// How long approval takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewFigures {
    /// Submissions that wait.
    pub waiting: i64,
    /// Since when the one waits that has waited longest.
    pub oldest: Option<Timestamp>,
    /// From submission to decision in milliseconds, of those decided since then, the shortest first. Withdrawals are
    /// no decisions.
    pub took: Vec<i64>,
}

macro_rules! columns {
    () => {
        "s.id, s.app_id, s.number, s.version_id, s.base_version_id, s.state, s.note, s.submitted_by, s.submitted_at, \
         s.assigned_to, s.assigned_at, s.decided_by, s.decided_at, s.template, s.reason"
    };
}

macro_rules! queued {
    ($condition:literal) => {
        concat!(
            "select ",
            columns!(),
            ", p.client_id, v.name, v.logo_id, a.id, a.name, a.kind,",
            " w.first_name || ' ' || w.last_name, l.looked_at,",
            " coalesce((select max(c.created_at) from submission_comment c where c.submission_id = s.id),",
            " s.submitted_at)",
            " from submission s join app p on p.id = s.app_id join app_version v on v.id = s.version_id",
            " join account a on a.id = p.account_id left join person w on w.id = s.assigned_to",
            " left join submission_look l on l.submission_id = s.id and l.person_id = $1",
            " where p.deleted_at is null and ",
            $condition
        )
    };
}

crate::sql! {
    FIND = queued!("s.id = $2");
    FIND_OPEN = concat!("select ", columns!(), " from submission s where s.app_id = $1 and s.decided_at is null");
    LIST_OF_APP = concat!(
        "select ", columns!(), " from submission s where s.app_id = $1 order by s.number desc limit 50"
    );
    /// The states are a text such as `,submitted,in_review,`: a list of unknown length needs no statement of its own.
    LIST = queued!(
        "$2 like '%,' || s.state || ',%' and ($3 = '' or s.assigned_to = $3) \
         and ($4 = 0 or s.assigned_to is null) and s.submitted_at < $5 \
         and (v.name_key like $6 escape '\\' or upper(p.client_id) like $7 escape '\\' \
         or a.name_key like $6 escape '\\') \
         and (s.submitted_at, s.id) > ($8, $9) order by s.submitted_at, s.id limit $10"
    );
    NEIGHBOURS = "select (select o.id from submission o join app p on p.id = o.app_id and p.deleted_at is null \
        where o.decided_at is null and (o.submitted_at, o.id) < ($1, $2) \
        order by o.submitted_at desc, o.id desc limit 1), \
        (select o.id from submission o join app p on p.id = o.app_id and p.deleted_at is null \
        where o.decided_at is null and (o.submitted_at, o.id) > ($1, $2) order by o.submitted_at, o.id limit 1)";
    WAITING = "select count(*), min(submitted_at) from submission where decided_at is null";
    TOOK = "select decided_at - submitted_at from submission \
        where decided_at >= $1 and state <> 'withdrawn' order by decided_at - submitted_at limit 10000";
    INSERT = "insert into submission (id, app_id, number, version_id, state, note, submitted_by, submitted_at, template, \
        reason) values ($1, $2, (select coalesce(max(o.number), 0) + 1 from submission o where o.app_id = $2), \
        $3, 'submitted', $4, $5, $6, '', '') returning number";
    ASSIGN = "update submission set state = 'in_review', assigned_to = $1, assigned_at = $2 \
        where id = $3 and decided_at is null and coalesce(assigned_to, '') = $4 returning id";
    RELEASE = "update submission set state = 'submitted', assigned_to = null, assigned_at = null \
        where id = $1 and decided_at is null and assigned_to = $2 returning id";
    CLOSE = "update submission set state = $1, base_version_id = $2, decided_by = $3, decided_at = $4, template = $5, \
        reason = $6 where id = $7 and version_id = $8 and decided_at is null \
        and ($9 = '' or assigned_to = $9) returning id";
    MOVE = "update submission set version_id = $1 where id = $2 and version_id = $3 and decided_at is null returning id";
    WITHDRAW_OF_APP = "update submission set state = 'withdrawn', decided_by = $1, decided_at = $2 \
        where app_id = $3 and decided_at is null";
    PUT_LOOK = "insert into submission_look (submission_id, person_id, version_id, looked_at) values ($1, $2, $3, $4) \
        on conflict (submission_id, person_id) do update set version_id = excluded.version_id, \
        looked_at = excluded.looked_at";
    LOOKED_AT_VERSION = "select version_id from submission_look where submission_id = $1 and person_id = $2";
}

impl FromColumns for Submission {
    const WIDTH: usize = 15;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Submission {
            id: columns.take()?,
            app_id: columns.take()?,
            number: columns.take()?,
            version_id: columns.take()?,
            base_version_id: columns.take()?,
            state: columns.take()?,
            note: columns.take()?,
            submitted_by: columns.take()?,
            submitted_at: columns.take()?,
            assigned_to: columns.take()?,
            assigned_at: columns.take()?,
            decided_by: columns.take()?,
            decided_at: columns.take()?,
            template: columns.take()?,
            reason: columns.take()?,
        })
    }
}

impl FromColumns for QueuedSubmission {
    const WIDTH: usize = Submission::WIDTH + 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(QueuedSubmission {
            submission: columns.nested()?,
            client_id: columns.take()?,
            app_name: columns.take()?,
            logo_id: columns.take()?,
            account_id: columns.take()?,
            publisher: columns.take()?,
            account_kind: columns.take()?,
            reviewer: columns.take()?,
            looked_at: columns.take()?,
            stirred_at: columns.take()?,
        })
    }
}

impl Reader {
    /// A submission of an app that is not deleted, whosever it is, as this reviewer sees it: for reviewers only.
    pub async fn find_submission(
        &self,
        id: &SubmissionId,
        reader: Option<&PersonId>,
    ) -> Result<Option<QueuedSubmission>, Error> {
        let row = self.query_opt(FIND, values![reader.map_or("", PersonId::as_str), id]).await?;
        row.as_ref().map(QueuedSubmission::from_row).transpose()
    }

    /// The submission of an app that waits for a decision. There is at most one.
    pub async fn find_open_submission(&self, app: &AppId) -> Result<Option<Submission>, Error> {
        self.query_opt(FIND_OPEN, values![app]).await?.as_ref().map(Submission::from_row).transpose()
    }

    /// The latest submissions of an app, the newest first.
    pub async fn list_submissions_of_app(&self, app: &AppId) -> Result<Vec<Submission>, Error> {
        Submission::from_rows(&self.query(LIST_OF_APP, values![app]).await?)
    }

    /// Submissions of all accounts as this reviewer sees them, the longest waiting first: for reviewers only.
    pub async fn list_submissions(
        &self,
        reader: Option<&PersonId>,
        filter: &QueueFilter,
        page: &PageRequest,
    ) -> Result<Page<QueuedSubmission>, Error> {
        let names: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
        let (time, id) = page.beyond();
        let values = values![
            reader.map_or("", PersonId::as_str),
            format!(",{},", names.join(",")),
            filter.assigned_to.as_ref().map_or("", PersonId::as_str),
            i64::from(filter.unassigned),
            filter.before,
            containing(&filter.search.to_lowercase()),
            containing(&filter.search.to_uppercase()),
            time,
            id,
            page.fetch(),
        ];
        let rows = self.query(LIST, values).await?;
        let place = |item: &QueuedSubmission| {
            Cursor::number(item.submission.submitted_at.0, item.submission.id.as_str())
        };
        Ok(Page::cut(QueuedSubmission::from_rows(&rows)?, page, place))
    }

    /// The open submissions that have waited just longer and just shorter than this one.
    pub async fn find_neighbours(
        &self,
        of: &Submission,
    ) -> Result<(Option<SubmissionId>, Option<SubmissionId>), Error> {
        let row = self.query_one(NEIGHBOURS, values![of.submitted_at, &of.id]).await?;
        let columns = &mut row.columns();
        Ok((columns.take()?, columns.take()?))
    }

    /// How many wait, and how long those took that were decided since then.
    pub async fn review_figures(&self, since: Timestamp) -> Result<ReviewFigures, Error> {
        let row = self.query_one(WAITING, values![]).await?;
        let took = self.query(TOOK, values![since]).await?;
        let took = took.iter().map(|row| row.int(0)).collect::<Result<_, _>>()?;
        Ok(ReviewFigures { waiting: row.int(0)?, oldest: row.opt_time(1)?, took })
    }

    /// The version that a reviewer saw when they last looked at a submission.
    pub async fn find_seen_version(
        &self,
        id: &SubmissionId,
        reader: &PersonId,
    ) -> Result<Option<VersionId>, Error> {
        let row = self.query_opt(LOOKED_AT_VERSION, values![id, reader]).await?;
        row.map(|row| row.columns().take()).transpose()
    }
}

impl Tx {
    /// Submits a version and says the submission's number. An app of which one waits is
    /// `Conflict("submission_app_id_key")`. Lock the app first: two at once would get the same number.
    pub async fn insert_submission(&self, new: &NewSubmission) -> Result<i64, Error> {
        let values =
            values![&new.id, &new.app_id, &new.version_id, &new.note, new.submitted_by.as_ref(), self.now(),];
        self.query_one(INSERT, values).await?.int(0)
    }

    /// Puts a reviewer on an open submission in place of `from`, nobody or another. `false` when it is not open, or
    /// somebody else is on it meanwhile.
    pub async fn assign_submission(
        &self,
        id: &SubmissionId,
        from: Option<&PersonId>,
        to: &PersonId,
    ) -> Result<bool, Error> {
        let values = values![to, self.now(), id, from.map_or("", PersonId::as_str)];
        Ok(self.query_opt(ASSIGN, values).await?.is_some())
    }

    /// Gives an open submission back to the queue. `false` when this reviewer is not on it.
    pub async fn release_submission(&self, id: &SubmissionId, by: &PersonId) -> Result<bool, Error> {
        Ok(self.query_opt(RELEASE, values![id, by]).await?.is_some())
    }

    /// Ends a submission. `false`, with nothing changed, when it is not open, is about another version by now, or
    /// somebody else is on it.
    pub async fn close_submission(&self, id: &SubmissionId, closing: &Closing) -> Result<bool, Error> {
        let values = values![
            closing.state,
            closing.base_version_id.as_ref(),
            closing.by.as_ref(),
            self.now(),
            &closing.template,
            &closing.reason,
            id,
            &closing.version_id,
            closing.only_of.as_ref().map_or("", PersonId::as_str),
        ];
        Ok(self.query_opt(CLOSE, values).await?.is_some())
    }

    /// Puts another version in the place of the submitted one. `false` when the submission is not open, or about
    /// another version by now.
    pub async fn move_submission(
        &self,
        id: &SubmissionId,
        from: &VersionId,
        to: &VersionId,
    ) -> Result<bool, Error> {
        Ok(self.query_opt(MOVE, values![to, id, from]).await?.is_some())
    }

    /// Remembers that a reviewer has seen a submission with this version now.
    pub async fn put_look(
        &self,
        id: &SubmissionId,
        reader: &PersonId,
        version: &VersionId,
    ) -> Result<(), Error> {
        self.execute(PUT_LOOK, values![id, reader, version, self.now()]).await?;
        Ok(())
    }

    /// What goes with the app.
    pub(crate) async fn withdraw_open_submission(
        &self,
        app: &AppId,
        by: Option<&PersonId>,
    ) -> Result<(), Error> {
        self.execute(WITHDRAW_OF_APP, values![by, self.now(), app]).await?;
        Ok(())
    }
}

#[cfg(test)]
#[path = "submission_tests.rs"]
mod tests;
