//! Flows that were refused, with the reason in words for the owner of the app.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Where a flow was refused.
    FlowStage {
        /// At the authorization endpoint, or before the person had decided.
        Authorize = "authorize",
        /// Where requests are pushed.
        Pushed = "pushed",
        /// At the token endpoint.
        Token = "token",
        /// At userinfo.
        Userinfo = "userinfo",
        /// At introspection.
        Introspection = "introspection",
        /// At revocation.
        Revocation = "revocation",
        /// At the end-session endpoint.
        EndSession = "end_session",
        /// When the app is told that a session has ended.
        Logout = "logout",
        /// At the REST API.
        Api = "api",
    }
}

/// A refused flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowEvent {
    /// The request, as the error page and the log name it.
    pub request_id: String,
    /// The account that owns the app.
    pub account_id: AccountId,
    /// The app, where it is known.
    pub app_id: Option<AppId>,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub stage: FlowStage,
    /// The protocol's error code.
    pub error: String,
    /// What the owner of the app should know.
    pub hint: String,
    /// What else there is to know: a JSON object. Never a secret, a code or a token.
    pub detail: String,
}

/// A refused flow to be kept.
#[derive(Clone, Debug)]
pub struct NewFlowEvent {
    /// The request.
    pub request_id: String,
    /// The account that owns the app.
    pub account_id: AccountId,
    /// The app, where it is known.
    pub app_id: Option<AppId>,
    /// Where.
    pub stage: FlowStage,
    /// The protocol's error code.
    pub error: String,
    /// What the owner of the app should know.
    pub hint: String,
    /// What else there is to know: a JSON object. Never a secret, a code or a token.
    pub detail: String,
}

macro_rules! columns {
    () => {
        "request_id, account_id, app_id, at, stage, error, hint, detail"
    };
}

crate::sql! {
    FIND = concat!("select ", columns!(), " from flow_event where account_id = $1 and request_id = $2");
    LIST = concat!(
        "select ", columns!(), " from flow_event where account_id = $1 and (at, request_id) < ($2, $3)",
        " order by at desc, request_id desc limit $4"
    );
    LIST_OF_APP = concat!(
        "select ", columns!(), " from flow_event where account_id = $1 and app_id = $2",
        " and (at, request_id) < ($3, $4) order by at desc, request_id desc limit $5"
    );
    INSERT = concat!(
        "insert into flow_event (", columns!(), ") values ($1, $2, $3, $4, $5, $6, $7, $8)",
        " on conflict (request_id) do nothing"
    );
}

impl FromColumns for FlowEvent {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(FlowEvent {
            request_id: columns.take()?,
            account_id: columns.take()?,
            app_id: columns.take()?,
            at: columns.take()?,
            stage: columns.take()?,
            error: columns.take()?,
            hint: columns.take()?,
            detail: columns.take()?,
        })
    }
}

fn cut(items: Vec<FlowEvent>, page: &PageRequest) -> Page<FlowEvent> {
    Page::cut(items, page, |event| Cursor::number(event.at.0, &event.request_id))
}

impl Reader {
    /// What was refused in a request, if it was about an app of the account.
    pub async fn find_flow_event(
        &self,
        account: &AccountId,
        request_id: &str,
    ) -> Result<Option<FlowEvent>, Error> {
        self.query_opt(FIND, values![account, request_id])
            .await?
            .as_ref()
            .map(FlowEvent::from_row)
            .transpose()
    }

    /// What was refused to the account's apps, the latest first.
    pub async fn list_flow_events(
        &self,
        account: &AccountId,
        page: &PageRequest,
    ) -> Result<Page<FlowEvent>, Error> {
        let (time, id) = page.below();
        let rows = self.query(LIST, values![account, time, id, page.fetch()]).await?;
        Ok(cut(FlowEvent::from_rows(&rows)?, page))
    }

    /// What was refused to one of the account's apps, the latest first.
    pub async fn list_flow_events_of_app(
        &self,
        account: &AccountId,
        app: &AppId,
        page: &PageRequest,
    ) -> Result<Page<FlowEvent>, Error> {
        let (time, id) = page.below();
        let rows = self.query(LIST_OF_APP, values![account, app, time, id, page.fetch()]).await?;
        Ok(cut(FlowEvent::from_rows(&rows)?, page))
    }
}

impl Tx {
    /// Keeps why a flow was refused, in words that may quote what a stranger sent. Of one request, the first reason counts.
    pub async fn insert_flow_event(&self, new: &NewFlowEvent) -> Result<(), Error> {
        let values = values![
            &new.request_id,
            &new.account_id,
            new.app_id.as_ref(),
            self.now(),
            new.stage,
            &new.error,
            &new.hint,
            &new.detail,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, World, empty, later, world, write};

    fn refused(world: &World, request_id: &str, stage: FlowStage, app: bool) -> NewFlowEvent {
        NewFlowEvent {
            request_id: request_id.to_owned(),
            account_id: world.developer.clone(),
            app_id: app.then(|| world.app.clone()),
            stage,
            error: "invalid_grant".to_owned(),
            hint: "a code works once\0".to_owned(),
            detail: "{}".to_owned(),
        }
    }

    #[tokio::test]
    async fn the_owner_reads_why_a_flow_was_refused_and_nobody_else_does() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        for (n, stage) in (0..).zip(FlowStage::ALL) {
            let new = refused(world, &format!("req_{n}"), *stage, n % 2 == 0);
            write(&store, later(n), |tx| async move { tx.insert_flow_event(&new).await }).await;
        }
        let again =
            NewFlowEvent { hint: "another".to_owned(), ..refused(world, "req_0", FlowStage::Api, true) };
        write(&store, NOW, |tx| async move { tx.insert_flow_event(&again).await }).await;

        let reader = store.reader();
        let event =
            reader.find_flow_event(&world.developer, "req_0").await.expect("a read").expect("the event");
        assert_eq!((event.stage, event.hint.as_str()), (FlowStage::Authorize, "a code works once␀"));
        assert_eq!(reader.find_flow_event(&world.customer, "req_0").await, Ok(None));

        let stages = |items: &[FlowEvent]| items.iter().map(|event| event.stage).collect::<Vec<_>>();
        let page = reader.list_flow_events(&world.developer, &PageRequest::first(5)).await.expect("a page");
        let next = PageRequest { after: page.next, limit: 5 };
        let rest = reader.list_flow_events(&world.developer, &next).await.expect("a page");
        let mut all = stages(&page.items);
        all.extend(stages(&rest.items));
        all.reverse();
        assert_eq!((all.as_slice(), rest.next), (FlowStage::ALL, None));
        let page = PageRequest::first(10);
        let of_app =
            reader.list_flow_events_of_app(&world.developer, &world.app, &page).await.expect("a page");
        assert_eq!(of_app.items.len(), FlowStage::ALL.len().div_ceil(2));
        let of_app =
            reader.list_flow_events_of_app(&world.customer, &world.app, &page).await.expect("a page");
        assert!(of_app.items.is_empty());
    }
}
