//! The demo's folder: emptied at each start, unless it is somebody else's or a demo runs in it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};

/// Lies in a folder that a demo has made, and is locked while one runs.
const MARK: &str = "made-by-grantry-demo";

/// The folder of a running demo.
#[derive(Debug)]
pub struct Folder {
    /// Held for as long as the demo runs.
    _lock: File,
}

impl Folder {
    /// Makes the folder, or empties it.
    ///
    /// # Errors
    /// A folder with something else in it, a demo that runs there, or the system's refusal.
    pub fn make_anew(folder: &Path) -> anyhow::Result<Self> {
        let about = || folder.display().to_string();
        DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(about)?;
        let mark = folder.join(MARK);
        let entries = fs::read_dir(folder).with_context(about)?.collect::<Result<Vec<_>, _>>();
        let entries = entries.with_context(about)?;
        if !mark.exists() && !entries.is_empty() {
            bail!("{} holds something that no demo has made: move it away, or start elsewhere", about());
        }
        let lock = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&mark);
        let lock = lock.with_context(about)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("a demo is running in {} already", about()),
            Err(TryLockError::Error(why)) => return Err(why).with_context(about),
        }
        for entry in entries.iter().filter(|entry| entry.file_name() != MARK) {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.with_context(|| path.display().to_string())?;
        }
        Ok(Self { _lock: lock })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_begins_with_an_empty_folder_and_never_empties_anothers() {
        let directory = tempfile::tempdir().expect("a directory");
        let folder = directory.path().join("demo");
        let first = Folder::make_anew(&folder).expect("it is made");
        fs::write(folder.join("grantry.db"), "old").expect("a file");
        let second = Folder::make_anew(&folder).expect_err("one at a time");
        assert!(second.to_string().contains("running"), "{second}");
        drop(first);
        Folder::make_anew(&folder).expect("it is emptied");
        assert!(!folder.join("grantry.db").exists());

        let mine = directory.path().join("mine");
        fs::create_dir(&mine).expect("a folder");
        fs::write(mine.join("thesis.txt"), "precious").expect("a file");
        let refused = Folder::make_anew(&mine).expect_err("it is not a demo's");
        assert!(refused.to_string().contains("no demo has made"), "{refused}");
        assert!(mine.join("thesis.txt").exists());
    }
}
