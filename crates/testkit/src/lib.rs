//! A whole Grantry in a test, and everything around it that is not the product: browser, clients, an internet of its own.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken step ends the test, with words that say which"
)]

mod axe;
pub mod browser;
pub mod client_key;
pub mod database;
pub mod farm;
pub mod foreign;
pub mod http;
pub mod loopback;
pub mod process;
pub mod proof;
pub mod relying_party;
pub mod world;

use std::path::{Path, PathBuf};

pub use browser::{Browser, Theme};
pub use database::{Database, Engine, each_engine};
pub use farm::Farm;
pub use http::{Client, Form, Reply};
pub use process::Process;
pub use relying_party::RelyingParty;
pub use world::World;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is two folders down")
}

/// Compares a page of `docs/reference` with what it should be. A stale one is written anew, so that the next run passes.
///
/// # Panics
/// When it was stale, or cannot be written.
pub fn is_fresh(name: &str, wanted: &str) {
    let file = root().join("docs/reference").join(name);
    let fresh = std::fs::read_to_string(&file).is_ok_and(|stored| stored == wanted);
    if !fresh {
        std::fs::write(&file, wanted).expect("the page is written");
    }
    assert!(fresh, "docs/reference/{name} was stale; it is written anew: look at it and commit it");
}

/// The folder that Cargo builds into: a test binary lies in its `debug/deps`.
pub(crate) fn target() -> PathBuf {
    let program = std::env::current_exe().ok();
    let deps = program.as_deref().and_then(|program| program.ancestors().find(|at| at.ends_with("deps")));
    deps.and_then(|deps| deps.ancestors().nth(2)).map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// What `scripts/third-party` installs; it runs when `part` is not there yet.
pub(crate) fn third_party(part: &str) -> PathBuf {
    let folder = target().join("third-party");
    if !folder.join(part).exists() {
        let script = root().join("scripts/third-party");
        let done = std::process::Command::new(&script).arg(&folder).status();
        assert!(done.is_ok_and(|status| status.success()), "{} failed", script.display());
    }
    folder
}

/// Whether the tests that take as long as they are told run in full: `GRANTRY_TEST_LONG` is set.
#[must_use]
pub fn runs_long() -> bool {
    environment("GRANTRY_TEST_LONG").is_some()
}

/// A variable of the test run; the product never reads these.
pub(crate) fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "what scripts/test gives to the tests, not to the server")]
    let value = std::env::var(name);
    value.ok().filter(|value| !value.is_empty())
}
