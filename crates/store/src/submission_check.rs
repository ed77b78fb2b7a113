//! What the server found out by itself about a submitted version.

use crate::columns::{Columns, FromColumns};
use crate::id::SubmissionId;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What a check found.
    CheckVerdict {
        /// All is well.
        Pass = "pass",
        /// A reviewer should look.
        Warn = "warn",
        /// This must change before the version can be approved.
        Fail = "fail",
    }
}

/// A result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionCheck {
    /// What was checked.
    pub name: String,
    /// What was looked at, such as an address; may be empty.
    pub subject: String,
    /// What was found.
    pub verdict: CheckVerdict,
    /// The name of the sentence that says why.
    pub finding: String,
    /// The values of that sentence: a JSON object of texts.
    pub evidence: String,
    /// When.
    pub checked_at: Timestamp,
}

crate::sql! {
    LIST = "select name, subject, verdict, finding, evidence, checked_at from submission_check \
        where submission_id = $1 order by position";
    DELETE = "delete from submission_check where submission_id = $1";
    INSERT = "insert into submission_check (submission_id, position, name, subject, verdict, finding, evidence, \
        checked_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
}

impl FromColumns for SubmissionCheck {
    const WIDTH: usize = 6;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(SubmissionCheck {
            name: columns.take()?,
            subject: columns.take()?,
            verdict: columns.take()?,
            finding: columns.take()?,
            evidence: columns.take()?,
            checked_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The latest results for a submission, in the order in which they were kept.
    pub async fn list_submission_checks(&self, id: &SubmissionId) -> Result<Vec<SubmissionCheck>, Error> {
        SubmissionCheck::from_rows(&self.query(LIST, values![id]).await?)
    }
}

impl Tx {
    /// Keeps results in place of those before.
    pub async fn put_submission_checks(
        &self,
        id: &SubmissionId,
        checks: &[SubmissionCheck],
    ) -> Result<(), Error> {
        self.execute(DELETE, values![id]).await?;
        for (position, check) in (0_i64..).zip(checks) {
            let values = values![
                id,
                position,
                &check.name,
                &check.subject,
                check.verdict,
                &check.finding,
                &check.evidence,
                check.checked_at,
            ];
            self.execute(INSERT, values).await?;
        }
        Ok(())
    }
}
