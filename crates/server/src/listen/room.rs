//! Room for connections: so many altogether, so many from one source. Who rests makes way for who comes.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::activity::Activity;
use crate::web::caller::network;

/// How soon it is looked again for a connection that rests, while all places are taken.
const LOOK: Duration = Duration::from_millis(250);

/// Everybody who is connected.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) places: Arc<Semaphore>,
    most_of_source: usize,
    /// Proxies speak for many.
    proxies: Vec<IpNet>,
    guests: Mutex<Guests>,
}

#[derive(Debug, Default)]
struct Guests {
    last: u64,
    here: HashMap<u64, (IpAddr, Arc<Activity>)>,
    of_source: HashMap<IpAddr, usize>,
}

/// A connection that has its place until this is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    room: Arc<Room>,
    number: u64,
    source: IpAddr,
    _place: OwnedSemaphorePermit,
}

impl Room {
    /// `most_of_source` is 0 where a source may take all.
    pub(super) fn new(places: usize, most_of_source: u32, proxies: &[IpNet]) -> Arc<Self> {
        let most_of_source = match usize::try_from(most_of_source) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(most) => most,
        };
        let places = Arc::new(Semaphore::new(places));
        Arc::new(Self { places, most_of_source, proxies: proxies.to_vec(), guests: Mutex::default() })
    }

    /// A place for whoever comes next. When all are taken, the connection that has rested longest makes way; while none
    /// rests, others wait in the kernel's queue.
    pub(super) async fn place(&self) -> io::Result<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        loop {
            self.make_way(None);
            if let Ok(place) = timeout(LOOK, Arc::clone(&self.places).acquire_owned()).await {
                return place.map_err(io::Error::other);
            }
        }
    }

    /// Lets somebody in. `None` when there are too many of the same source already, all of them busy.
    pub(super) fn enter(
        self: &Arc<Self>,
        place: OwnedSemaphorePermit,
        (peer, activity): (IpAddr, &Arc<Activity>),
    ) -> Option<Guest> {
        let peer = peer.to_canonical();
        let source = network(peer);
        if !self.speaks_for_many(peer) && self.is_full_of(source) && !self.make_way(Some(source)) {
            return None;
        }
        let mut guests = self.lock();
        guests.last += 1;
        let number = guests.last;
        guests.here.insert(number, (source, Arc::clone(activity)));
        *guests.of_source.entry(source).or_default() += 1;
        Some(Guest { room: Arc::clone(self), number, source, _place: place })
    }

    /// Programs and proxies on this machine are nobody's attack on it.
    fn speaks_for_many(&self, peer: IpAddr) -> bool {
        peer.is_loopback() || self.proxies.iter().any(|proxies| proxies.contains(&peer))
    }

    fn is_full_of(&self, source: IpAddr) -> bool {
        self.lock().of_source.get(&source).is_some_and(|here| *here >= self.most_of_source)
    }

    /// Asks the connection that has rested longest to go, of one source or of all. `false` when none rests.
    fn make_way(&self, of: Option<IpAddr>) -> bool {
        let guests = self.lock();
        let theirs = guests.here.values().filter(|(source, _)| of.is_none_or(|of| of == *source));
        let resting = theirs.filter_map(|(_, activity)| Some((activity.rests_since()?, activity)));
        match resting.min_by_key(|(since, _)| *since) {
            Some((_, activity)) => {
                activity.make_way();
                true
            }
            None => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut guests = self.room.lock();
        guests.here.remove(&self.number);
        if let Some(here) = guests.of_source.get_mut(&self.source) {
            *here -= 1;
            if *here == 0 {
                guests.of_source.remove(&self.source);
            }
        }
    }
}
