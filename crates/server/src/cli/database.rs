//! `grantry migrate`, `backup` and `restore`: the database as a whole.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use grantry_store::{PendingMigration, Role, Store, Target};
use serde_json::json;

use super::answer::Answer;
use super::open;
use crate::clock::Clock;
use crate::config::DataFlags;
use crate::keys;
use crate::start::{self, Settings, target};

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let target = target(&data.load()?);
        let steps = if self.dry_run {
            Store::pending_migrations(&target).await?
        } else {
            Store::migrate(&target, Clock::system().now()).await?
        };
        let step = |step: &PendingMigration| json!({ "version": step.version, "name": step.name });
        let object = json!({
            "migrations": steps.iter().map(step).collect::<Vec<_>>(),
            "applied": !self.dry_run,
        });
        let mut answer = Answer::new(object);
        if steps.is_empty() {
            return Ok(answer.line("The database is up to date."));
        }
        answer = answer.line(if self.dry_run { "To be applied:" } else { "Applied:" });
        for step in &steps {
            answer = answer.line(format!("  {}", step.name));
        }
        Ok(answer)
    }
}

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// A file that does not exist yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        app.store.backup(&self.file).await?;
        let bytes = std::fs::metadata(&self.file).with_context(|| self.file.display().to_string())?.len();
        let key = app.config.master_key_file();
        let object = json!({
            "file": self.file.display().to_string(),
            "bytes": bytes,
            "master_key_file": key.display().to_string(),
        });
        Ok(Answer::new(object)
            .line(format!("Everything as it is now is in {} ({bytes} bytes).", self.file.display()))
            .line(format!(
                "Keep {} too, in another place: the backup is of no use without it, and no danger.",
                key.display()
            )))
    }
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// A file that `grantry backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also where there is a database already; it is kept beside the restored one
    #[arg(long)]
    replace: bool,
}

impl Restore {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let config = data.load()?;
        let target = target(&config);
        if let (Target::Sqlite { dir }, false) = (&target, self.replace)
            && dir.join("grantry.db").exists()
        {
            bail!(
                "there is a database in {} already: name an empty directory with --data, or say --replace, which \
                 keeps the old database beside the restored one",
                dir.display()
            );
        }
        let kept = Store::restore(&target, &self.file).await?;
        let key = config.master_key_file();
        let object = json!({
            "data": config.server.data.display().to_string(),
            "kept": kept.as_ref().map(|kept| kept.display().to_string()),
        });
        let mut answer = Answer::new(object).line(format!(
            "{} is restored to {}.",
            self.file.display(),
            config.server.data.display()
        ));
        if let Some(kept) = kept {
            answer = answer.line(format!("The database that was there is kept as {}.", kept.display()));
        }
        match key_problem(Settings::new(config), &key).await {
            Some(problem) => Ok(answer.failed(problem)),
            None => Ok(answer.line("Start the server when you are ready.")),
        }
    }
}

/// Whether there is a database with something in it.
pub(super) async fn exists(target: &Target) -> anyhow::Result<bool> {
    if let Target::Sqlite { dir } = target {
        return Ok(dir.join("grantry.db").exists());
    }
    let pending = Store::pending_migrations(target).await?;
    Ok(pending.first().is_none_or(|first| first.version > 1))
}

/// What is wrong with the master key of a restored database: a new one would be made at the start and open nothing.
async fn key_problem(settings: Settings, key: &Path) -> Option<String> {
    if !key.exists() {
        return Some(format!(
            "the data is restored, and its master key is missing: put the one that belongs to this backup into {} \
             (mode 600) before you start the server",
            key.display()
        ));
    }
    let port = settings.config.first_port();
    match start::open(settings, Role::Command, (port, None)).await {
        Err(error) if error.is::<keys::Error>() => Some(format!("the data is restored, but {error}")),
        // An older schema is brought up to date by the server's start.
        Ok(_) | Err(_) => None,
    }
}
