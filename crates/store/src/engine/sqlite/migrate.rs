//! Brings a file's schema up to date. The write lock keeps two runners apart.

use super::copy;
use super::files::Files;
use super::statement::{execute, query, run};
use super::{OPENING, connect, off_the_runtime};
use crate::migration::{self, Applied, Migration, PendingMigration};
use crate::value::values;
use crate::{Error, OpenError, Role};
use grantry_oauth::time::Timestamp;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

const TABLE: &str = "create table if not exists schema_migration (
    version    integer not null,
    name       text    not null,
    checksum   text    not null,
    applied_at integer not null,
    constraint schema_migration_pkey primary key (version)
) strict";

const APPLIED: &str = "select version, name, checksum from schema_migration order by version";

fn text(migration: &Migration) -> &'static str {
    migration.sqlite
}

/// What the file in this directory lacks; nothing is made or changed.
pub(crate) async fn pending(dir: &Path) -> Result<Vec<PendingMigration>, OpenError> {
    let database = Files::in_dir(dir).database;
    off_the_runtime(move || {
        let applied = if database.exists() { applied(&existing(&database)?)? } else { Vec::new() };
        Ok(migration::pending(migration::ALL, &applied, text)?.iter().map(PendingMigration::from).collect())
    })
    .await
}

/// Applies what the file lacks, whoever asks; says what that was.
pub(crate) async fn migrate(dir: &Path, now: Timestamp) -> Result<Vec<PendingMigration>, OpenError> {
    let files = Files::in_dir(dir);
    off_the_runtime(move || {
        files.make()?;
        // What is complete is not touched: whoever only asks need not wait for writers.
        let applied = applied(&existing(&files.database)?)?;
        let lacking = migration::pending(migration::ALL, &applied, text)?;
        if lacking.is_empty() { Ok(Vec::new()) } else { apply(&files, migration::ALL, now) }
    })
    .await
}

/// Applies these steps when the store is opened.
pub(crate) fn open(
    files: &Files,
    steps: &'static [Migration],
    role: Role,
    now: Timestamp,
) -> Result<(), OpenError> {
    let applied = applied(&existing(&files.database)?)?;
    let lacking = migration::pending(steps, &applied, text)?;
    if migration::applies(steps, &applied, lacking, role)? {
        apply(files, steps, now)?;
    }
    Ok(())
}

/// The steps in the database, oldest first; none without the table.
pub(super) fn applied(connection: &Connection) -> Result<Vec<Applied>, Error> {
    let table = "select 1 from sqlite_master where type = 'table' and name = 'schema_migration'";
    if query(connection, table, &[])?.is_empty() {
        return Ok(Vec::new());
    }
    query(connection, APPLIED, &[])?
        .iter()
        .map(|row| Ok(Applied { version: row.int(0)?, name: row.text(1)?, checksum: row.text(2)? }))
        .collect()
}

fn existing(database: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(OPENING)?;
    Ok(connection)
}

fn apply(files: &Files, steps: &[Migration], now: Timestamp) -> Result<Vec<PendingMigration>, OpenError> {
    let connection = connect(&files.database, "pragma synchronous=full")?;
    connection.busy_timeout(OPENING).map_err(Error::from)?;
    // A step may make a table anew under the rows that point to it; they are checked at its end.
    connection.execute_batch("pragma foreign_keys=off").map_err(Error::from)?;
    let mut done = Vec::new();
    loop {
        run(&connection, "begin immediate")?;
        match step(&connection, files, (steps, now), done.is_empty()) {
            Ok(Some(step)) => {
                run(&connection, "commit")?;
                tracing::info!(version = step.version, name = step.name, "the schema was brought forward");
                done.push(step);
            }
            end => {
                run(&connection, "rollback")?;
                return end.map(|_| done);
            }
        }
    }
}

/// Applies the next step, if there is one. The first time, a database that holds something is copied before.
fn step(
    connection: &Connection,
    files: &Files,
    (steps, now): (&[Migration], Timestamp),
    is_first: bool,
) -> Result<Option<PendingMigration>, OpenError> {
    run(connection, TABLE)?;
    let applied = applied(connection)?;
    let Some(next) = migration::pending(steps, &applied, text)?.first() else { return Ok(None) };
    if let Some(newest) = applied.last().filter(|_| is_first) {
        let copy = files.dir.join(format!("grantry-schema-{}.db", newest.version));
        copy::replace(&files.database, &copy)?;
        tracing::info!(file = %copy.display(), "the database was backed up before its schema changes");
    }
    let failed = |cause: String| OpenError::FailedMigration {
        version: next.version,
        name: next.name.to_owned(),
        cause,
    };
    connection.execute_batch(next.sqlite).map_err(|cause| failed(cause.to_string()))?;
    if !query(connection, "pragma foreign_key_check", &[])?.is_empty() {
        return Err(failed("rows point to rows that are gone".to_owned()));
    }
    let values = values![next.version, next.name, migration::checksum(next.sqlite), now];
    let insert = "insert into schema_migration (version, name, checksum, applied_at) values ($1, $2, $3, $4)";
    execute(connection, insert, values)?;
    Ok(Some(next.into()))
}
