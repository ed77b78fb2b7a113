//! Argon2id behind a bounded queue: checking passwords is the cheapest way to keep a server busy.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

use crate::config::Security;
use crate::random::Random;

/// Checks passwords, as many at once as there are processor cores; more wait, and too many are turned away.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// To threads of their own: on threads that come and go the allocator would keep a work area for each.
    jobs: Sender<Job>,
    /// Those at work and those who wait.
    room: Arc<Semaphore>,
    params: Params,
    /// Stands for the password of somebody who has none, or who does not exist: the check takes as long.
    nobody: Arc<str>,
}

type Job = Box<dyn FnOnce() + Send>;

/// Everybody wants a password checked right now; try again in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is another password, or there is none.
    Wrong,
    /// It is the password.
    Right {
        /// A new hash to be stored, when the stored one was made with weaker parameters.
        rehashed: Option<String>,
    },
}

/// How many may wait for each one at work: at 30 ms a check, about a second.
const WAITING_EACH: usize = 32;

impl Passwords {
    /// # Errors
    /// Parameters that Argon2 does not take.
    pub fn new(settings: &Security, random: &Random) -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let at_once = usize::try_from(settings.argon2_at_once).ok().filter(|n| *n > 0).unwrap_or(cores);
        let params = Params::new(settings.argon2_memory_kib, settings.argon2_passes, 1, None)
            .map_err(|why| anyhow::anyhow!("security.argon2_*: {why}"))?;
        let nobody = hash(&params, &random.token(), random.bytes())?;
        let (jobs, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..at_once {
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new().name("passwords".to_owned()).spawn(move || serve(&waiting))?;
        }
        Ok(Self {
            jobs,
            room: Arc::new(Semaphore::new(at_once * (WAITING_EACH + 1))),
            params,
            nobody: nobody.into(),
        })
    }

    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn hash(&self, password: &str, random: &Random) -> Result<String, Busy> {
        let password = Zeroizing::new(password.to_owned());
        let salt = random.bytes();
        self.work(move |params| hash(params, &password, salt).map_err(|_| Busy)).await?
    }

    /// Compares a password with a stored hash. `None` takes just as long, and is never right.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn check(
        &self,
        password: &str,
        stored: Option<&str>,
        random: &Random,
    ) -> Result<Checked, Busy> {
        let password = Zeroizing::new(password.to_owned());
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let salt = random.bytes();
        self.work(move |params| {
            let Ok(parsed) = PasswordHash::new(&stored) else { return Checked::Wrong };
            let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
            if !right || !known {
                return Checked::Wrong;
            }
            let weaker = is_weaker(&parsed, params);
            Checked::Right { rehashed: weaker.then(|| hash(params, &password, salt).ok()).flatten() }
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Params) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Busy)?;
        let params = self.params.clone();
        let (done, answer) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody waits any more when the request was given up.
            let _ = done.send(work(&params));
            drop(place);
        });
        self.jobs.send(job).map_err(|_| Busy)?;
        answer.await.map_err(|_| Busy)
    }
}

/// Does one job after the other, until the last [`Passwords`] is gone.
fn serve(waiting: &Mutex<Receiver<Job>>) {
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever waits for it is told that it is busy; the next one is served.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

fn hash(params: &Params, password: &str, salt: [u8; 16]) -> anyhow::Result<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash = argon2
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|why| anyhow::anyhow!("hashing a password: {why}"))?;
    Ok(hash.to_string())
}

fn is_weaker(stored: &PasswordHash, wanted: &Params) -> bool {
    let is_argon2id = stored.algorithm.as_str() == "argon2id";
    match Params::try_from(stored) {
        Ok(used) if is_argon2id => used.m_cost() < wanted.m_cost() || used.t_cost() < wanted.t_cost(),
        Ok(_) | Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(memory: u32) -> Passwords {
        let settings = Security { argon2_memory_kib: memory, argon2_passes: 1, argon2_at_once: 1 };
        Passwords::new(&settings, &Random::system()).expect("parameters")
    }

    // security: S07
    #[tokio::test]
    async fn a_password_is_right_or_wrong_and_is_hashed_again_when_the_parameters_grew() {
        let random = Random::system();
        let (weak, strong) = (cheap(64), cheap(128));
        let password = "correct horse battery staple".repeat(5);
        let stored = weak.hash(&password, &random).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        let checked = |of: Passwords, text: String, stored: String| async move {
            of.check(&text, Some(&stored), &Random::system()).await
        };
        let right = checked(weak.clone(), password.clone(), stored.clone()).await;
        assert_eq!(right, Ok(Checked::Right { rehashed: None }));
        assert_eq!(checked(weak.clone(), password[1..].to_owned(), stored.clone()).await, Ok(Checked::Wrong));
        let Ok(Checked::Right { rehashed: Some(new) }) =
            checked(strong.clone(), password.clone(), stored).await
        else {
            panic!("weaker hashes are replaced");
        };
        assert_eq!(checked(strong, password, new).await, Ok(Checked::Right { rehashed: None }));
    }

    // security: S05
    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = cheap(64);
        assert_eq!(passwords.check("", None, &Random::system()).await, Ok(Checked::Wrong));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn too_many_at_once_are_turned_away() {
        let passwords = cheap(2048);
        let all: Vec<_> = (0..200)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.check("x", None, &Random::system()).await })
            })
            .collect();
        let mut busy = 0;
        for one in all {
            busy += usize::from(one.await.expect("no panic") == Err(Busy));
        }
        assert!(busy > 0, "a queue without an end");
    }
}
