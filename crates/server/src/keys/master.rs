//! The master key: 32 random bytes in a file of their own, made at the first start.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::random::Random;

/// What signing keys are sealed under and form tokens are made with. Never leaves the process.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Reads the file, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// A file that cannot be read or made, that others may read, or that holds something else.
    pub fn open(file: &Path, random: &Random) -> anyhow::Result<Self> {
        let about = || format!("the master key {}", file.display());
        match fs::read_to_string(file) {
            Ok(text) => {
                let mode = fs::metadata(file).with_context(about)?.permissions().mode();
                ensure!(
                    mode & 0o077 == 0,
                    "{} can be read by others; make it yours alone: chmod 600 {}",
                    about(),
                    file.display()
                );
                Self::parse(&Zeroizing::new(text)).with_context(about)
            }
            Err(why) if why.kind() == ErrorKind::NotFound => Self::make(file, random).with_context(about),
            Err(why) => Err(why).with_context(about),
        }
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let read = URL_SAFE_NO_PAD.decode_slice(text.trim(), bytes.as_mut());
        ensure!(read == Ok(32), "it must hold 32 bytes in URL-safe base64 without padding, and nothing else");
        Ok(Self(bytes))
    }

    fn make(file: &Path, random: &Random) -> anyhow::Result<Self> {
        if let Some(directory) = file.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let bytes = Zeroizing::new(random.bytes::<32>());
        let text = Zeroizing::new(format!("{}\n", URL_SAFE_NO_PAD.encode(bytes.as_ref())));
        // Written whole under another name first: a half-written key would be taken for a wrong one.
        let new = file.with_extension(format!("new-{}", std::process::id()));
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        // A hard link fails when another process was faster; its key is the one that counts.
        let linked = fs::hard_link(&new, file);
        fs::remove_file(&new)?;
        match linked {
            Ok(()) => Ok(Self(bytes)),
            Err(why) if why.kind() == ErrorKind::AlreadyExists => {
                Self::parse(&Zeroizing::new(fs::read_to_string(file)?))
            }
            Err(why) => Err(why.into()),
        }
    }

    /// A key for one purpose: knowing it tells nothing about the others, or about the master key.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_ref());
        let tag = hmac::sign(&key, purpose.as_bytes());
        let mut derived = Zeroizing::new([0; 32]);
        for (to, from) in derived.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        derived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: K06
    #[test]
    fn the_key_is_made_once_and_for_its_owner_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("data").join("master.key");
        let random = Random::system();
        let made = MasterKey::open(&file, &random).expect("it is made");
        let read = MasterKey::open(&file, &random).expect("it is read");
        assert_eq!(made.derive("forms"), read.derive("forms"));
        assert_ne!(made.derive("forms"), made.derive("sealing"));
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(format!("{made:?}"), "MasterKey(…)");
    }

    // security: K06
    #[test]
    fn a_key_that_others_can_read_or_that_is_cut_short_stops_the_start() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("master.key");
        MasterKey::open(&file, &Random::system()).expect("it is made");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("permissions");
        let open = MasterKey::open(&file, &Random::system()).expect_err("readable by others");
        assert!(format!("{open:#}").contains("chmod 600"), "{open:#}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("permissions");
        fs::write(&file, "c2hvcnQ\n").expect("a file");
        let cut = MasterKey::open(&file, &Random::system()).expect_err("too short");
        assert!(format!("{cut:#}").contains("32 bytes"), "{cut:#}");
    }
}
