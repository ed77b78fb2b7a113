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
        where connection_id = $3 and person_id = $4 and ended_at is null returning id";
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
                let ended = values![self.now(), reason, connection, person];
                self.revoke_grants(&self.query(END_GRANTS, ended).await?)?;
                self.execute(REVOKE_REFRESH, values![self.now(), connection, person]).await?;
                self.changed(ChangeKind::Connection, connection.as_str()).await?;
            }
        }
        Ok(Some(account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::account::AccountKind;
    use crate::connection::NewConnection;
    use crate::examples::{NOW, World, account, account_id, connect, empty, grant_id, person, world, write};
    use crate::grant::NewGrant;

    async fn consents(store: &Store, person: &PersonId) -> Vec<(String, Vec<String>)> {
        let page = store.reader().list_consents(person, &PageRequest::first(10)).await.expect("a page");
        page.items.into_iter().map(|given| (given.account.code, given.app.scopes)).collect()
    }

    /// A colleague says yes to less of the same connection, and gets a grant of it.
    async fn colleague(store: &Store, world: &World) -> PersonId {
        let bob = person(2, "bob@hotel.example");
        let id = &bob.id;
        let grant = NewGrant { person_id: id.clone(), ..world.new_grant(2, "openid") };
        write(store, NOW, |tx| async move {
            tx.insert_person(&bob).await?;
            tx.insert_member(&world.customer, &bob.id, false, false).await?;
            tx.record_consent(&world.connection, &bob.id, &["openid".to_owned()]).await?;
            tx.insert_grant(&grant).await
        })
        .await;
        PersonId::new([2; 16])
    }

    async fn stands(store: &Store, n: u8) -> bool {
        let state = store.reader().find_grant(&grant_id(n)).await.expect("a read").expect("the grant");
        !state.standing().ended
    }

    // security: U04
    #[tokio::test]
    async fn people_see_what_they_said_yes_to_themselves_in_every_account() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        let bob = colleague(&store, world).await;
        write(&store, NOW, |tx| async move {
            tx.insert_account(&account(3, "HTL2", AccountKind::Customer)).await?;
            tx.insert_member(&account_id(3), &world.person, true, false).await?;
            let new = NewConnection {
                id: ConnectionId::new([3; 16]),
                app_id: world.app.clone(),
                account_id: account_id(3),
                kind: ConnectionKind::Personal,
                person_id: world.person.clone(),
            };
            tx.open_connection(&new).await?;
            tx.record_consent(&new.id, &world.person, &["openid".to_owned(), "email".to_owned()]).await
        })
        .await;
        let given = |code: &str, scopes: &[&str]| {
            (code.to_owned(), scopes.iter().map(|&scope| scope.to_owned()).collect::<Vec<_>>())
        };
        let of_ada = [given("HTL2", &["email", "openid"]), given("HTL1", &["folios.read"])];
        assert_eq!(consents(&store, &world.person).await, of_ada);
        assert_eq!(consents(&store, &bob).await, [given("HTL1", &["openid"])]);
    }

    // security: U04
    #[tokio::test]
    async fn taking_a_yes_back_ends_what_it_gave_and_leaves_the_accounts_connection_to_the_others() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        let bob = &colleague(&store, world).await;
        let withdrawn = write(&store, NOW, |tx| async move {
            let account = tx.withdraw_consent(bob, &world.connection).await?;
            assert_eq!(tx.withdraw_consent(bob, &world.connection).await?, None, "once");
            Ok(account)
        });
        assert_eq!(withdrawn.await.as_ref(), Some(&world.customer));
        assert!(!stands(&store, 2).await);
        assert!(stands(&store, 1).await, "somebody else's");
        let reader = store.reader();
        let standing =
            reader.list_standing_connections(&world.app, &world.customer, bob).await.expect("a read");
        let [standing] = standing.as_slice() else { panic!("only the account's connection: {standing:?}") };
        assert_eq!((standing.granted.len(), standing.consented.len()), (1, 0), "asked again");
    }

    // security: U04
    #[tokio::test]
    async fn taking_a_yes_back_ends_a_personal_connection_and_nobody_elses() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        let bob = &colleague(&store, world).await;
        let personal = World { connection: ConnectionId::new([3; 16]), ..world.clone() };
        let personal = &personal;
        write(&store, NOW, |tx| async move {
            connect(&tx, personal, ConnectionKind::Personal).await?;
            tx.insert_grant(&personal.new_grant(3, "openid")).await?;
            assert_eq!(tx.withdraw_consent(bob, &personal.connection).await?, None, "not his");
            assert!(tx.withdraw_consent(&world.person, &personal.connection).await?.is_some());
            assert_eq!(tx.find_connection(&world.customer, &personal.connection).await?, None);
            assert!(tx.find_connection(&world.customer, &world.connection).await?.is_some());
            Ok(())
        })
        .await;
        assert!(!stands(&store, 3).await);
        assert!(stands(&store, 1).await);
    }
}
