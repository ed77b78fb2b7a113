//! The log: one line an event, to standard error, as text or JSON.
//!
//! **No secret is ever logged**: no password, client secret, code, token, cookie, assertion, form body or query
//! string. Types that hold one print nothing (`Secret`), requests are logged by route and not by URL, and what
//! libraries say below `info` is left out whatever the filter asks for, because database and mail libraries print
//! parameters and texts there. Values from outside go into fields, where control characters are written visibly, so
//! that nobody can forge a line.

use std::io::{self, IsTerminal as _, Write};

use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

use crate::config::{Log, LogFormat};

/// Starts the log of this process.
///
/// # Errors
/// A filter that cannot be read, or a second call.
pub fn start(settings: &Log) -> anyhow::Result<()> {
    let colours = settings.format == LogFormat::Text && io::stderr().is_terminal();
    let layer = layer(settings, colours, io::stderr)?;
    tracing_subscriber::registry().with(layer).try_init()?;
    Ok(())
}

fn layer<W>(
    settings: &Log,
    colours: bool,
    to: W,
) -> anyhow::Result<Box<dyn Layer<Registry> + Send + Sync + 'static>>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder()
        .parse(&settings.filter)
        .map_err(|why| anyhow::anyhow!("log.filter \"{}\" cannot be read: {why}", settings.filter))?;
    let lines = tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(OneLine { to, colours });
    let quiet = filter_fn(|about| *about.level() <= Level::INFO || about.target().starts_with("grantry"));
    Ok(match settings.format {
        LogFormat::Text => lines.with_filter(filter).with_filter(quiet).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_filter(filter)
            .with_filter(quiet)
            .boxed(),
    })
}

/// Makes writers that let nothing begin a new line, or move the cursor, inside an event.
struct OneLine<W> {
    to: W,
    colours: bool,
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = Line<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { to: self.to.make_writer(), colours: self.colours }
    }
}

/// Takes whole events: the formatter writes each at once, with the line's end as its last byte.
struct Line<W> {
    to: W,
    colours: bool,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let mut visible = String::with_capacity(line.len() + 1);
        for letter in line.chars() {
            let colour = letter == '\u{1b}' && self.colours;
            if (letter.is_control() && !colour) || matches!(letter, '\u{2028}' | '\u{2029}') {
                visible.extend(letter.escape_default());
            } else {
                visible.push(letter);
            }
        }
        visible.push('\n');
        self.to.write_all(visible.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written while `say` runs.
    fn logged(format: LogFormat, filter: &str, say: impl FnOnce()) -> String {
        let page = Page::default();
        let to = page.clone();
        let settings = Log { format, filter: filter.to_owned() };
        let layer = layer(&settings, false, move || to.clone()).unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), say);
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    // security: W10
    #[test]
    fn a_value_from_outside_cannot_forge_a_line() {
        let agent = "x\r\n2026-01-01T00:00:00Z  INFO grantry: an admin signed in\u{1b}[2J\u{2028}\u{9b}31m";
        for format in [LogFormat::Text, LogFormat::Json] {
            let page = logged(format, "info", || {
                tracing::info!(agent, "somebody came: {agent}");
                tracing::info!(agent = %agent, "second");
            });
            assert_eq!(page.lines().count(), 2, "{page}");
            assert!(!page.contains(['\r', '\u{1b}', '\u{2028}', '\u{9b}']), "{page:?}");
            assert!(page.contains("an admin signed in"), "{page}");
        }
    }

    // security: W10
    #[test]
    fn libraries_are_not_heard_below_info_whatever_the_filter_says() {
        let page = logged(LogFormat::Text, "trace", || {
            tracing::debug!(target: "tokio_postgres", "parameters: [\"grs_secret\"]");
            tracing::trace!(target: "lettre", "the text of a mail");
            tracing::warn!(target: "lettre", "a library warns");
            tracing::debug!(target: "grantry::outbound", "we debug");
        });
        assert!(!page.contains("grs_secret") && !page.contains("text of a mail"), "{page}");
        assert!(page.contains("a library warns") && page.contains("we debug"), "{page}");
    }

    #[test]
    fn a_json_line_is_an_object_with_its_fields_beside_the_message() {
        let page = logged(LogFormat::Json, "grantry=info", || {
            let span = tracing::info_span!(target: "grantry::web", "request", id = "01j9");
            let _inside = span.enter();
            tracing::info!(target: "grantry::web", account = "SDXE", "an app was registered");
        });
        let line: serde_json::Value = serde_json::from_str(&page).unwrap();
        assert_eq!(line["account"], "SDXE");
        assert_eq!(line["message"], "an app was registered");
        assert_eq!(line["span"]["id"], "01j9");
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        let settings = Log { format: LogFormat::Text, filter: "grantry=loud".to_owned() };
        let said = layer(&settings, false, io::sink).err().unwrap().to_string();
        assert!(said.contains("log.filter \"grantry=loud\""), "{said}");
    }
}
