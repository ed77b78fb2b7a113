//! Figures of the process itself, under the names that dashboards know.

use std::fs;

use super::Metrics;

/// Adds memory, open files and threads; where the system does not tell, they are left out of the page.
pub(super) fn watch(metrics: &Metrics) {
    metrics.reading("process_resident_memory_bytes", "Memory in use, in bytes.", || {
        status("VmRSS:").map(|kilobytes| kilobytes * 1024.0)
    });
    metrics.reading("process_threads", "Threads of the process.", || status("Threads:"));
    metrics.reading("process_open_fds", "Open files and connections.", || {
        #[expect(clippy::cast_precision_loss, reason = "a count of files is small")]
        let count = fs::read_dir("/proc/self/fd").ok()?.count() as f64;
        Some(count)
    });
}

/// A number of `/proc/self/status`.
fn status(field: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}
