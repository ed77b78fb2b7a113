//! Importing a catalogue: APIs of the same name are replaced, others stay, and no scope in use disappears.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::catalogue::{Api, ScopeInUse};
use grantry_store::{Error, Store};

use super::file;
use crate::clock::Clock;

/// The catalogue of a fresh server.
pub(super) const SAMPLE: &str = include_str!("sample.toml");

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    pub apis: usize,
    pub scopes: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// Scopes that the file leaves out, and who has them.
    #[error("{}", in_use(.0))]
    InUse(Vec<ScopeInUse>),
    /// An API that is not in the file has a scope of this name.
    #[error("a scope of the file belongs to another API already")]
    ScopeTaken,
    /// An API that is not in the file has this resource.
    #[error("a resource of the file belongs to another API already")]
    ResourceTaken,
    #[error(transparent)]
    Store(#[from] Error),
}

fn in_use(scopes: &[ScopeInUse]) -> String {
    let each =
        scopes.iter().map(|s| format!("{} (apps: {}, connections: {})", s.scope, s.apps, s.connections));
    let list = each.collect::<Vec<_>>().join(", ");
    format!(
        "the file leaves out scopes that are in use: {list}. Keep them, or write `retired = true` there: then no new \
         app can ask for them and what was granted stays"
    )
}

/// The API whose scopes open this server's own REST API: it stays, also when a file does not name it.
const OWN: &str = "identity";

/// What becomes of the APIs that the file does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They stay as they are.
    Stay,
    /// They go, with their scopes: the file is the whole catalogue.
    Go,
}

/// Imports the whole file, or nothing.
///
/// # Errors
/// What stands in the way.
pub async fn import(
    store: &Store,
    clock: &Clock,
    origin: &Origin,
    (apis, others): (&[Api], Others),
) -> Result<Imported, NotImported> {
    let done = store
        .write(clock.now(), |tx| async move {
            let mut missing = Vec::new();
            let known = if others == Others::Go { tx.list_apis().await? } else { Vec::new() };
            for api in known {
                if api.name == OWN || apis.iter().any(|kept| kept.name == api.name) {
                    continue;
                }
                missing.extend(tx.delete_api(&api.name).await?);
                let object = Object::new(ObjectKind::Api, &api.name, &api.display_name);
                tx.audit(origin, &Entry::new(None, Action::ApiRemoved, object)).await?;
            }
            for api in apis {
                missing.extend(tx.put_api(api).await?);
                let object = Object::new(ObjectKind::Api, &api.name, &api.display_name);
                let names: Vec<&str> = api.scopes.iter().map(|scope| scope.name.as_str()).collect();
                let detail = serde_json::json!({ "scopes": names });
                tx.audit(origin, &Entry::new(None, Action::ApiImported, object).with(detail)).await?;
            }
            if missing.is_empty() { Ok(()) } else { Err(NotImported::InUse(missing)) }
        })
        .await;
    match done {
        Ok(()) => {
            let scopes = apis.iter().map(|api| api.scopes.len()).sum();
            Ok(Imported { apis: apis.len(), scopes })
        }
        Err(NotImported::Store(error)) if error.is_conflict("api_scope_pkey") => Err(NotImported::ScopeTaken),
        Err(NotImported::Store(error)) if error.is_conflict("api_resource_pkey") => {
            Err(NotImported::ResourceTaken)
        }
        Err(other) => Err(other),
    }
}

/// Gives a server without any API the sample catalogue.
///
/// # Errors
/// The store's.
pub async fn ensure_sample(store: &Store, clock: &Clock) -> anyhow::Result<()> {
    if store.reader().list_apis().await?.is_empty() {
        let apis = file::parse(SAMPLE, clock.now())?;
        import(store, clock, &Origin::server(), (&apis, Others::Stay)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantry_store::{Durability, Role, StoreConfig, Target};

    async fn fresh() -> (tempfile::TempDir, Store, Clock) {
        let dir = tempfile::tempdir().expect("a directory");
        let target = Target::Sqlite { dir: dir.path().to_owned() };
        let config = StoreConfig { target, role: Role::Command, durability: Durability::Off };
        let clock = Clock::system();
        let store = Store::open(&config, clock.now()).await.expect("a store");
        (dir, store, clock)
    }

    #[tokio::test]
    async fn a_fresh_server_has_the_sample_and_keeps_what_the_operator_made_of_it() {
        let (_dir, store, clock) = fresh().await;
        ensure_sample(&store, &clock).await.expect("a catalogue");
        let apis = store.reader().list_apis().await.expect("APIs");
        assert_eq!(apis.len(), 9);
        let own = "[[api]]\nname = \"mcp\"\ndisplay_name = \"Robots\"\n[[api.scope]]\nname = \"walk\"\ndisplay_name = \"Walk\"";
        let own = file::parse(own, clock.now()).expect("well formed");
        let done = import(&store, &clock, &Origin::command(), (&own, Others::Stay))
            .await
            .expect("nobody uses MCP yet");
        assert_eq!(done, Imported { apis: 1, scopes: 1 });
        ensure_sample(&store, &clock).await.expect("nothing to do");
        let apis = store.reader().list_apis().await.expect("APIs");
        let robots = apis.iter().find(|api| api.name == "mcp").expect("the API stays where it was");
        assert_eq!(robots.scopes.len(), 1);
        assert_eq!(apis.len(), 9);
    }

    #[tokio::test]
    async fn a_file_can_be_the_whole_catalogue_and_the_servers_own_api_stays() {
        let (_dir, store, clock) = fresh().await;
        ensure_sample(&store, &clock).await.expect("a catalogue");
        let own = "[[api]]\nname = \"robots\"\ndisplay_name = \"R\"\n[[api.scope]]\nname = \"reservations.read\"\ndisplay_name = \"R\"";
        let own = file::parse(own, clock.now()).expect("well formed");
        let beside = import(&store, &clock, &Origin::command(), (&own, Others::Stay)).await;
        assert!(matches!(beside, Err(NotImported::ScopeTaken)), "the sample has a scope of this name");
        import(&store, &clock, &Origin::command(), (&own, Others::Go)).await.expect("nobody uses the sample");
        let apis = store.reader().list_apis().await.expect("APIs");
        let names: Vec<&str> = apis.iter().map(|api| api.name.as_str()).collect();
        assert_eq!(names, ["identity", "robots"]);
        assert!(apis.iter().all(|api| !api.scopes.is_empty()));
    }

    #[tokio::test]
    async fn a_scope_of_another_api_is_not_taken_over() {
        let (_dir, store, clock) = fresh().await;
        ensure_sample(&store, &clock).await.expect("a catalogue");
        let thief = "[[api]]\nname = \"t\"\ndisplay_name = \"T\"\n[[api.scope]]\nname = \"mcp:tools\"\ndisplay_name = \"T\"";
        let thief = file::parse(thief, clock.now()).expect("well formed");
        let refused = import(&store, &clock, &Origin::command(), (&thief, Others::Stay)).await;
        assert!(matches!(refused, Err(NotImported::ScopeTaken)), "{refused:?}");
        assert_eq!(store.reader().list_apis().await.expect("APIs").len(), 9, "nothing of it was kept");
    }
}
