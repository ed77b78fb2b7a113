//! Consents: what a person has said yes to, in whatever account, and taking it back.

use crate::account::{Account, account_columns};
use crate::columns::{Columns, FromColumns};
use crate::connection::{
    ConnectedApp, Connection, ConnectionKind, EndReason, Listed, connection_columns, gather,
};
use crate::id::{AccountId, ConnectionId, PersonId};
use crate::page::{Page, PageRequest};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};

/// An app that a person has said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenConsent {
    /// The app and the connection; its scopes are those that this person has said yes to.
    pub app: ConnectedApp,
    /// The account for which it was.
    pub account: Account,
}

crate::sql! {
    LIST = concat!(
        "with page as (select c.id from connection c",
        " where c.id in (select k.connection_id from connection_consent k where k.person_id = $1)",
        " and c.ended_at is null and (c.created_at, c.id) < ($2, $3)",
        " order by c.created_at desc, c.id desc limit $4)",
        " select ", connection_columns!(), ", p.client_id, p.kind, p.state, v.name, v.logo_id, o.name, g.email, ",
        account_columns!("a"), ", s.scope",
        " from page join connection c on c.id = page.id join app p on p.id = c.app_id",
        " join app_version v on v.id = p.live_version_id join account o on o.id = p.account_id",
        " join account a on a.id = c.account_id left join person g on g.id = c.granted_by",
        " join connection_consent s on s.connection_id = c.id and s.person_id = $1",
        " order by c.created_at desc, c.id desc, s.scope"
    );
    FIND = "select c.account_id, c.kind from connection c where c.id = $1 and c.ended_at is null \
        and exists (select k.scope from connection_consent k where k.connection_id = c.id and k.person_id = $2)";
    FORGET = "delete from connection_consent where connection_id = $1 and person_id = $2";
    END_GRANTS = "update access_grant set ended_at = $1, end_reason = $2 \
        where connection_id = $3 and person_id = $4 and ended_at is null";
    REVOKE_REFRESH = "update refresh_token set revoked_at = $1 where revoked_at is null \
        and grant_id in (select g.id from access_grant g where g.connection_id = $2 and g.person_id = $3)";
}

impl FromColumns for GivenConsent {
    const WIDTH: usize = ConnectedApp::WIDTH + Account::WIDTH;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(GivenConsent { app: columns.nested()?, account: columns.nested()? })
    }
}

impl Listed for GivenConsent {
    fn connection(&self) -> &Connection {
        &self.app.connection
    }

    fn scopes(&mut self) -> &mut Vec<String> {
        &mut self.app.scopes
    }
}

impl Reader {
    /// What a person has said yes to, over all accounts; the newest connection first.
    pub async fn list_consents(
        &self,
        person: &PersonId,
        page: &PageRequest,
    ) -> Result<Page<GivenConsent>, Error> {
        let (time, id) = page.below();
        gather(&self.query(LIST, values![person, time, id, page.fetch()]).await?, page)
    }
}

impl Tx {
    /// Takes a person's yes back: the person's grants end with their refresh tokens, and the person is asked again. A
    /// personal connection ends with it; an account's stays for the others. Answers the account; `None` when the
    /// person has not said yes to this.
    pub async fn withdraw_consent(
        &self,
        person: &PersonId,
        connection: &ConnectionId,
    ) -> Result<Option<AccountId>, Error> {
        let Some(row) = self.query_opt(FIND, values![connection, person]).await? else { return Ok(None) };
        let columns = &mut row.columns();
        let (account, kind): (AccountId, ConnectionKind) = (columns.take()?, columns.take()?);
        self.execute(FORGET, values![connection, person]).await?;
        let reason = EndReason::ConsentWithdrawn;
        match kind {
            ConnectionKind::Personal => {
                self.end_connection(&account, connection, Some(person), reason).await?;
            }
            ConnectionKind::Account => {
                self.execute(END_GRANTS, values![self.now(), reason, connection, person]).await?;
                self.execute(REVOKE_REFRESH, values![self.now(), connection, person]).await?;
                self.changed(ChangeKind::Connection, connection.as_str()).await?;
            }
        }
        Ok(Some(account))
    }
}
