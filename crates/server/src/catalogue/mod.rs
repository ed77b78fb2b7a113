//! The scope catalogue: the file it is written in, its import, and the operator's page.

pub mod api_secret;
mod file;
mod import;
pub mod pages;

pub use file::{FileError, parse};
pub use import::{Imported, NotImported, Others, ensure_sample, import};
