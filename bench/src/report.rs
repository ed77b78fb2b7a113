//! The figures of a run, as a table for people and as JSON for comparing runs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::load::Outcome;

/// One cell: a workload at a number of connections.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) workload: &'static str,
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// To the bare handler at as many connections, in the same run.
    pub(crate) ratio: f64,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) version: String,
    pub(crate) cores: &'static str,
    pub(crate) syncs_per_second: f64,
    pub(crate) authorizations_per_second: f64,
    pub(crate) resident_mib_before: f64,
    pub(crate) figures: Vec<Figure>,
}

pub(crate) const BARE: &str = "bare handler";
/// What is promised is promised at this many connections.
pub(crate) const PROMISED_AT: usize = 64;

impl Report {
    pub(crate) fn add(&mut self, workload: &'static str, connections: usize, outcome: &Outcome) {
        let per_second = outcome.per_second();
        let bare = self.rate(BARE, connections).unwrap_or(per_second);
        self.figures.push(Figure {
            workload,
            connections,
            requests: outcome.bodies.len(),
            per_second,
            p50_ms: outcome.percentile(50),
            p99_ms: outcome.percentile(99),
            ratio: if bare > 0.0 { per_second / bare } else { 0.0 },
        });
    }

    fn rate(&self, workload: &str, connections: usize) -> Option<f64> {
        let figure = self.figures.iter().find(|f| f.workload == workload && f.connections == connections)?;
        Some(figure.per_second)
    }

    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "{}\n{}\nwrite and sync of one frame: {:.0}/s · authorizations of one browser: {:.0}/s · resident at rest: {:.0} MiB\n\n",
            self.version,
            self.cores,
            self.syncs_per_second,
            self.authorizations_per_second,
            self.resident_mib_before
        );
        let _ = writeln!(
            table,
            "{:<24} {:>11} {:>11} {:>9} {:>9} {:>8} {:>10}",
            "", "connections", "requests/s", "p50 ms", "p99 ms", "to bare", "to a sync"
        );
        for figure in &self.figures {
            let durable = figure.workload.contains("durable") && self.syncs_per_second > 0.0;
            let to_sync = if durable {
                format!("{:.2}", figure.per_second / self.syncs_per_second)
            } else {
                String::new()
            };
            let _ = writeln!(
                table,
                "{:<24} {:>11} {:>11.0} {:>9.2} {:>9.2} {:>7.1}% {:>10}",
                figure.workload,
                figure.connections,
                figure.per_second,
                figure.p50_ms,
                figure.p99_ms,
                figure.ratio * 100.0,
                to_sync
            );
        }
        table
    }

    /// What the project promises and this run did not reach.
    pub(crate) fn missed(&self) -> Vec<String> {
        let (Some(bare), Some(credentials), Some(exchange)) = (
            self.rate(BARE, PROMISED_AT),
            self.rate("client credentials", PROMISED_AT),
            self.rate("code exchange (durable)", PROMISED_AT),
        ) else {
            return vec![format!("nothing was measured at {PROMISED_AT} connections")];
        };
        let mut missed = Vec::new();
        if credentials < 0.5 * bare {
            missed.push(format!("client credentials: {credentials:.0}/s is below half of {bare:.0}/s"));
        }
        let least = (0.04 * bare).min(1000.0);
        if exchange < least {
            missed.push(format!("code exchange: {exchange:.0}/s is below {least:.0}/s"));
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(credentials: f64, exchange: f64) -> Report {
        let figure = |workload, per_second| Figure {
            workload,
            connections: PROMISED_AT,
            requests: 1,
            per_second,
            p50_ms: 0.0,
            p99_ms: 0.0,
            ratio: 0.0,
        };
        let figures = vec![
            figure(BARE, 20_000.0),
            figure("client credentials", credentials),
            figure("code exchange (durable)", exchange),
        ];
        Report { figures, ..Report::default() }
    }

    #[test]
    fn a_promise_is_kept_at_half_of_the_bare_handler_and_at_four_percent_for_codes() {
        assert!(report(10_000.0, 800.0).missed().is_empty());
        assert_eq!(report(9_999.0, 799.0).missed().len(), 2);
        assert_eq!(Report::default().missed().len(), 1);
    }
}
