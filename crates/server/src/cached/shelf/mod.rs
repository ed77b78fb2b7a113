//! The store's shelf: every listed app in memory, searched there, and read again as soon as something of it changed.

mod fold;
mod index;
mod item;
mod vocabulary;

pub use index::{Index, Part, Window};
pub use item::{Item, client_id, path, title};

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use grantry_store::id::{AccountId, AppId};
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use grantry_store::{Change, ChangeKind, Error, Store};

pub use fold::begins_with;

/// One server's view of the store. The first question reads everything; after that only what changed is read.
#[derive(Debug)]
pub struct Shelf {
    store: Store,
    index: RwLock<Index>,
    stale: Mutex<Stale>,
    /// Held by whoever reads what is stale, so that others wait for it instead of reading it, too.
    turn: tokio::sync::Mutex<()>,
}

/// What must be read again before the next answer.
#[derive(Debug, Default)]
struct Stale {
    everything: bool,
    apps: BTreeSet<String>,
    accounts: BTreeSet<String>,
}

impl Stale {
    fn is_empty(&self) -> bool {
        !self.everything && self.apps.is_empty() && self.accounts.is_empty()
    }

    fn add(&mut self, other: &mut Self) {
        self.everything |= other.everything;
        self.apps.append(&mut other.apps);
        self.accounts.append(&mut other.accounts);
    }
}

/// What somebody reads again. Whatever stops them, it is stale until they are done.
struct Taken<'a> {
    shelf: &'a Shelf,
    stale: Stale,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.stale.is_empty() {
            self.shelf.stale().add(&mut self.stale);
        }
    }
}

impl Shelf {
    /// An empty shelf that knows that it has read nothing.
    pub(super) fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            index: RwLock::default(),
            stale: Mutex::new(Stale { everything: true, ..Stale::default() }),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Called with every change: notes what to read again.
    pub(super) fn note(&self, changes: &[Change]) {
        let mut stale = self.stale();
        for change in changes {
            match change.kind {
                ChangeKind::App => drop(stale.apps.insert(change.id.clone())),
                ChangeKind::Account => drop(stale.accounts.insert(change.id.clone())),
                ChangeKind::User
                | ChangeKind::Connection
                | ChangeKind::Catalogue
                | ChangeKind::Key
                | ChangeKind::Revocation
                | ChangeKind::Session
                | ChangeKind::Setting
                | ChangeKind::Webhook => {}
            }
        }
    }

    fn stale(&self) -> MutexGuard<'_, Stale> {
        self.stale.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks into the index as it is after everything that this node has heard of.
    ///
    /// # Errors
    /// The store's, when something changed that cannot be read.
    pub async fn look<T>(&self, look: impl FnOnce(&Index) -> T) -> Result<T, Error> {
        self.freshen().await?;
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        Ok(look(&index))
    }

    /// A part of a list. A node that cannot hear of changes asks the store for each app once more.
    ///
    /// # Errors
    /// As [`Shelf::look`].
    pub async fn part(&self, look: impl FnOnce(&Index) -> Part) -> Result<Part, Error> {
        let mut part = self.look(look).await?;
        if !self.store.feed_is_fresh() {
            let mut items = Vec::with_capacity(part.items.len());
            for item in part.items {
                if self.store.reader().find_listed_by_id(&item.app_id).await?.is_some() {
                    items.push(item);
                }
            }
            part.items = items;
        }
        Ok(part)
    }

    async fn freshen(&self) -> Result<(), Error> {
        if self.stale().is_empty() {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        loop {
            let stale = std::mem::take(&mut *self.stale());
            if stale.is_empty() {
                return Ok(());
            }
            let mut taken = Taken { shelf: self, stale };
            if taken.stale.everything {
                let read = self.read_everything().await?;
                *self.write() = read;
            } else {
                self.read_accounts(&taken.stale.accounts).await?;
                self.read_apps(&taken.stale.apps).await?;
            }
            taken.stale = Stale::default();
        }
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read_everything(&self) -> Result<Index, Error> {
        let mut index = Index::default();
        let mut page = PageRequest::first(LARGEST_PAGE);
        loop {
            let found = self.store.reader().list_listed(&page).await?;
            for listed in &found.items {
                index.put(listed);
            }
            if found.next.is_none() {
                return Ok(index);
            }
            page.after = found.next;
            tokio::task::yield_now().await;
        }
    }

    async fn read_apps(&self, apps: &BTreeSet<String>) -> Result<(), Error> {
        for id in apps.iter().filter_map(|id| AppId::parse(id)) {
            let found = self.store.reader().find_listed_by_id(&id).await?;
            match found {
                Some(listed) => self.write().put(&listed),
                None => self.write().remove(&id),
            }
        }
        Ok(())
    }

    async fn read_accounts(&self, accounts: &BTreeSet<String>) -> Result<(), Error> {
        for account in accounts.iter().filter_map(|id| AccountId::parse(id)) {
            let found = self.store.reader().list_listed_of(&account).await?;
            let mut index = self.write();
            for app in index.of_account(account.as_str()) {
                index.remove(&app);
            }
            found.iter().for_each(|listed| index.put(listed));
        }
        Ok(())
    }
}
