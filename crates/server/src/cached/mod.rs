//! What is kept in memory: apps by client ID, the catalogue, and the store's shelf. Every change drops what it touches,
//! at once on the node that writes and within a second on the others.

mod app_keys;
mod apps;
mod catalogue;
pub mod shelf;

pub use app_keys::{AppKeys, NoKeys};
pub use apps::KnownApp;
pub use catalogue::{ApiInWords, KnownApi, KnownCatalogue, KnownScope};
pub use shelf::Shelf;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use grantry_oauth::client_document;
use grantry_store::{Change, ChangeKind, Error, Store};
use quick_cache::sync::Cache;

/// The memory of one server.
#[derive(Debug)]
pub struct Cached {
    store: Store,
    issuer: String,
    /// Whether client IDs that are URLs of documents mean anything.
    documents: bool,
    kept: Arc<Kept>,
    shelf: Arc<Shelf>,
}

#[derive(Debug)]
struct Kept {
    apps: Cache<String, Arc<KnownApp>>,
    /// Client IDs that nobody has: asking for one must cost what asking for an app costs.
    unknown: Cache<String, ()>,
    catalogue: ArcSwapOption<KnownCatalogue>,
    /// Counts the changes: what was read before one is not kept after it.
    changes: AtomicU64,
    /// Held while something is kept or dropped, never while reading the store.
    turn: std::sync::Mutex<()>,
}

/// Apps kept at most: some 20 MB.
const MOST_APPS: usize = 10_000;

/// Longer than any client ID: an account code of 8 letters, the kind, and a client code of 30.
const LONGEST_CLIENT_ID: usize = 64;

/// Whether a client ID could be one at all.
fn is_possible(client_id: &str, documents: bool) -> bool {
    match client_document::is_url(client_id) {
        true => documents && client_id.len() <= client_document::LIMIT_BYTES,
        false => client_id.len() <= LONGEST_CLIENT_ID,
    }
}

impl Cached {
    /// Begins to follow the store's changes.
    #[must_use]
    pub fn new(store: &Store, issuer: &str, documents: bool) -> Self {
        let kept = Arc::new(Kept {
            apps: Cache::new(MOST_APPS),
            unknown: Cache::new(MOST_APPS),
            catalogue: ArcSwapOption::empty(),
            changes: AtomicU64::new(0),
            turn: std::sync::Mutex::new(()),
        });
        let forgetting = Arc::clone(&kept);
        let shelf = Arc::new(Shelf::new(store));
        let noting = Arc::clone(&shelf);
        store.on_change(Arc::new(move |changes: &[Change]| {
            forgetting.forget(changes);
            noting.note(changes);
        }));
        Self { store: store.clone(), issuer: issuer.to_owned(), documents, kept, shelf }
    }

    /// The app of a client ID with everything the protocol needs: live version, owner, working secrets. Deleted apps
    /// are absent; suspended ones, and those of suspended accounts, are there and say so.
    ///
    /// # Errors
    /// The store's.
    pub async fn find_app(&self, client_id: &str) -> Result<Option<Arc<KnownApp>>, Error> {
        if !is_possible(client_id, self.documents) {
            return Ok(None);
        }
        if self.is_fresh()
            && let Some(app) = self.kept.apps.get(client_id)
        {
            return Ok(Some(app));
        }
        if self.kept.unknown.get(client_id).is_some() {
            return Ok(None);
        }
        let before = self.kept.changes.load(Ordering::Acquire);
        let Some(found) = self.store.reader().find_registered_app(client_id).await? else {
            self.kept.keep_if_unchanged(before, || self.kept.unknown.insert(client_id.to_owned(), ()));
            return Ok(None);
        };
        let app = Arc::new(KnownApp::new(found)?);
        self.kept.keep_if_unchanged(before, || self.kept.apps.insert(client_id.to_owned(), Arc::clone(&app)));
        Ok(Some(app))
    }

    /// What is in the store, to be looked through.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// A node that cannot hear of changes does not trust what it keeps.
    fn is_fresh(&self) -> bool {
        self.store.feed_is_fresh()
    }

    /// The scope catalogue.
    ///
    /// # Errors
    /// The store's.
    pub async fn catalogue(&self) -> Result<Arc<KnownCatalogue>, Error> {
        if self.is_fresh()
            && let Some(catalogue) = self.kept.catalogue.load_full()
        {
            return Ok(catalogue);
        }
        let before = self.kept.changes.load(Ordering::Acquire);
        let apis = self.store.reader().list_apis().await?;
        let catalogue = Arc::new(KnownCatalogue::new(&self.issuer, apis)?);
        self.kept.keep_if_unchanged(before, || self.kept.catalogue.store(Some(Arc::clone(&catalogue))));
        Ok(catalogue)
    }
}

impl Kept {
    fn keep_if_unchanged(&self, before: u64, keep: impl FnOnce()) {
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.changes.load(Ordering::Acquire) == before {
            keep();
        }
    }

    fn forget(&self, changes: &[Change]) {
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.changes.fetch_add(1, Ordering::AcqRel);
        if changes.iter().any(|change| change.kind == ChangeKind::App) {
            self.unknown.clear();
        }
        for change in changes {
            match change.kind {
                ChangeKind::App => self.apps.retain(|_, app| app.app.id.as_str() != change.id),
                ChangeKind::Account => self.apps.retain(|_, app| app.owner.id.as_str() != change.id),
                ChangeKind::Catalogue => self.catalogue.store(None),
                ChangeKind::User
                | ChangeKind::Connection
                | ChangeKind::Key
                | ChangeKind::Revocation
                | ChangeKind::Session
                | ChangeKind::Setting
                | ChangeKind::Webhook => {}
            }
        }
    }
}
