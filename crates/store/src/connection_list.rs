//! The connections of an account's apps in the order in which they changed, for programs that keep a copy of them.

use crate::columns::{Columns, FromColumns};
use crate::connection::{ConnectionKind, EndReason};
use crate::id::{AccountId, ConnectionId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{Error, Reader};
use grantry_oauth::time::Timestamp;

/// A connection as the account that owns the app sees it, also after its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppConnection {
    /// Its id.
    pub id: ConnectionId,
    /// The app's client ID.
    pub client_id: String,
    /// The code of the account that connected it.
    pub account_code: String,
    /// That account's name.
    pub account_name: String,
    /// Whose it is.
    pub kind: ConnectionKind,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was made, got more scopes or ended, whichever was last.
    pub changed_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// The scopes, by name.
    pub scopes: Vec<String>,
}

crate::sql! {
    LIST = "with page as (select c.id from connection c join app p on p.id = c.app_id where p.account_id = $1 \
        and c.updated_at >= $2 and (c.updated_at, c.id) > ($3, $4) order by c.updated_at, c.id limit $5) \
        select c.id, p.client_id, a.code, a.name, c.kind, c.created_at, c.updated_at, c.ended_at, c.end_reason, s.scope \
        from page join connection c on c.id = page.id join app p on p.id = c.app_id \
        join account a on a.id = c.account_id left join connection_scope s on s.connection_id = c.id \
        order by c.updated_at, c.id, s.scope";
}

impl FromColumns for AppConnection {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(AppConnection {
            id: columns.take()?,
            client_id: columns.take()?,
            account_code: columns.take()?,
            account_name: columns.take()?,
            kind: columns.take()?,
            created_at: columns.take()?,
            changed_at: columns.take()?,
            ended_at: columns.take()?,
            end_reason: columns.take()?,
            scopes: Vec::new(),
        })
    }
}

impl Reader {
    /// The connections of the account's apps that changed at this time or later, the oldest change first.
    pub async fn list_connections_of_apps(
        &self,
        owner: &AccountId,
        since: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<AppConnection>, Error> {
        let (number, id) = page.beyond();
        let rows = self.query(LIST, values![owner, since, number, id, page.fetch()]).await?;
        let mut items: Vec<AppConnection> = Vec::new();
        // The rows of a connection are neighbours.
        for row in &rows {
            let columns = &mut row.columns();
            let mut item: AppConnection = columns.nested()?;
            let scope: Option<String> = columns.take()?;
            match items.last_mut().filter(|last| last.id == item.id) {
                Some(last) => last.scopes.extend(scope),
                None => {
                    item.scopes.extend(scope);
                    items.push(item);
                }
            }
        }
        Ok(Page::cut(items, page, |item| Cursor::number(item.changed_at.0, item.id.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, empty, later, world, write};

    #[tokio::test]
    async fn what_changed_comes_in_its_order_with_the_ends_and_only_to_the_owner() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let w = &world;
        let list = |owner, since| {
            let reader = store.reader();
            async move {
                let page = reader.list_connections_of_apps(owner, since, &PageRequest::first(9)).await;
                page.expect("a page").items
            }
        };
        let [made] = list(&w.developer, NOW).await.try_into().expect("one");
        assert_eq!((made.ended_at, made.scopes.as_slice()), (None, ["folios.read".to_owned()].as_slice()));
        assert!(list(&w.customer, NOW).await.is_empty(), "who has connected it is not its owner");
        assert!(list(&w.developer, later(1)).await.is_empty());
        write(&store, later(5), |tx| async move {
            tx.end_connection(&w.customer, &w.connection, None, EndReason::Disconnected).await
        })
        .await;
        let [ended] = list(&w.developer, later(5)).await.try_into().expect("one");
        assert_eq!((ended.changed_at, ended.ended_at), (later(5), Some(later(5))));
        assert_eq!(ended.end_reason, Some(EndReason::Disconnected));
    }
}
