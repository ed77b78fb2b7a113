//! The few numbers by which operators see how much is going on.

use crate::value::values;
use crate::{Error, Reader};

/// How many there are of what matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Accounts, suspended ones included.
    pub accounts: i64,
    /// People, disabled ones included.
    pub people: i64,
    /// Apps that are not deleted.
    pub apps: i64,
    /// Connections that have not ended.
    pub connections: i64,
}

crate::sql! {
    COUNT = "select (select count(*) from account), (select count(*) from person), \
        (select count(*) from app where deleted_at is null), (select count(*) from connection where ended_at is null)";
}

impl Reader {
    /// Counts everything of the server: for operators only.
    pub async fn count_figures(&self) -> Result<Figures, Error> {
        let row = self.query_one(COUNT, values![]).await?;
        Ok(Figures {
            accounts: row.int(0)?,
            people: row.int(1)?,
            apps: row.int(2)?,
            connections: row.int(3)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::EndReason;
    use crate::examples::{NOW, empty, world, write};

    #[tokio::test]
    async fn what_was_deleted_or_ended_is_not_counted() {
        let (_dir, store) = empty().await;
        assert_eq!(store.reader().count_figures().await, Ok(Figures::default()));
        let world = &world(&store).await;
        let all = Figures { accounts: 2, people: 1, apps: 1, connections: 1 };
        assert_eq!(store.reader().count_figures().await, Ok(all));
        write(&store, NOW, |tx| async move {
            tx.end_connection(&world.customer, &world.connection, None, EndReason::Disconnected).await?;
            tx.delete_app(&world.developer, &world.app, None).await
        })
        .await;
        let rest = Figures { apps: 0, connections: 0, ..all };
        assert_eq!(store.reader().count_figures().await, Ok(rest));
    }
}
