//! The store in memory: which app stands where, and which words it is found by. Pure; `Shelf` keeps it fresh.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use grantry_store::id::AppId;
use grantry_store::listing::ListedApp;

use super::fold;
use super::item::{Field, Item};
use super::vocabulary::{Match, Vocabulary};

/// Words of a question that count; further ones would only cost time.
const MOST_WORDS: usize = 6;

/// What each field takes of a cost that is counted in typos first, then in fields.
const TYPO: u16 = 16;
const FIELD: u16 = 4;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub items: Vec<Arc<Item>>,
    /// How many there are in all.
    pub total: usize,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub skip: usize,
    pub take: usize,
}

/// When an app came into the store, and its slot: the order of every list.
type Place = (i64, u32);

#[derive(Debug, Default)]
pub struct Index {
    slots: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_app: HashMap<AppId, u32>,
    vocabulary: Vocabulary,
    /// By the word's number: in which slots it stands, each with the field in the two lowest bits.
    postings: Vec<Vec<u32>>,
    all: BTreeSet<Place>,
    by_category: BTreeMap<String, BTreeSet<Place>>,
}

#[derive(Debug)]
struct Entry {
    item: Arc<Item>,
    words: Box<[u32]>,
}

impl Index {
    /// Puts an app in, or puts it in anew.
    pub(super) fn put(&mut self, listed: &ListedApp) {
        self.remove(&listed.app_id);
        let item = Item::new(listed);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let mut fields: BTreeMap<u32, Field> = BTreeMap::new();
        for (word, field) in item.words(&listed.saved.content.long_text) {
            let number = self.vocabulary.number(&word);
            let best = fields.entry(number).or_insert(field);
            *best = field.min(*best);
        }
        for (word, field) in &fields {
            let at = index(*word);
            if self.postings.len() <= at {
                self.postings.resize_with(at + 1, Vec::new);
            }
            if let Some(postings) = self.postings.get_mut(at) {
                postings.push(slot << 2 | u32::from(*field as u8));
            }
        }
        let place = (item.begun_at.0, slot);
        self.all.insert(place);
        for category in &item.categories {
            self.by_category.entry(category.clone()).or_default().insert(place);
        }
        self.by_app.insert(item.app_id.clone(), slot);
        if let Some(free) = self.slots.get_mut(index(slot)) {
            *free = Some(Entry { item: Arc::new(item), words: fields.into_keys().collect() });
        }
    }

    /// Takes an app out, if it is in.
    pub(super) fn remove(&mut self, app: &AppId) {
        let Some(slot) = self.by_app.remove(app) else { return };
        let Some(entry) = self.slots.get_mut(index(slot)).and_then(Option::take) else { return };
        for word in &entry.words {
            let Some(postings) = self.postings.get_mut(index(*word)) else { continue };
            if let Some(at) = postings.iter().position(|posting| posting >> 2 == slot) {
                postings.swap_remove(at);
            }
        }
        let place = (entry.item.begun_at.0, slot);
        self.all.remove(&place);
        for category in &entry.item.categories {
            if let Some(shelf) = self.by_category.get_mut(category) {
                shelf.remove(&place);
            }
        }
        self.free.push(slot);
    }

    /// The apps of an account that are in.
    pub(super) fn of_account(&self, account: &str) -> Vec<AppId> {
        let of = |entry: &&Entry| entry.item.account_id.as_str() == account;
        self.slots.iter().flatten().filter(of).map(|entry| entry.item.app_id.clone()).collect()
    }

    fn item(&self, slot: u32) -> Option<&Arc<Item>> {
        self.slots.get(index(slot))?.as_ref().map(|entry| &entry.item)
    }

    /// How many apps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many apps stand in a category.
    #[must_use]
    pub fn count(&self, category: &str) -> usize {
        self.by_category.get(category).map_or(0, BTreeSet::len)
    }

    /// What came last comes first: of one category, or of all.
    #[must_use]
    pub fn newest(&self, category: Option<&str>, window: Window) -> Part {
        let none = BTreeSet::new();
        let places = match category {
            Some(category) => self.by_category.get(category).unwrap_or(&none),
            None => &self.all,
        };
        let items = places.iter().rev().skip(window.skip).take(window.take);
        let items = items.filter_map(|(_, slot)| self.item(*slot).cloned()).collect();
        Part { items, total: places.len() }
    }

    /// The apps in which every word of the question is found; those with fewer typos first, then those that have the
    /// words in the title, then in the short text; among equals, what came last.
    #[must_use]
    pub fn search(&self, question: &str, category: Option<&str>, window: Window) -> Part {
        let words = fold::asked(question);
        if words.is_empty() {
            return self.newest(category, window);
        }
        let mut costs: Vec<Option<u16>> = vec![Some(0); self.slots.len()];
        for word in words.iter().take(MOST_WORDS) {
            let best = self.costs_of(word);
            for (sum, cost) in costs.iter_mut().zip(best) {
                *sum = sum.zip(cost).map(|(sum, cost)| sum + cost);
            }
        }
        let mut hits: Vec<(u16, Reverse<i64>, Reverse<u32>)> = Vec::new();
        for (slot, cost) in (0_u32..).zip(&costs) {
            let (Some(cost), Some(item)) = (cost, self.item(slot)) else { continue };
            if category.is_none_or(|wanted| item.categories.iter().any(|own| own == wanted)) {
                hits.push((*cost, Reverse(item.begun_at.0), Reverse(slot)));
            }
        }
        hits.sort_unstable();
        let items = hits.iter().skip(window.skip).take(window.take);
        let items = items.filter_map(|(_, _, Reverse(slot))| self.item(*slot).cloned()).collect();
        Part { items, total: hits.len() }
    }

    /// What finding one word costs in each slot; `None` where it is not.
    fn costs_of(&self, word: &str) -> Vec<Option<u16>> {
        let mut best: Vec<Option<u16>> = vec![None; self.slots.len()];
        for (number, how) in self.vocabulary.find(word) {
            let how = match how {
                Match::Exact => 0,
                Match::Prefix => 1,
                Match::Typo => TYPO,
            };
            for posting in self.postings.get(index(number)).into_iter().flatten() {
                let field = u16::try_from(posting & 3).unwrap_or_default();
                let cost = how + field * FIELD;
                if let Some(known) = best.get_mut(index(posting >> 2)) {
                    *known = Some(known.map_or(cost, |known| known.min(cost)));
                }
            }
        }
        best
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
