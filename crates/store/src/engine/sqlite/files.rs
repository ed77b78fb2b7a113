//! The files of a data directory, and who may use them.

use crate::OpenError;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The files that the store keeps in a data directory.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) dir: PathBuf,
    pub(super) database: PathBuf,
    /// Locked by the server, for as long as it lives.
    server: PathBuf,
    /// See [`super::queue`].
    queue: PathBuf,
}

impl Files {
    pub(super) fn in_dir(dir: &Path) -> Files {
        Files {
            dir: dir.to_owned(),
            database: dir.join("grantry.db"),
            server: dir.join("server.lock"),
            queue: dir.join("queue.lock"),
        }
    }

    /// Makes what is missing, for nobody but the owner. A directory that exists keeps its permissions: it may be shared.
    pub(super) fn make(&self) -> Result<(), OpenError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.dir).map_err(|cause| OpenError::Path { path: self.dir.clone(), cause })?;
        // SQLite gives the files that it puts beside the database the same permissions.
        private(&self.database).map(|_| ())
    }

    /// Becomes the only server on this directory. The lock ends with the file, at the latest with the process.
    pub(super) fn lock_server(&self) -> Result<File, OpenError> {
        let file = private(&self.server)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(OpenError::ServerRunning(self.dir.clone())),
            Err(TryLockError::Error(cause)) => Err(OpenError::Path { path: self.server.clone(), cause }),
        }
    }

    pub(super) fn open_queue(&self) -> Result<File, OpenError> {
        private(&self.queue)
    }
}

/// Opens a file for reading and writing; a new one is for nobody but the owner.
pub(super) fn private(path: &Path) -> Result<File, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|cause| OpenError::Path { path: path.to_owned(), cause })
}
