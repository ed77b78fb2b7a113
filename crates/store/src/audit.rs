//! The trail: who did what in an account, as an append-only chain in which every row covers the one before it.

use crate::account::containing;
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, PersonId};
use crate::page::{Cursor, Page, PageRequest};
use crate::person::Person;
use crate::value::{values, without_nul};
use crate::{Error, Reader, Row, Tx};
use aws_lc_rs::digest;
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What acted.
    ActorKind {
        /// Somebody who is signed in.
        Person = "person",
        /// An app, with a token of its own.
        App = "app",
        /// A command of the command line.
        Command = "command",
        /// The server by itself, such as at a key rotation.
        Server = "server",
        /// Somebody who is not signed in, such as at a sign-up.
        Anonymous = "anonymous",
    }
    /// What was done.
    Action {
        /// An account was made.
        AccountCreated = "account.created",
        /// An account was renamed, or its policy changed.
        AccountUpdated = "account.updated",
        /// An account was suspended.
        AccountSuspended = "account.suspended",
        /// A suspended account was resumed.
        AccountResumed = "account.resumed",
        /// A person was made.
        PersonCreated = "person.created",
        /// A person's name, address or claims changed.
        PersonUpdated = "person.updated",
        /// A person was disabled.
        PersonDisabled = "person.disabled",
        /// A disabled person was enabled.
        PersonEnabled = "person.enabled",
        /// A person became a member.
        MemberAdded = "member.added",
        /// A member was removed.
        MemberRemoved = "member.removed",
        /// A member's privileges, roles or state changed.
        MemberChanged = "member.changed",
        /// Somebody was invited.
        InvitationCreated = "invitation.created",
        /// An invitation was revoked.
        InvitationRevoked = "invitation.revoked",
        /// An invitation was sent again, with a new link.
        InvitationResent = "invitation.resent",
        /// An invitation was accepted.
        InvitationAccepted = "invitation.accepted",
        /// An invitation was declined by the person whom it was for.
        InvitationDeclined = "invitation.declined",
        /// Somebody signed in.
        SessionStarted = "session.started",
        /// Somebody signed out, or was signed out.
        SessionEnded = "session.ended",
        /// A sign-in was refused.
        SignInFailed = "sign_in.failed",
        /// A password was set.
        PasswordChanged = "password.changed",
        /// A link for setting a password was asked for.
        PasswordResetRequested = "password.reset_requested",
        /// An app was registered.
        AppCreated = "app.created",
        /// An app was edited.
        AppUpdated = "app.updated",
        /// An app was suspended.
        AppSuspended = "app.suspended",
        /// A suspended app was resumed.
        AppResumed = "app.resumed",
        /// An app was deleted.
        AppDeleted = "app.deleted",
        /// An app was shown in the store.
        AppPublished = "app.published",
        /// An app was approved.
        AppApproved = "app.approved",
        /// A change of an app was kept as a draft, to be submitted for approval.
        DraftSaved = "draft.saved",
        /// A draft was discarded.
        DraftDiscarded = "draft.discarded",
        /// A version of an app was submitted for approval.
        SubmissionMade = "submission.made",
        /// Its owner took a submission back.
        SubmissionWithdrawn = "submission.withdrawn",
        /// A reviewer took a submission on.
        SubmissionAssigned = "submission.assigned",
        /// A reviewer gave a submission back to the queue.
        SubmissionReleased = "submission.released",
        /// A submission was approved; its version is live.
        SubmissionApproved = "submission.approved",
        /// A submission was rejected.
        SubmissionRejected = "submission.rejected",
        /// A reviewer wants something changed before the submission can be approved.
        ChangesRequested = "submission.changes_requested",
        /// Something was said about a submission.
        SubmissionCommented = "submission.commented",
        /// An app was taken out of the store.
        AppUnpublished = "app.unpublished",
        /// What an app says of itself in the store was changed.
        ListingUpdated = "listing.updated",
        /// An app that registered itself is used by nobody.
        AppUnused = "app.unused",
        /// An app that registered itself was forgotten, because nobody used it.
        AppForgotten = "app.forgotten",
        /// An initial access token was made.
        RegistrationTokenCreated = "registration_token.created",
        /// An initial access token was revoked.
        RegistrationTokenRevoked = "registration_token.revoked",
        /// A client secret was made.
        SecretCreated = "secret.created",
        /// A client secret was revoked.
        SecretRevoked = "secret.revoked",
        /// An app is told at this address what happens to its connections.
        WebhookSet = "webhook.set",
        /// Deliveries are signed with another secret.
        WebhookSecretCreated = "webhook.secret_created",
        /// The secret before signs no more.
        WebhookSecretEnded = "webhook.secret_ended",
        /// What is to be told waits.
        WebhookPaused = "webhook.paused",
        /// What waited is told.
        WebhookResumed = "webhook.resumed",
        /// The app is told nothing any more.
        WebhookRemoved = "webhook.removed",
        /// The app's owner tried whether it is told.
        WebhookTested = "webhook.tested",
        /// Something is told again.
        WebhookReplayed = "webhook.replayed",
        /// An app was connected.
        ConnectionMade = "connection.made",
        /// A connection got more scopes.
        ConnectionExtended = "connection.extended",
        /// An app was disconnected.
        ConnectionEnded = "connection.ended",
        /// A member asked an admin to connect an app.
        ConnectionRequested = "connection.requested",
        /// An admin declined such a wish.
        ConnectionRequestDismissed = "connection.request_dismissed",
        /// A person said yes to an app.
        ConsentGiven = "consent.given",
        /// A person said no to an app.
        ConsentRefused = "consent.refused",
        /// A person took a yes back.
        ConsentWithdrawn = "consent.withdrawn",
        /// An API of the catalogue was added or replaced.
        ApiImported = "api.imported",
        /// An API left the catalogue, with its scopes.
        ApiRemoved = "api.removed",
        /// A secret of an API was made.
        ApiSecretCreated = "api_secret.created",
        /// A secret of an API was revoked.
        ApiSecretRevoked = "api_secret.revoked",
        /// A signing key was made.
        KeyCreated = "key.created",
        /// A signing key began to sign.
        KeyActivated = "key.activated",
        /// A signing key stopped signing.
        KeyRetired = "key.retired",
        /// The first operator was made.
        OperatorCreated = "operator.created",
        /// A setting changed.
        SettingChanged = "setting.changed",
        /// An app ended a person's session.
        Logout = "logout",
        /// An app gave a token back.
        TokenRevoked = "token.revoked",
        /// A code was presented twice.
        CodeReplayed = "code.replayed",
        /// A rotated refresh token was presented again.
        RefreshReplayed = "refresh.replayed",
    }
    /// What an entry is about.
    ObjectKind {
        /// An account.
        Account = "account",
        /// A person.
        Person = "person",
        /// A person as a member of the account.
        Member = "member",
        /// An invitation.
        Invitation = "invitation",
        /// A session.
        Session = "session",
        /// An app.
        App = "app",
        /// A version that was submitted for approval.
        Submission = "submission",
        /// An initial access token.
        RegistrationToken = "registration_token",
        /// A client secret.
        Secret = "secret",
        /// A connection.
        Connection = "connection",
        /// A wish that an admin connects an app.
        ConnectionRequest = "connection_request",
        /// A grant, with the tokens that came of it.
        Grant = "grant",
        /// An API of the catalogue.
        Api = "api",
        /// A secret of an API.
        ApiSecret = "api_secret",
        /// A signing key.
        Key = "key",
        /// A setting.
        Setting = "setting",
    }
}

/// Who acted. Id and label are as they were then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What it is.
    pub kind: ActorKind,
    /// Its id; empty for commands and the server.
    pub id: String,
    /// What people know it by, such as an address.
    pub label: String,
}

impl Actor {
    /// Somebody who is signed in, known by the address.
    #[must_use]
    pub fn person(person: &Person) -> Self {
        let label = person.email.clone();
        Actor { kind: ActorKind::Person, id: person.id.as_str().to_owned(), label }
    }

    /// An app, known by its client ID.
    #[must_use]
    pub fn app(id: &AppId, client_id: &str) -> Self {
        Actor { kind: ActorKind::App, id: id.as_str().to_owned(), label: client_id.to_owned() }
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn anonymous() -> Self {
        Actor { kind: ActorKind::Anonymous, id: String::new(), label: String::new() }
    }
}

/// Where a change comes from: every use-case gets one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who acts.
    pub actor: Actor,
    /// From which address; empty when there was no request.
    pub ip: String,
    /// In which request; empty when there was none.
    pub request_id: String,
}

impl Origin {
    /// The command line.
    #[must_use]
    pub fn command() -> Self {
        Self::local(ActorKind::Command, "command line")
    }

    /// The server by itself.
    #[must_use]
    pub fn server() -> Self {
        Self::local(ActorKind::Server, "server")
    }

    fn local(kind: ActorKind, label: &str) -> Self {
        let actor = Actor { kind, id: String::new(), label: label.to_owned() };
        Origin { actor, ip: String::new(), request_id: String::new() }
    }
}

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its id.
    pub id: String,
    /// What people know it by, such as a client ID.
    pub label: String,
}

impl Object {
    /// A thing with its id and what people know it by.
    pub fn new(kind: ObjectKind, id: impl Into<String>, label: impl Into<String>) -> Self {
        Object { kind, id: id.into(), label: label.into() }
    }
}

/// Whose trail something stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail<'a> {
    /// The server's own.
    Server,
    /// What was done in an account: its admins read it.
    Account(&'a AccountId),
    /// What was done with a person's sign-in. It is about no account, so no account's admins read it.
    Person(&'a PersonId),
}

impl<'a> Trail<'a> {
    /// What the rows of the chain carry: the ids of accounts and people never look alike, and the server has none.
    fn key(self) -> &'a str {
        match self {
            Trail::Server => "",
            Trail::Account(id) => id.as_str(),
            Trail::Person(id) => id.as_str(),
        }
    }
}

impl<'a> From<&'a AccountId> for Trail<'a> {
    fn from(account: &'a AccountId) -> Self {
        Trail::Account(account)
    }
}

impl<'a> From<&'a PersonId> for Trail<'a> {
    fn from(person: &'a PersonId) -> Self {
        Trail::Person(person)
    }
}

/// The server's own trail is that of no account.
impl<'a> From<Option<&'a AccountId>> for Trail<'a> {
    fn from(account: Option<&'a AccountId>) -> Self {
        account.map_or(Trail::Server, Trail::Account)
    }
}

/// Something done, to be written down.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// In whose trail.
    pub trail: Trail<'a>,
    /// What was done.
    pub action: Action,
    /// With what.
    pub object: Object,
    /// What else there is to know, such as what was there before and after. Never a secret, password or token.
    pub detail: serde_json::Value,
}

impl<'a> Entry<'a> {
    /// An entry without details.
    #[must_use]
    pub fn new(trail: impl Into<Trail<'a>>, action: Action, object: Object) -> Self {
        Entry { trail: trail.into(), action, object, detail: serde_json::json!({}) }
    }

    /// The same entry with a JSON object of details.
    #[must_use]
    pub fn with(self, detail: serde_json::Value) -> Self {
        Entry { detail, ..self }
    }
}

/// An entry as it stands in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, counted from 1 without gaps in each account.
    pub seq: i64,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// With what.
    pub object: Object,
    /// What else there is to know: a JSON object.
    pub detail: String,
    /// From which address.
    pub ip: String,
    /// In which request.
    pub request_id: String,
}

/// Which entries of an account are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only those about this thing: its kind and id.
    pub object: Option<(ObjectKind, String)>,
    /// Only actions that begin so, such as `app.`.
    pub action_prefix: String,
}

/// What became of checking a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// Every row is as it was written, and none is missing.
    Whole {
        /// How many there are.
        entries: i64,
    },
    /// The row with this number is missing, or not as it was written.
    BrokenAt(i64),
}

macro_rules! columns {
    () => {
        "seq, at, actor_kind, actor_id, actor_label, action, object_kind, object_id, object_label, detail, ip, \
         request_id"
    };
}

crate::sql! {
    LIST = concat!(
        "select ", columns!(), " from audit where account_id = $1 and seq < $2",
        " and (cast($3 as text) is null or (object_kind = cast($3 as text) and object_id = $4))",
        " and action like $5 escape '\\' order by seq desc limit $6"
    );
    CHAIN = concat!(
        "select ", columns!(), ", prev_hash, hash from audit where account_id = $1 and seq > $2",
        " order by seq limit 500"
    );
    PEOPLE = "select h.account_id from audit_head h join person p on p.id = h.account_id where h.account_id > $1 \
        order by h.account_id limit 500";
    HEAD = "select seq, hash from audit_head where account_id = $1";
    /// Takes the next number and answers the hash of the row before it. Others who add to this chain wait here.
    NEXT = "insert into audit_head (account_id, seq, hash) values ($1, 1, $2) \
        on conflict (account_id) do update set seq = audit_head.seq + 1 returning seq, hash";
    INSERT = concat!(
        "insert into audit (account_id, ", columns!(), ", prev_hash, hash)",
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    SET_HEAD = "update audit_head set hash = $1 where account_id = $2 and seq = $3";
}

/// What stands before the first row of a chain.
const GENESIS: [u8; 32] = [0; 32];

/// Hashes a row. Every field goes in with its length, so that no two rows are written alike.
struct Link(digest::Context);

impl Link {
    fn new(account: &str, prev: &[u8; 32]) -> Self {
        let mut link = Link(digest::Context::new(&digest::SHA256));
        link.bytes(b"grantry audit 1");
        link.bytes(prev);
        link.bytes(account.as_bytes());
        link
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_be_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_be_bytes());
    }

    fn finish(self) -> [u8; 32] {
        let mut hash = GENESIS;
        for (to, from) in hash.iter_mut().zip(self.0.finish().as_ref()) {
            *to = *from;
        }
        hash
    }
}

/// The position of the first of the ten text columns of `columns!`, and of what follows them.
const TEXTS: std::ops::Range<usize> = 2..12;

/// The hash of a stored row if it is the wanted one and continues the chain as it was written.
fn follow(account: &str, row: &Row, seq: i64, prev: &[u8; 32]) -> Option<[u8; 32]> {
    let mut link = Link::new(account, prev);
    link.number(row.int(0).ok().filter(|found| *found == seq)?);
    link.number(row.int(1).ok()?);
    for column in TEXTS {
        link.bytes(row.text(column).ok()?.as_bytes());
    }
    let hash = link.finish();
    let stored = |index| row.bytes(index).ok();
    (stored(TEXTS.end)? == prev && stored(TEXTS.end + 1)? == hash).then_some(hash)
}

impl FromColumns for AuditRow {
    const WIDTH: usize = 12;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(AuditRow {
            seq: columns.take()?,
            at: columns.take()?,
            actor: Actor { kind: columns.take()?, id: columns.take()?, label: columns.take()? },
            action: columns.take()?,
            object: Object { kind: columns.take()?, id: columns.take()?, label: columns.take()? },
            detail: columns.take()?,
            ip: columns.take()?,
            request_id: columns.take()?,
        })
    }
}

impl Reader {
    /// A trail, the latest first.
    pub async fn list_audit(
        &self,
        trail: impl Into<Trail<'_>>,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRow>, Error> {
        let kind = filter.object.as_ref().map(|(kind, _)| kind.as_str());
        let id = filter.object.as_ref().map_or("", |(_, id)| id);
        let contained = containing(&filter.action_prefix);
        let prefix = contained.strip_prefix('%').unwrap_or_default();
        let (before, _) = page.below();
        let rows =
            self.query(LIST, values![trail.into().key(), before, kind, id, prefix, page.fetch()]).await?;
        Ok(Page::cut(AuditRow::from_rows(&rows)?, page, |row| Cursor::number(row.seq, "")))
    }

    /// People who have a trail of their own, those after this one, at most 500.
    pub async fn list_people_with_trail(&self, after: Option<&PersonId>) -> Result<Vec<PersonId>, Error> {
        let rows = self.query(PEOPLE, values![after.map_or("", PersonId::as_str)]).await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Checks a whole chain, while others may be adding to it.
    pub async fn check_audit(&self, trail: impl Into<Trail<'_>>) -> Result<Chain, Error> {
        let account = trail.into().key();
        let (mut seq, mut hash, mut promised) = (0, GENESIS, 0);
        loop {
            let rows = self.query(CHAIN, values![account, seq]).await?;
            if rows.is_empty() && seq < promised {
                return Ok(Chain::BrokenAt(seq + 1));
            }
            for row in &rows {
                let Some(next) = follow(account, row, seq + 1, &hash) else {
                    return Ok(Chain::BrokenAt(seq + 1));
                };
                (seq, hash) = (seq + 1, next);
            }
            // Read after the rows: it may have moved on meanwhile, but can never be behind them.
            let (last, last_hash) = match self.query_opt(HEAD, values![account]).await? {
                Some(head) => (head.int(0)?, head.bytes(1)?),
                None => (0, GENESIS.to_vec()),
            };
            if last < seq {
                return Ok(Chain::BrokenAt(last.max(0) + 1));
            }
            if last == seq {
                let whole = last_hash == hash;
                return Ok(if whole { Chain::Whole { entries: seq } } else { Chain::BrokenAt(seq.max(1)) });
            }
            promised = last;
        }
    }
}

impl Tx {
    /// Writes down what this transaction does. The trail then tells of it exactly if it happened.
    pub async fn audit(&self, origin: &Origin, entry: &Entry<'_>) -> Result<(), Error> {
        let account = entry.trail.key();
        let head = self.query_one(NEXT, values![account, GENESIS]).await?;
        let columns = &mut head.columns();
        let (seq, prev): (i64, [u8; 32]) = (columns.take()?, columns.take()?);
        let detail = entry.detail.to_string();
        let (actor, object) = (&origin.actor, &entry.object);
        let texts = [
            actor.kind.as_str(),
            &actor.id,
            &actor.label,
            entry.action.as_str(),
            object.kind.as_str(),
            &object.id,
            &object.label,
            &detail,
            &origin.ip,
            &origin.request_id,
        ]
        .map(|text| without_nul(text).into_owned());
        let mut link = Link::new(account, &prev);
        link.number(seq);
        link.number(self.now().0);
        for text in &texts {
            link.bytes(text.as_bytes());
        }
        let hash = link.finish();
        let mut row = values![account, seq, self.now()].to_vec();
        row.extend(texts.map(crate::Value::from));
        row.extend([crate::Value::from(prev), crate::Value::from(hash)]);
        self.execute(INSERT, &row).await?;
        self.execute(SET_HEAD, values![hash, account, seq]).await?;
        Ok(())
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
