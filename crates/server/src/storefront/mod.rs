//! The store: what developers say of their apps in it, and the public pages where customers find them.
//!
//! An app has two forms of one listing: a draft, which its owner saves, and what is published, which everybody reads.
//! Publishing copies the one to the other. Name and logo are in neither: they come from the app's live version, which
//! only a review changes.

pub mod api;
pub mod categories;
pub mod checklist;
pub mod content;
pub mod edit;
pub mod feed;
pub mod long_text;
pub mod pages;
pub mod publish;
pub mod screenshots;
pub mod sheet;

pub use content::{RawListing, RawShot};
