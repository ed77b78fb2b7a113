//! The load generator: a number of connections, each sending its next request when the last is answered, bounded in
//! count and time, to addresses of this machine only.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::future::join_all;

use crate::http::{Call, Connection};

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) time: Duration,
    /// No more requests than this.
    pub(crate) most: usize,
}

/// Where the requests come from.
#[derive(Debug)]
pub(crate) enum Source {
    Same(Call),
    /// Each is sent once; the run ends when none is left.
    Each(VecDeque<Call>),
}

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) errors: usize,
    pub(crate) first_error: Option<String>,
    /// Bodies of the good answers.
    pub(crate) bodies: Vec<Bytes>,
    /// Sorted.
    latencies: Vec<Duration>,
    elapsed: Duration,
}

impl Outcome {
    /// Good answers only: an error must not make a server look fast.
    pub(crate) fn per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { count(self.bodies.len()) / seconds } else { 0.0 }
    }

    /// In milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }

    fn note(&mut self, error: String) {
        self.errors += 1;
        self.first_error.get_or_insert(error);
    }
}

/// Counts here are far below the 2^52 that a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "counts of requests in seconds")]
pub(crate) fn count(number: usize) -> f64 {
    number as f64
}

/// The address of a URL, if it is this machine's: load goes nowhere else.
pub(crate) fn loopback(url: &url::Url) -> anyhow::Result<SocketAddr> {
    let addresses = url.socket_addrs(|| None).with_context(|| url.to_string())?;
    let here = addresses.into_iter().find(|address| match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    });
    here.with_context(|| format!("{url} is not an address of this machine; load is sent to loopback only"))
}

/// What the connections of one run share.
struct Shared {
    source: Mutex<Source>,
    left: Mutex<usize>,
    until: Instant,
}

impl Shared {
    fn next(&self) -> Option<Call> {
        if Instant::now() >= self.until {
            return None;
        }
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_sub(1)?;
        match &mut *self.source.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Same(call) => Some(call.clone()),
            Source::Each(calls) => calls.pop_front(),
        }
    }
}

/// Opens the connections, then starts the clock.
pub(crate) async fn run(plan: &Plan, source: Source) -> anyhow::Result<Outcome> {
    let mut connections = Vec::new();
    for _ in 0..plan.connections {
        connections.push(Connection::open(plan.address).await?);
    }
    let from = Instant::now();
    let shared =
        Arc::new(Shared { source: Mutex::new(source), left: Mutex::new(plan.most), until: from + plan.time });
    let workers = connections
        .into_iter()
        .map(|connection| tokio::spawn(work(connection, plan.address, shared.clone())));
    let outcomes = join_all(workers).await;

    let mut all = Outcome { elapsed: from.elapsed(), ..Outcome::default() };
    for outcome in outcomes {
        let one = outcome?;
        all.errors += one.errors;
        all.first_error = all.first_error.or(one.first_error);
        all.bodies.extend(one.bodies);
        all.latencies.extend(one.latencies);
    }
    all.latencies.sort_unstable();
    Ok(all)
}

async fn work(mut connection: Connection, address: SocketAddr, shared: Arc<Shared>) -> Outcome {
    let mut outcome = Outcome::default();
    while let Some(call) = shared.next() {
        let sent = Instant::now();
        // A server that hangs must not hang the run.
        let answer = tokio::time::timeout(Duration::from_secs(10), connection.send(&call)).await;
        match answer {
            Ok(Ok(answer)) if answer.status.is_success() => {
                outcome.latencies.push(sent.elapsed());
                outcome.bodies.push(answer.body);
            }
            Ok(Ok(answer)) => {
                outcome.note(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
            }
            broken => {
                outcome.note(match broken {
                    Ok(Err(error)) => format!("{error:#}"),
                    _ => "no answer within 10 s".to_owned(),
                });
                match Connection::open(address).await {
                    Ok(fresh) => connection = fresh,
                    Err(_) => break,
                }
            }
        }
    }
    outcome
}
