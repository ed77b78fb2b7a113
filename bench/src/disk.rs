//! How fast this disk can make a small write durable: durable figures mean nothing without it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::load::count;

/// One page of a write-ahead log with its header.
const FRAME: [u8; 4096 + 24] = [7; 4096 + 24];

/// Writes and syncs one frame after another into a file in `folder` for `time`: how many a second.
pub(crate) fn syncs_per_second(folder: &Path, time: Duration) -> anyhow::Result<f64> {
    let path = folder.join("sync-loop");
    let mut file = File::create(&path)?;
    let from = Instant::now();
    let mut syncs = 0_usize;
    while from.elapsed() < time && syncs < 1_000_000 {
        file.write_all(&FRAME)?;
        file.sync_data()?;
        syncs += 1;
    }
    let seconds = from.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(count(syncs) / seconds)
}
