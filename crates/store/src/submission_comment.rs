//! What reviewers and developers say to each other about a submission.

use crate::columns::{Columns, FromColumns};
use crate::id::{CommentId, PersonId, SubmissionId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Who speaks.
    CommentSide {
        /// Somebody of the account that owns the app.
        Developer = "developer",
        /// Somebody of the platform.
        Reviewer = "reviewer",
    }
    /// Who may read it.
    CommentKind {
        /// Both sides.
        Open = "open",
        /// Reviewers alone.
        Internal = "internal",
    }
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionComment {
    /// Its id.
    pub id: CommentId,
    /// The submission.
    pub submission_id: SubmissionId,
    /// The field that it is about; empty for the whole.
    pub field: String,
    /// Who speaks.
    pub side: CommentSide,
    /// Who may read it.
    pub kind: CommentKind,
    /// The full name of who said it, unless that person is gone.
    pub author: Option<String>,
    /// The words.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

/// Something to be said.
#[derive(Clone, Debug)]
pub struct NewComment {
    /// Its id.
    pub id: CommentId,
    /// The submission.
    pub submission_id: SubmissionId,
    /// The field that it is about; empty for the whole.
    pub field: String,
    /// Who speaks.
    pub side: CommentSide,
    /// Who may read it.
    pub kind: CommentKind,
    /// Who says it; `None` for the command line.
    pub author: Option<PersonId>,
    /// The words.
    pub text: String,
}

macro_rules! columns {
    () => {
        "c.id, c.submission_id, c.field, c.side, c.kind, w.first_name || ' ' || w.last_name, c.text, c.created_at"
    };
}

crate::sql! {
    LIST = concat!(
        "select ", columns!(), " from submission_comment c join submission s on s.id = c.submission_id",
        " left join person w on w.id = c.author where s.app_id = (select o.app_id from submission o where o.id = $1)",
        " order by c.created_at, c.id limit 1000"
    );
    COUNT = "select count(*) from submission_comment where submission_id = $1";
    INSERT = "insert into submission_comment (id, submission_id, field, side, kind, author, text, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
}

impl FromColumns for SubmissionComment {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(SubmissionComment {
            id: columns.take()?,
            submission_id: columns.take()?,
            field: columns.take()?,
            side: columns.take()?,
            kind: columns.take()?,
            author: columns.take()?,
            text: columns.take()?,
            created_at: columns.take()?,
        })
    }
}

impl Reader {
    /// What was said about this submission and the others of its app, the oldest first; internal notes too, which the
    /// caller keeps from developers.
    pub async fn list_submission_comments(&self, id: &SubmissionId) -> Result<Vec<SubmissionComment>, Error> {
        SubmissionComment::from_rows(&self.query(LIST, values![id]).await?)
    }

    /// How much was said about this submission.
    pub async fn count_submission_comments(&self, id: &SubmissionId) -> Result<i64, Error> {
        self.query_one(COUNT, values![id]).await?.int(0)
    }
}

impl Tx {
    /// Says something.
    pub async fn insert_comment(&self, new: &NewComment) -> Result<(), Error> {
        let values = values![
            &new.id,
            &new.submission_id,
            &new.field,
            new.side,
            new.kind,
            new.author.as_ref(),
            &new.text,
            self.now(),
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }
}
