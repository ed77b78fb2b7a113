//! Brings a database's schema up to date. An advisory lock keeps two runners apart.

use super::server::Server;
use super::{parameters, value};
use crate::migration::{self, Applied, Migration, PendingMigration};
use crate::value::values;
use crate::{Durability, Error, OpenError, Role};
use grantry_oauth::time::Timestamp;
use tokio_postgres::Client;

const TABLE: &str = "create table if not exists schema_migration (
    version    bigint not null,
    name       text   not null,
    checksum   text   not null,
    applied_at bigint not null,
    constraint schema_migration_pkey primary key (version)
)";

const APPLIED: &str = "select version, name, checksum from schema_migration order by version";

/// A number that no other program takes: the letters of "grantry".
const LOCK: &str = "select pg_advisory_lock(29117685391716985)";

fn text(migration: &Migration) -> &'static str {
    migration.postgres
}

/// What the database lacks; nothing is made or changed.
pub(crate) async fn pending(url: &str) -> Result<Vec<PendingMigration>, OpenError> {
    let client = Server::new(url, Durability::Full)?.connect(None).await?;
    Ok(migration::pending(migration::ALL, &applied(&client).await?, text)?
        .iter()
        .map(PendingMigration::from)
        .collect())
}

/// Applies what the database lacks, whoever asks; says what that was.
pub(crate) async fn migrate(url: &str, now: Timestamp) -> Result<Vec<PendingMigration>, OpenError> {
    let mut client = Server::new(url, Durability::Full)?.connect(None).await?;
    apply(&mut client, migration::ALL, now).await
}

/// Applies these steps when the store is opened.
pub(super) async fn open(
    server: &Server,
    steps: &[Migration],
    role: Role,
    now: Timestamp,
) -> Result<(), OpenError> {
    let mut client = server.connect(None).await?;
    let applied = applied(&client).await?;
    let lacking = migration::pending(steps, &applied, text)?;
    if migration::applies(steps, &applied, lacking, role)? {
        apply(&mut client, steps, now).await?;
    }
    Ok(())
}

/// The steps in the database, oldest first; none without the table.
async fn applied(client: &Client) -> Result<Vec<Applied>, Error> {
    let table = client.query_one("select to_regclass('schema_migration') is not null", &[]).await?;
    if !value::row(&table)?.bool(0)? {
        return Ok(Vec::new());
    }
    let rows = client.query(APPLIED, &[]).await?;
    rows.iter()
        .map(|row| {
            let row = value::row(row)?;
            Ok(Applied { version: row.int(0)?, name: row.text(1)?, checksum: row.text(2)? })
        })
        .collect()
}

async fn apply(
    client: &mut Client,
    steps: &[Migration],
    now: Timestamp,
) -> Result<Vec<PendingMigration>, OpenError> {
    // Another runner, or a step over many rows, takes the time that it takes.
    run(client, "set statement_timeout = 0").await?;
    run(client, LOCK).await?;
    run(client, TABLE).await?;
    let lacking = migration::pending(steps, &applied(client).await?, text)?;
    for step in lacking {
        let failed = |error: tokio_postgres::Error| OpenError::FailedMigration {
            version: step.version,
            name: step.name.to_owned(),
            cause: super::error::causes(&error),
        };
        // Dropped before its end, it is rolled back.
        let transaction = client.transaction().await.map_err(failed)?;
        transaction.batch_execute(step.postgres).await.map_err(failed)?;
        let values = values![step.version, step.name, migration::checksum(step.postgres), now];
        let insert =
            "insert into schema_migration (version, name, checksum, applied_at) values ($1, $2, $3, $4)";
        transaction.execute(insert, &parameters(values)).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        tracing::info!(version = step.version, name = step.name, "the schema was brought forward");
    }
    Ok(lacking.iter().map(PendingMigration::from).collect())
}

async fn run(client: &Client, statement: &str) -> Result<(), Error> {
    Ok(client.batch_execute(statement).await?)
}
