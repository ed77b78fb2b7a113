//! What the use of an app shows of it: whether its flow works, whether it comes back, which scopes anybody gave it.

use crate::id::{AccountId, AppId};
use crate::value::values;
use crate::{Error, Reader};
use grantry_oauth::time::Timestamp;

/// What is known from use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppEvidence {
    /// When it last exchanged a code for tokens; codes are forgotten with what came of them.
    pub exchanged_at: Option<Timestamp>,
    /// When it last got new tokens by a refresh token.
    pub refreshed_at: Option<Timestamp>,
    /// When an account connected it again after it had disconnected it.
    pub reconnected_at: Option<Timestamp>,
    /// The scopes that some account has, or had, given it, by name.
    pub granted_scopes: Vec<String>,
}

/// The name of an app that was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedName {
    /// The name.
    pub name: String,
    /// The client ID.
    pub client_id: String,
    /// The account that owns it.
    pub publisher: String,
}

crate::sql! {
    EXCHANGED = "select max(d.used_at) from connection c join access_grant g on g.connection_id = c.id \
        join authorization_code d on d.grant_id = g.id where c.app_id = $1";
    /// The time of last use is that of the issue until then.
    REFRESHED = "select max(case when t.used_at is not null then t.used_at else t.last_used_at end) \
        from connection c join access_grant g on g.connection_id = c.id join refresh_token t on t.grant_id = g.id \
        where c.app_id = $1 and (t.used_at is not null or t.last_used_at > t.created_at)";
    RECONNECTED = "select max(n.created_at) from connection n where n.app_id = $1 and exists (select 1 from connection o \
        where o.app_id = n.app_id and o.account_id = n.account_id and o.ended_at <= n.created_at and o.id <> n.id)";
    SCOPES = "select distinct s.scope from connection_scope s join connection c on c.id = s.connection_id \
        where c.app_id = $1 order by s.scope";
    NAMES = "select v.name, p.client_id, a.name from app p join app_version v on v.id = p.live_version_id \
        join account a on a.id = p.account_id where p.listing <> 'unlisted' and p.deleted_at is null \
        and p.account_id <> $1 order by p.client_id limit 50000";
}

impl Reader {
    /// What the use of an app shows.
    pub async fn find_app_evidence(&self, app: &AppId) -> Result<AppEvidence, Error> {
        let mut granted_scopes = Vec::new();
        for row in self.query(SCOPES, values![app]).await? {
            granted_scopes.push(row.text(0)?);
        }
        Ok(AppEvidence {
            exchanged_at: self.query_one(EXCHANGED, values![app]).await?.opt_time(0)?,
            refreshed_at: self.query_one(REFRESHED, values![app]).await?.opt_time(0)?,
            reconnected_at: self.query_one(RECONNECTED, values![app]).await?.opt_time(0)?,
            granted_scopes,
        })
    }

    /// The names of other accounts' approved apps, for finding those that look alike.
    pub async fn list_approved_names(&self, except: &AccountId) -> Result<Vec<ApprovedName>, Error> {
        let mut names = Vec::new();
        for row in self.query(NAMES, values![except]).await? {
            names.push(ApprovedName { name: row.text(0)?, client_id: row.text(1)?, publisher: row.text(2)? });
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Listing;
    use crate::connection::{ConnectionKind, EndReason};
    use crate::examples::{NOW, connect, empty, grant_id, later, world, write};
    use crate::id::ConnectionId;
    use crate::refresh_token::NewRefreshToken;
    use std::time::Duration;

    #[tokio::test]
    async fn an_app_that_nobody_used_shows_nothing_but_the_scopes_it_was_given() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let expected =
            AppEvidence { granted_scopes: vec!["folios.read".to_owned()], ..AppEvidence::default() };
        assert_eq!(store.reader().find_app_evidence(&world.app).await, Ok(expected));
    }

    #[tokio::test]
    async fn exchanging_refreshing_and_connecting_again_are_seen() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        write(&store, NOW, |tx| async move {
            let token = NewRefreshToken {
                hash: [1; 32],
                grant_id: grant_id(1),
                dpop_jkt: None,
                expires_at: NOW + Duration::from_secs(9_000),
            };
            tx.insert_refresh_token(&token).await
        })
        .await;
        let seen = store.reader().find_app_evidence(&world.app).await.expect("evidence");
        assert_eq!((seen.refreshed_at, seen.reconnected_at), (None, None), "issued, and used by nobody");
        write(&store, later(70), |tx| async move { tx.touch_refresh_tokens(&[([1; 32], later(60))]).await })
            .await;
        write(&store, later(80), |tx| async move {
            tx.end_connection(&world.customer, &world.connection, None, EndReason::Disconnected).await
        })
        .await;
        let again = crate::examples::World { connection: ConnectionId::new([2; 16]), ..world.clone() };
        let again = &again;
        write(&store, later(90), |tx| async move { connect(&tx, again, ConnectionKind::Account).await })
            .await;
        let seen = store.reader().find_app_evidence(&world.app).await.expect("evidence");
        assert_eq!((seen.refreshed_at, seen.reconnected_at), (Some(later(60)), Some(later(90))));
    }

    #[tokio::test]
    async fn only_approved_apps_of_others_are_compared_by_name() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        assert_eq!(store.reader().list_approved_names(&world.customer).await, Ok(Vec::new()));
        write(&store, NOW, |tx| async move { tx.set_listing(&world.app, Listing::Approved).await }).await;
        let names = store.reader().list_approved_names(&world.customer).await.expect("names");
        assert_eq!(names.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["My app"]);
        assert_eq!(store.reader().list_approved_names(&world.developer).await, Ok(Vec::new()));
    }
}
