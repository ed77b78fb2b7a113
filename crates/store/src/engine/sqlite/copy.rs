//! Copies of the whole database: backups, and a backup put in its place again.

use super::files::{Files, private};
use super::statement::{query, run};
use super::{OPENING, migrate, off_the_runtime};
use crate::migration;
use crate::{BackupError, Error};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Writes a copy to a file that must not exist, durable when this returns.
pub(super) fn backup(database: &Path, file: &Path) -> Result<(), BackupError> {
    if file.exists() {
        return Err(BackupError::Path {
            path: file.to_owned(),
            cause: std::io::Error::new(ErrorKind::AlreadyExists, "a file of this name is there already"),
        });
    }
    replace(database, file)
}

/// Writes a copy to a file, in place of one that is there.
pub(super) fn replace(database: &Path, file: &Path) -> Result<(), BackupError> {
    let at = |cause| BackupError::Path { path: file.to_owned(), cause };
    let mut name = file.file_name().ok_or_else(|| at(ErrorKind::InvalidInput.into()))?.to_owned();
    name.push(".partial");
    let partial = file.with_file_name(name);
    match std::fs::remove_file(&partial) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(at(cause)),
        _ => {}
    }
    // Made beforehand, for the sake of its permissions.
    private(&partial)?;
    let mut copy = Connection::open(&partial).map_err(Error::from)?;
    fill(&open(database)?, &mut copy)?;
    // One file that holds everything, rather than one that grows a log beside it when it is opened.
    copy.pragma_update(None, "journal_mode", "delete").map_err(Error::from)?;
    drop(copy);
    File::open(&partial).and_then(|partial| partial.sync_all()).map_err(at)?;
    std::fs::rename(&partial, file).map_err(at)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at)
}

/// Puts a backup in place of the database while no server runs. What was there before is kept in the file that this
/// answers; `None` when there was nothing.
pub(crate) async fn restore(dir: &Path, file: &Path) -> Result<Option<PathBuf>, BackupError> {
    let (files, file) = (Files::in_dir(dir), file.to_owned());
    off_the_runtime(move || restore_blocking(&files, &file)).await
}

fn restore_blocking(files: &Files, file: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !file.is_file() {
        return Err(BackupError::Path {
            path: file.to_owned(),
            cause: std::io::Error::new(ErrorKind::NotFound, "there is no such file"),
        });
    }
    let damaged = |error: Error| BackupError::NotABackup { path: file.to_owned(), cause: error.to_string() };
    let backup = open(file).map_err(damaged)?;
    let verdict = query(&backup, "pragma integrity_check(1)", &[]).map_err(damaged)?;
    let verdict = verdict.first().map_or(Ok(String::new()), |row| row.text(0))?;
    if verdict != "ok" {
        return Err(damaged(Error::Corrupt(verdict)));
    }
    let applied = migrate::applied(&backup).map_err(damaged)?;
    if applied.is_empty() {
        return Err(damaged(Error::Corrupt("no Grantry database".to_owned())));
    }
    migration::pending(migration::ALL, &applied, |step| step.sqlite)?;
    files.make()?;
    let _server = files.lock_server()?;
    let mut database = open(&files.database)?;
    let kept = if migrate::applied(&database)?.is_empty() {
        None
    } else {
        let kept = files.dir.join("grantry-before-restore.db");
        replace(&files.database, &kept)?;
        Some(kept)
    };
    fill(&backup, &mut database)?;
    // The copy brought the journal mode of the backup along.
    database.pragma_update(None, "journal_mode", "wal").map_err(Error::from)?;
    Ok(kept)
}

fn open(file: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(OPENING)?;
    run(&connection, "pragma synchronous=full")?;
    Ok(connection)
}

/// All pages in one step: one transaction on each side, so that nobody sees half of it.
fn fill(from: &Connection, to: &mut Connection) -> Result<(), Error> {
    let step = Backup::new(from, to)?.step(-1)?;
    if step == StepResult::Done { Ok(()) } else { Err(Error::Busy) }
}
