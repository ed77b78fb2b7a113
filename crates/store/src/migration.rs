//! The steps by which the schema has grown, and which of them a database still lacks. They only go forward.

use crate::{OpenError, Role};
use aws_lc_rs::digest::{SHA256, digest};

/// One step, in the words of each engine.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// Every step, oldest first. What was released is never edited: databases remember what they were made by.
pub(crate) const ALL: &[Migration] = &[
    migration!(1, "0001_init"),
    migration!(2, "0002_requests"),
    migration!(3, "0003_proofs"),
    migration!(4, "0004_machines"),
    migration!(5, "0005_keys"),
    migration!(6, "0006_people"),
    migration!(7, "0007_outliving"),
    migration!(8, "0008_suites"),
    migration!(9, "0009_approval"),
    migration!(10, "0010_store"),
    migration!(11, "0011_webhooks"),
];

/// A step that is already in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) checksum: String,
}

/// A step that a database lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingMigration {
    /// Its number: the database's schema version once it is applied.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
}

impl From<&Migration> for PendingMigration {
    fn from(migration: &Migration) -> Self {
        PendingMigration { version: migration.version, name: migration.name }
    }
}

/// The newest schema version among some steps.
pub(crate) fn newest(steps: &[Migration]) -> i64 {
    steps.last().map_or(0, |newest| newest.version)
}

/// SHA-256 of a step's text, in hex.
pub(crate) fn checksum(text: &str) -> String {
    checksum_of(text.as_bytes())
}

/// SHA-256 in hex.
pub(crate) fn checksum_of(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Which of this program's `steps` a database still lacks. An error when the `applied` ones, oldest first, are not the
/// first of them, text for text.
pub(crate) fn pending<'a>(
    steps: &'a [Migration],
    applied: &[Applied],
    text: fn(&Migration) -> &'static str,
) -> Result<&'a [Migration], OpenError> {
    let known = newest(steps);
    if let Some(newest) = applied.last().filter(|newest| newest.version > known) {
        return Err(OpenError::NewerSchema { found: newest.version, known });
    }
    for (index, step) in applied.iter().enumerate() {
        let same = steps
            .get(index)
            .is_some_and(|ours| ours.version == step.version && checksum(text(ours)) == step.checksum);
        if !same {
            return Err(OpenError::ChangedMigration { version: step.version, name: step.name.clone() });
        }
    }
    Ok(steps.get(applied.len()..).unwrap_or_default())
}

/// What opening does about what is lacking: whether to apply it. A command makes a new schema, but leaves an older one
/// to the server.
pub(crate) fn applies(
    steps: &[Migration],
    applied: &[Applied],
    lacking: &[Migration],
    role: Role,
) -> Result<bool, OpenError> {
    match (applied.last(), role) {
        _ if lacking.is_empty() => Ok(false),
        (Some(step), Role::Command) => {
            Err(OpenError::OlderSchema { found: step.version, known: newest(steps) })
        }
        _ => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied() -> Vec<Applied> {
        ALL.iter()
            .map(|step| Applied {
                version: step.version,
                name: step.name.to_owned(),
                checksum: checksum(step.sqlite),
            })
            .collect()
    }

    #[test]
    fn the_list_holds_every_file_in_order() {
        for engine in ["sqlite", "postgres"] {
            let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect();
            files.sort();
            let listed: Vec<String> = ALL.iter().map(|step| format!("{}.sql", step.name)).collect();
            assert_eq!(files, listed, "{engine}");
        }
        assert!(ALL.is_sorted_by(|one, next| one.version < next.version));
        for step in ALL {
            let number = step.version;
            assert!(step.name.starts_with(&format!("{number:04}_")), "{}", step.name);
        }
    }

    #[test]
    fn what_is_applied_is_not_pending_and_an_empty_database_lacks_everything() {
        assert_eq!(pending(ALL, &applied(), |step| step.sqlite).expect("known steps").len(), 0);
        assert_eq!(pending(ALL, &[], |step| step.sqlite).expect("no steps").len(), ALL.len());
    }

    #[test]
    fn a_newer_or_another_schema_is_refused() {
        let mut newer = applied();
        newer.push(Applied { version: newest(ALL) + 1, name: "later".to_owned(), checksum: String::new() });
        let refused = pending(ALL, &newer, |step| step.sqlite).expect_err("newer");
        assert!(
            matches!(refused, OpenError::NewerSchema { found, known: ours } if found == ours + 1),
            "{refused}"
        );
        let mut changed = applied();
        changed[0].checksum.replace_range(0..1, "x");
        let refused = pending(ALL, &changed, |step| step.sqlite).expect_err("changed");
        assert!(matches!(refused, OpenError::ChangedMigration { version: 1, .. }), "{refused}");
    }
}
