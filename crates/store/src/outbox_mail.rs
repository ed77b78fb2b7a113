//! The outbox: mails written in the transaction that makes them due, sent afterwards by whichever node is free.

use crate::columns::{Columns, FromColumns};
use crate::id::MailId;
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// A mail. Its texts may have links that let the holder in.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboxMail {
    /// Its id.
    pub id: MailId,
    /// To whom.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body_text: String,
    /// The text as HTML.
    pub body_html: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// How often sending was begun.
    pub attempts: i64,
    /// When it is due; `None` when it was sent or given up.
    pub next_attempt_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

impl std::fmt::Debug for OutboxMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxMail")
            .field("id", &self.id)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// A mail to be sent.
#[derive(Clone)]
pub struct NewMail {
    /// Its id.
    pub id: MailId,
    /// To whom.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body_text: String,
    /// The text as HTML.
    pub body_html: String,
}

impl std::fmt::Debug for NewMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewMail").field("id", &self.id).finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, recipient, subject, body_text, body_html, created_at, sent_at, attempts, next_attempt_at, last_error"
    };
}

crate::sql! {
    FIND = concat!("select ", columns!(), " from outbox_mail where id = $1");
    LIST = concat!(
        "select ", columns!(), " from outbox_mail where (created_at, id) < ($1, $2)",
        " order by created_at desc, id desc limit $3"
    );
    DUE = concat!(
        "select ", columns!(), " from outbox_mail where next_attempt_at <= $1 order by next_attempt_at, id limit $2"
    );
    NEXT = "select min(next_attempt_at) from outbox_mail where next_attempt_at is not null";
    INSERT = "insert into outbox_mail (id, recipient, subject, body_text, body_html, created_at, attempts, \
        next_attempt_at) values ($1, $2, $3, $4, $5, $6, 0, $6)";
    CLAIM = "update outbox_mail set attempts = attempts + 1, next_attempt_at = $1 \
        where id = $2 and next_attempt_at = $3 and next_attempt_at <= $4 returning id";
    SENT = "update outbox_mail set sent_at = $1, next_attempt_at = null, last_error = null, body_text = '', \
        body_html = '' where id = $2";
    FAILED = "update outbox_mail set next_attempt_at = $1, last_error = $2 where id = $3 and sent_at is null";
}

impl FromColumns for OutboxMail {
    const WIDTH: usize = 10;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(OutboxMail {
            id: columns.take()?,
            recipient: columns.take()?,
            subject: columns.take()?,
            body_text: columns.take()?,
            body_html: columns.take()?,
            created_at: columns.take()?,
            sent_at: columns.take()?,
            attempts: columns.take()?,
            next_attempt_at: columns.take()?,
            last_error: columns.take()?,
        })
    }
}

impl Reader {
    /// A mail.
    pub async fn find_mail(&self, id: &MailId) -> Result<Option<OutboxMail>, Error> {
        self.query_opt(FIND, values![id]).await?.as_ref().map(OutboxMail::from_row).transpose()
    }

    /// Every mail, the latest first: for the local mailbox only.
    pub async fn list_mail(&self, page: &PageRequest) -> Result<Page<OutboxMail>, Error> {
        let (time, id) = page.below();
        let rows = self.query(LIST, values![time, id, page.fetch()]).await?;
        let place = |mail: &OutboxMail| Cursor::number(mail.created_at.0, mail.id.as_str());
        Ok(Page::cut(OutboxMail::from_rows(&rows)?, page, place))
    }

    /// Mails that are due at this time, the longest waiting first. Claim each before sending it.
    pub async fn list_due_mail(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxMail>, Error> {
        OutboxMail::from_rows(&self.query(DUE, values![now, limit]).await?)
    }

    /// When the next mail is due, if any waits.
    pub async fn next_mail_at(&self) -> Result<Option<Timestamp>, Error> {
        self.query_one(NEXT, values![]).await?.opt_time(0)
    }
}

impl Tx {
    /// Puts a mail into the outbox; it is due at once.
    pub async fn insert_mail(&self, new: &NewMail) -> Result<(), Error> {
        let values =
            values![&new.id, &new.recipient, &new.subject, &new.body_text, &new.body_html, self.now()];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Makes a due mail this node's to send until `lease_until`; then it is due again, unless its fate was told.
    /// `false` when another node was faster.
    pub async fn claim_mail(&self, mail: &OutboxMail, lease_until: Timestamp) -> Result<bool, Error> {
        let values = values![lease_until, &mail.id, mail.next_attempt_at, self.now()];
        Ok(self.query_opt(CLAIM, values).await?.is_some())
    }

    /// Remembers that a mail was sent, and forgets its words: they may hold a link that still works.
    pub async fn mail_sent(&self, id: &MailId) -> Result<(), Error> {
        self.execute(SENT, values![self.now(), id]).await?;
        Ok(())
    }

    /// Remembers why a mail could not be sent, and when to try again; `None` gives it up.
    pub async fn mail_failed(
        &self,
        id: &MailId,
        error: &str,
        next_attempt_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.execute(FAILED, values![next_attempt_at, error, id]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::examples::{NOW, empty, later, race, write};

    fn id(n: u8) -> MailId {
        MailId::new(NOW, [n; 10])
    }

    async fn written(store: &Store, n: u8, at: Timestamp) {
        let new = NewMail {
            id: id(n),
            recipient: "ada@hotel.example".to_owned(),
            subject: "Confirm your address".to_owned(),
            body_text: "https://id.example/?token=secret".to_owned(),
            body_html: "<p>".to_owned(),
        };
        write(store, at, |tx| async move { tx.insert_mail(&new).await }).await;
    }

    async fn due(store: &Store, at: Timestamp) -> Vec<OutboxMail> {
        store.reader().list_due_mail(at, 10).await.expect("mails")
    }

    #[tokio::test]
    async fn a_mail_is_due_until_it_is_sent_or_given_up_and_stays_readable() {
        let (_dir, store) = empty().await;
        written(&store, 1, NOW).await;
        written(&store, 2, later(5)).await;
        assert_eq!(store.reader().next_mail_at().await, Ok(Some(NOW)));
        assert_eq!(due(&store, later(4)).await.len(), 1);
        let [first, second] = due(&store, later(5)).await.try_into().expect("two mails");
        assert!(!format!("{first:?}").contains("secret"));
        write(&store, later(5), |tx| async move {
            assert!(tx.claim_mail(&first, later(65)).await?);
            assert!(tx.claim_mail(&second, later(65)).await?);
            tx.mail_sent(&first.id).await?;
            tx.mail_failed(&second.id, "connection refused", Some(later(30))).await
        })
        .await;
        assert!(due(&store, later(29)).await.is_empty());
        let [again] = due(&store, later(30)).await.try_into().expect("one mail");
        assert_eq!((again.attempts, again.last_error.as_deref()), (1, Some("connection refused")));
        write(&store, later(30), |tx| async move {
            tx.claim_mail(&again, later(90)).await?;
            tx.mail_failed(&again.id, "no such mailbox", None).await
        })
        .await;
        assert!(due(&store, later(9_000)).await.is_empty());
        assert_eq!(store.reader().next_mail_at().await, Ok(None));
        let sent = store.reader().find_mail(&id(1)).await.expect("a read").expect("the mail");
        assert_eq!(sent.sent_at, Some(later(5)));
        assert_eq!((sent.body_text.as_str(), sent.body_html.as_str()), ("", ""), "its links are forgotten");
        let page = store.reader().list_mail(&PageRequest::first(1)).await.expect("a page");
        assert_eq!(page.items.first().map(|mail| &mail.id), Some(&id(2)));
        let next = PageRequest { after: page.next, limit: 1 };
        let page = store.reader().list_mail(&next).await.expect("a page");
        assert_eq!((page.items.first().map(|mail| &mail.id), page.next), (Some(&id(1)), None));
    }

    #[tokio::test]
    async fn a_mail_whose_sender_died_is_due_again_after_the_lease_and_counts_the_attempt() {
        let (_dir, store) = empty().await;
        written(&store, 1, NOW).await;
        let mail = due(&store, NOW).await.remove(0);
        write(&store, NOW, |tx| async move { tx.claim_mail(&mail, later(60)).await }).await;
        assert!(due(&store, later(59)).await.is_empty());
        let [again] = due(&store, later(60)).await.try_into().expect("one mail");
        assert_eq!(again.attempts, 1);
        let early = again.clone();
        assert!(!write(&store, later(59), |tx| async move { tx.claim_mail(&early, later(99)).await }).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_nodes_one_sends_a_mail() {
        let (_dir, store) = empty().await;
        written(&store, 1, NOW).await;
        let mail = due(&store, NOW).await.remove(0);
        let claimed = race(&store, move |n, tx| {
            let mail = mail.clone();
            async move { tx.claim_mail(&mail, later(60 + u64::from(n))).await }
        });
        assert_eq!(claimed.await, 1);
    }
}
