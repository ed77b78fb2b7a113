//! Figures for Prometheus: counters, gauges and histograms of one server.
//!
//! Why not the `metrics` crate: its recorder is one for the whole process, and tests run many servers in one; its
//! exporter keeps every observation of a histogram until somebody asks. These are atomics and a page of text.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Label values come from closed lists. Should one not, the page stays readable all the same.
const MOST_SERIES: usize = 1000;

/// Upper bounds of the time buckets, in seconds.
const BOUNDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// All figures of one server.
#[derive(Default)]
pub struct Metrics {
    families: Mutex<BTreeMap<&'static str, Family>>,
}

struct Family {
    help: &'static str,
    kind: &'static str,
    /// By their labels as they are written, without braces.
    series: BTreeMap<String, Series>,
}

#[derive(Clone)]
enum Series {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
    Reading(Arc<dyn Fn() -> Option<f64> + Send + Sync>),
}

impl Metrics {
    /// A figure that only grows. Keep the handle where it counts often: finding it takes a lock.
    pub fn counter(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)]) -> Counter {
        let new = Counter::default();
        match self.series(name, help, labels, Series::Counter(new.clone())) {
            Series::Counter(counter) => counter,
            Series::Gauge(_) | Series::Histogram(_) | Series::Reading(_) => new,
        }
    }

    /// A figure that goes up and down.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)]) -> Gauge {
        let new = Gauge::default();
        match self.series(name, help, labels, Series::Gauge(new.clone())) {
            Series::Gauge(gauge) => gauge,
            Series::Counter(_) | Series::Histogram(_) | Series::Reading(_) => new,
        }
    }

    /// Times, counted in buckets from 1 ms to 5 s.
    pub fn histogram(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)]) -> Histogram {
        let new = Histogram::default();
        match self.series(name, help, labels, Series::Histogram(new.clone())) {
            Series::Histogram(histogram) => histogram,
            Series::Counter(_) | Series::Gauge(_) | Series::Reading(_) => new,
        }
    }

    /// A figure that is read when the page is made.
    pub fn reading<F>(&self, name: &'static str, help: &'static str, read: F)
    where
        F: Fn() -> Option<f64> + Send + Sync + 'static,
    {
        self.series(name, help, &[], Series::Reading(Arc::new(read)));
    }

    /// The figures of one line of the route table.
    pub fn route(&self, method: &str, route: &str) -> RouteMeter {
        let count = |status| {
            let labels = [("method", method), ("route", route), ("status", status)];
            self.counter("grantry_http_requests_total", "Requests answered, by class of status.", &labels)
        };
        let labels = [("method", method), ("route", route)];
        RouteMeter {
            by_class: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(count),
            seconds: self.histogram("grantry_http_request_seconds", "Time to the answer's head.", &labels),
        }
    }

    /// The series of these labels; `new` when there was none. Beyond the cap it counts, but is not on the page.
    fn series(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)], new: Series) -> Series {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = new.kind();
        let family = families.entry(name).or_insert_with(|| Family { help, kind, series: BTreeMap::new() });
        debug_assert_eq!(family.kind, kind, "{name} is two kinds of figure");
        let labels = written(labels);
        if family.series.len() >= MOST_SERIES && !family.series.contains_key(&labels) {
            return new;
        }
        family.series.entry(labels).or_insert(new).clone()
    }

    /// The page in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut page = String::new();
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, family) in families.iter() {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "# HELP {name} {}\n# TYPE {name} {}", family.help, family.kind);
            for (labels, series) in &family.series {
                series.render(name, labels, &mut page);
            }
        }
        page
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Metrics")
    }
}

impl Series {
    fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) | Self::Reading(_) => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }

    fn render(&self, name: &str, labels: &str, page: &mut String) {
        match self {
            Self::Counter(counter) => line(page, name, labels, counter.get()),
            Self::Gauge(gauge) => line(page, name, labels, gauge.0.load(Ordering::Relaxed)),
            Self::Reading(read) => {
                if let Some(value) = read() {
                    line(page, name, labels, value);
                }
            }
            Self::Histogram(histogram) => histogram.render(name, labels, page),
        }
    }
}

fn line(page: &mut String, name: &str, labels: &str, value: impl fmt::Display) {
    let _ = match labels {
        "" => writeln!(page, "{name} {value}"),
        labels => writeln!(page, "{name}{{{labels}}} {value}"),
    };
}

fn written(labels: &[(&str, &str)]) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    pairs.join(",")
}

/// A figure that only grows.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    pub fn inc(&self) {
        self.add(1);
    }

    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A figure that goes up and down.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicI64>);

impl Gauge {
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub fn add(&self, change: i64) {
        self.0.fetch_add(change, Ordering::Relaxed);
    }
}

/// Times in buckets.
#[derive(Clone, Debug, Default)]
pub struct Histogram(Arc<Buckets>);

#[derive(Debug, Default)]
struct Buckets {
    /// One for each bound, and one beyond the last.
    counts: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    pub fn observe(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let bucket = BOUNDS.iter().take_while(|bound| seconds > **bound).count();
        if let Some(count) = self.0.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    fn render(&self, name: &str, labels: &str, page: &mut String) {
        let comma = if labels.is_empty() { "" } else { "," };
        let bounds = BOUNDS.iter().map(ToString::to_string).chain(std::iter::once("+Inf".to_owned()));
        let mut total = 0;
        for (count, bound) in self.0.counts.iter().zip(bounds) {
            total += count.load(Ordering::Relaxed);
            line(page, &format!("{name}_bucket"), &format!("{labels}{comma}le=\"{bound}\""), total);
        }
        let time = Duration::from_nanos(self.0.nanoseconds.load(Ordering::Relaxed));
        line(page, &format!("{name}_sum"), labels, time.as_secs_f64());
        line(page, &format!("{name}_count"), labels, total);
    }
}

/// The figures of one line of the route table, found once when the table is made.
#[derive(Clone, Debug)]
pub struct RouteMeter {
    by_class: [Counter; 5],
    seconds: Histogram,
}

impl RouteMeter {
    /// A request was answered.
    pub fn note(&self, status: http::StatusCode, time: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.by_class.get(class) {
            count.inc();
        }
        self.seconds.observe(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[test]
    fn handles_of_one_series_share_their_figure() {
        let metrics = Metrics::default();
        let count = || metrics.counter("grantry_sign_ins_total", "Sign-ins.", &[("outcome", "refused")]);
        count().inc();
        count().add(2);
        metrics.gauge("grantry_connections", "Open connections.", &[]).set(7);
        metrics.gauge("grantry_connections", "Open connections.", &[]).add(-2);
        let page = metrics.render();
        let expected = "# HELP grantry_connections Open connections.\n# TYPE grantry_connections gauge\n\
                        grantry_connections 5\n# HELP grantry_sign_ins_total Sign-ins.\n\
                        # TYPE grantry_sign_ins_total counter\ngrantry_sign_ins_total{outcome=\"refused\"} 3\n";
        assert_eq!(page, expected);
    }

    #[test]
    fn a_histogram_counts_upwards_through_its_buckets() {
        let metrics = Metrics::default();
        let meter = metrics.route("POST", "/connect/token");
        for ms in [1, 2, 30, 7000] {
            meter.note(StatusCode::OK, Duration::from_millis(ms));
        }
        meter.note(StatusCode::BAD_REQUEST, Duration::ZERO);
        let page = metrics.render();
        let labels = "method=\"POST\",route=\"/connect/token\"";
        for expected in [
            format!("grantry_http_requests_total{{{labels},status=\"2xx\"}} 4\n"),
            format!("grantry_http_requests_total{{{labels},status=\"4xx\"}} 1\n"),
            format!("grantry_http_request_seconds_bucket{{{labels},le=\"0.001\"}} 2\n"),
            format!("grantry_http_request_seconds_bucket{{{labels},le=\"0.0025\"}} 3\n"),
            format!("grantry_http_request_seconds_bucket{{{labels},le=\"5\"}} 4\n"),
            format!("grantry_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} 5\n"),
            format!("grantry_http_request_seconds_sum{{{labels}}} 7.033\n"),
            format!("grantry_http_request_seconds_count{{{labels}}} 5\n"),
        ] {
            assert!(page.contains(&expected), "{expected} is missing in\n{page}");
        }
    }

    #[test]
    fn a_label_cannot_break_the_page_and_too_many_do_not_fill_it() {
        let metrics = Metrics::default();
        metrics.counter("grantry_odd_total", "Odd.", &[("value", "a\"b\\c\nd")]).inc();
        assert!(metrics.render().contains("grantry_odd_total{value=\"a\\\"b\\\\c\\nd\"} 1\n"));
        for number in 0..2 * MOST_SERIES {
            metrics.counter("grantry_many_total", "Many.", &[("value", &number.to_string())]).inc();
        }
        assert_eq!(metrics.render().matches("grantry_many_total{").count(), MOST_SERIES);
    }
}
