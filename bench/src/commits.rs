//! How fast the store makes writes durable, alone and many at once, beside what the disk could do.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;
use grantry_oauth::time::Timestamp;
use grantry_store::{Durability, Role, Store, StoreConfig, Target};

use crate::disk;
use crate::load::count;

const WINDOW: Duration = Duration::from_secs(60);
const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Measures on a new database, SQLite in a folder beside this program unless a URL of PostgreSQL is given.
pub(crate) async fn measure(database: Option<String>, seconds: u64) -> anyhow::Result<String> {
    let folder = std::env::current_exe()?.with_file_name(format!("bench-commits-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let done = measure_in(folder.clone(), database, Duration::from_secs(seconds)).await;
    // Also after a failure: the folder is this run's own.
    let _ = std::fs::remove_dir_all(&folder);
    done
}

async fn measure_in(folder: PathBuf, database: Option<String>, time: Duration) -> anyhow::Result<String> {
    let target =
        database.map_or_else(|| Target::Sqlite { dir: folder.join("data") }, |url| Target::Postgres { url });
    let config = StoreConfig { target, role: Role::Command, durability: Durability::Full };
    let store = Store::open(&config, NOW).await?;
    let mut table = String::from("durable writes        a second   of the sync loop\n");
    for writers in [1, 4, 16, 64] {
        // Before each, because disks change their speed from one moment to the next.
        let sync_folder = folder.clone();
        let syncs =
            tokio::task::spawn_blocking(move || disk::syncs_per_second(&sync_folder, Duration::from_secs(1)))
                .await??;
        let from = Instant::now();
        let writing = (0..writers).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move { write_until(&store, writer, from + time).await })
        });
        let written: usize = try_join_all(writing).await?.into_iter().sum::<anyhow::Result<usize>>()?;
        let rate = count(written) / from.elapsed().as_secs_f64();
        table.push_str(&format!("{writers:>3} writers {rate:>18.0} {:>18.2}\n", rate / syncs));
    }
    Ok(table)
}

/// One small write after the other, each answered before the next begins.
async fn write_until(store: &Store, writer: usize, end: Instant) -> anyhow::Result<usize> {
    let mut written = 0;
    let key = format!("bench:{writer}");
    while Instant::now() < end {
        let counted = store.write(NOW, |tx| {
            let key = &key;
            async move { tx.count_failure(key, WINDOW).await }
        });
        let failures = counted.await?.failures;
        written += 1;
        ensure!(usize::try_from(failures)? >= written, "a write was lost");
    }
    Ok(written)
}
