//! Reading the configuration: the file, then the environment over it, then flags; every error names key and source.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeTable;

use super::Config;
use super::reference::{self, Key, variable};
use super::setting::{Raw, Setting};

/// Where settings come from, weakest first.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config`; without it `GRANTRY_CONFIG` names the file.
    pub file: Option<PathBuf>,
    /// Variables that begin with `GRANTRY_`; others may be among them.
    pub environment: Vec<(String, String)>,
    /// A key, as `section.name`, and its text.
    pub flags: Vec<(&'static str, String)>,
}

/// This process's environment.
#[must_use]
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text)))
        .filter(|(name, _)| name.starts_with("GRANTRY_"))
        .map(|(name, text)| (name, text.to_string_lossy().into_owned()))
        .collect()
}

/// Everything that is wrong, each with its key and where that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Whole sentences, in the order of the tree.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the configuration cannot be used")?;
        for problem in &self.problems {
            write!(formatter, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Where one value was written.
#[derive(Clone)]
enum Source {
    File(PathBuf, usize),
    Variable(String),
    Flag(String),
}

impl Source {
    fn strength(&self) -> u8 {
        match self {
            Self::File(..) => 0,
            Self::Variable(_) => 1,
            Self::Flag(_) => 2,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(formatter, "{} line {line}", path.display()),
            Self::Variable(name) => formatter.write_str(name),
            Self::Flag(name) => write!(formatter, "--{name}"),
        }
    }
}

/// What was written for each key, and what is wrong with it so far.
pub(super) struct Given {
    values: BTreeMap<String, (Raw, Source)>,
    sources: BTreeMap<String, Source>,
    problems: Vec<String>,
}

impl Given {
    /// The value of a key, if one was written; a wrong one is remembered as a problem.
    pub(super) fn take<T: Setting>(&mut self, section: &str, name: &str) -> Option<T> {
        let path = reference::path(section, name);
        let (raw, source) = self.values.remove(&path)?;
        match T::parse(&raw) {
            Ok(value) => {
                self.sources.insert(path, source);
                Some(value)
            }
            Err(why) => {
                self.problems.push(format!("{path} ({source}): {why}"));
                None
            }
        }
    }

    fn set(&mut self, path: String, raw: Raw, source: Source) {
        self.values.insert(path, (raw, source));
    }

    /// A problem of a key whose value is right by itself.
    fn refuse(&mut self, path: &str, why: &str) {
        let problem = match self.sources.get(path) {
            Some(source) => format!("{path} ({source}): {why}"),
            None => format!("{path}: {why}"),
        };
        self.problems.push(problem);
    }
}

/// Reads all sources. Nothing is used when anything is wrong.
pub fn load(sources: &Sources) -> Result<Config, ConfigError> {
    let keys: Vec<Key> = Config::sections().into_iter().flat_map(|section| section.keys).collect();
    let mut given = Given { values: BTreeMap::new(), sources: BTreeMap::new(), problems: Vec::new() };

    let named = sources.environment.iter().find(|(name, _)| name == "GRANTRY_CONFIG");
    let file = sources.file.clone().or_else(|| named.map(|(_, path)| PathBuf::from(path)));
    if let Some(file) = file {
        read_file(&file, &keys, &mut given);
    }
    for (name, text) in &sources.environment {
        read_variable(name, text, &keys, &mut given);
    }
    for (path, text) in &sources.flags {
        let source = Source::Flag(path.replace('_', "-"));
        given.set((*path).to_owned(), Raw::Text(text.clone()), source);
    }
    for key in keys.iter().filter(|key| key.secret) {
        read_secret_file(&key.path(), &mut given);
    }

    let config = Config::read(&mut given);
    check(&config, &mut given);
    if given.problems.is_empty() { Ok(config) } else { Err(ConfigError { problems: given.problems }) }
}

fn read_file(file: &Path, keys: &[Key], given: &mut Given) {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) => return given.problems.push(format!("{}: cannot be read: {why}", file.display())),
    };
    let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
    let (table, places) = match (text.parse::<toml::Table>(), DeTable::parse(&text)) {
        (Ok(table), Ok(places)) => (table, places.into_inner()),
        (Err(why), _) | (_, Err(why)) => {
            // Only the message: the default display quotes the line, which may hold a secret.
            let at = why.span().map_or(1, |span| line(span.start));
            return given.problems.push(format!("{} line {at}: {}", file.display(), why.message()));
        }
    };
    for (name, value) in table {
        let at = places.get_key_value(name.as_str()).map_or(1, |(key, _)| line(key.span().start));
        let is_section = keys.iter().any(|key| key.section == name);
        match (is_section, value) {
            (true, toml::Value::Table(section)) => {
                let inner = places.get(name.as_str()).and_then(|value| value.get_ref().as_table());
                for (field, value) in section {
                    let key = inner.and_then(|inner| inner.get_key_value(field.as_str()));
                    let at = key.map_or(at, |(key, _)| line(key.span().start));
                    let source = Source::File(file.to_owned(), at);
                    known(format!("{name}.{field}"), Raw::Toml(value), source, keys, given);
                }
            }
            (true, _) => {
                let problem = format!("{name} ({} line {at}): this is a section, [{name}]", file.display());
                given.problems.push(problem);
            }
            (false, value) => {
                known(name, Raw::Toml(value), Source::File(file.to_owned(), at), keys, given);
            }
        }
    }
}

/// Takes a key of the file if it exists.
fn known(path: String, raw: Raw, source: Source, keys: &[Key], given: &mut Given) {
    if names(keys).any(|name| name == path) {
        return given.set(path, raw, source);
    }
    let nearest = nearest(&path, names(keys).chain(section_names(keys)));
    given.problems.push(format!("{path} ({source}): there is no such key{}", suggestion(nearest)));
}

/// Every key that may be written, the `_file` twins of secrets among them.
fn names(keys: &[Key]) -> impl Iterator<Item = String> + '_ {
    keys.iter().flat_map(|key| {
        let twin = key.secret.then(|| format!("{}_file", key.path()));
        std::iter::once(key.path()).chain(twin)
    })
}

fn section_names(keys: &[Key]) -> impl Iterator<Item = String> + '_ {
    keys.iter().filter(|key| !key.section.is_empty()).map(|key| key.section.to_owned())
}

fn read_variable(name: &str, text: &str, keys: &[Key], given: &mut Given) {
    if name == "GRANTRY_CONFIG" || !name.starts_with("GRANTRY_") || made_by_kubernetes(name) {
        return;
    }
    match names(keys).find(|path| variable(path) == name) {
        Some(path) => given.set(path, Raw::Text(text.to_owned()), Source::Variable(name.to_owned())),
        None => {
            let nearest = nearest(name, names(keys).map(|path| variable(&path)));
            given.problems.push(format!("{name}: there is no such variable{}", suggestion(nearest)));
        }
    }
}

/// A Kubernetes service called `grantry` puts `GRANTRY_PORT_8080_TCP_ADDR` and the like into every container.
fn made_by_kubernetes(name: &str) -> bool {
    let rest = name.strip_prefix("GRANTRY_").unwrap_or(name);
    rest == "PORT"
        || rest.starts_with("PORT_")
        || rest.starts_with("SERVICE_HOST")
        || rest.starts_with("SERVICE_PORT")
}

/// Replaces `key_file` by the content of that file, unless the key itself was given more strongly.
fn read_secret_file(path: &str, given: &mut Given) {
    let twin = format!("{path}_file");
    let Some((raw, source)) = given.values.remove(&twin) else { return };
    let inline = given.values.get(path).map(|(_, inline)| inline.clone());
    match inline {
        Some(inline) if inline.strength() > source.strength() => return,
        Some(inline) if inline.strength() == source.strength() => {
            return given
                .problems
                .push(format!("{twin} ({source}): {path} is set too ({inline}); keep one of them"));
        }
        Some(_) | None => {}
    }
    let content = PathBuf::parse(&raw).and_then(|file| {
        std::fs::read_to_string(&file).map_err(|why| format!("{} cannot be read: {why}", file.display()))
    });
    match content {
        Ok(content) => {
            let content = content.trim_end_matches(['\r', '\n']).to_owned();
            given.set(path.to_owned(), Raw::Text(content), source);
        }
        Err(why) => given.problems.push(format!("{twin} ({source}): {why}")),
    }
}

/// What no single key can know.
fn check(config: &Config, given: &mut Given) {
    if config.server.listen.is_empty() {
        given.refuse("listen", "at least one address is needed");
    }
    if config.tls.cert_file.is_some() != config.tls.key_file.is_some() {
        let (set, missing) = if config.tls.cert_file.is_some() { ("cert", "key") } else { ("key", "cert") };
        given.refuse(&format!("tls.{set}_file"), &format!("tls.{missing}_file is needed too"));
    }
    if config.mail.smtp.is_some() && config.mail.from.is_none() {
        given.refuse("mail.smtp", "mail.from is needed too: who the mails are from");
    }
    if config.limits.header_bytes.0 < 8192 {
        given.refuse("limits.header_bytes", "browsers and long authorization requests need 8KiB or more");
    }
    if config.limits.connections == 0 {
        given.refuse("limits.connections", "at least one connection is needed");
    }
    if config.registration.unused_after < Duration::from_hours(24) {
        given
            .refuse("registration.unused_after", "an app is not unused before a day has passed; at least 1d");
    }
}

fn suggestion(nearest: Option<String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The name with the fewest letters to change, if those are few.
fn nearest(written: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let few = (written.len() / 3).max(2);
    names
        .map(|name| (distance(written, &name), name))
        .filter(|(distance, _)| *distance <= few)
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein's distance, one row at a time.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, one) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(right.chars()) {
            let change = diagonal + usize::from(one != other);
            diagonal = *cell;
            *cell = change.min(diagonal + 1).min(before + 1);
            before = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("grantry.toml");
        fs::write(&path, text).unwrap();
        (dir, path)
    }

    fn load_file(text: &str) -> Result<Config, Vec<String>> {
        let (_dir, path) = file(text);
        load(&Sources { file: Some(path), ..Sources::default() }).map_err(|error| error.problems)
    }

    fn variables(given: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let environment = given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        load(&Sources { environment, ..Sources::default() }).map_err(|error| error.problems)
    }

    #[test]
    fn without_any_configuration_the_defaults_are_served() {
        let config = load(&Sources::default()).unwrap();
        assert_eq!(config.public_url().as_str(), "http://localhost:8080");
        let listen: Vec<String> = config.server.listen.iter().map(ToString::to_string).collect();
        assert_eq!(listen, ["127.0.0.1:8080", "[::1]:8080"]);
        assert_eq!(config.server.ops_listen.to_string(), "127.0.0.1:8081");
        assert_eq!(config.master_key_file(), PathBuf::from("./grantry-data/master.key"));
        assert!(config.server.database.is_none());
    }

    #[test]
    fn the_environment_wins_over_the_file_and_flags_win_over_both() {
        let (_dir, path) = file("data = '/file'\nops_listen = '127.0.0.1:1'\n[log]\nfilter = 'warn'\n");
        let config = load(&Sources {
            file: None,
            environment: vec![
                ("GRANTRY_CONFIG".to_owned(), path.display().to_string()),
                ("GRANTRY_OPS_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
                ("GRANTRY_DATA".to_owned(), "/variable".to_owned()),
                ("GRANTRY_LIMITS_HEADER_TIMEOUT".to_owned(), "250ms".to_owned()),
            ],
            flags: vec![("data", "/flag".to_owned())],
        })
        .unwrap();
        assert_eq!(config.server.data, PathBuf::from("/flag"));
        assert_eq!(config.server.ops_listen.port(), 2);
        assert_eq!(config.log.filter, "warn");
        assert_eq!(config.limits.header_timeout.as_millis(), 250);
    }

    #[test]
    fn every_kind_of_value_is_read_from_the_file() {
        let config = load_file(
            "listen = ['0.0.0.0:80']\npublic_url = 'https://connect.example.com'\ntrusted_proxies = ['10.0.0.0/8', '::1']\n\
             database = 'postgres://me:pw@db/grantry'\n[review]\nunlisted = 'own_and_test'\n[compat]\npreset = 'seed'\n\
             [outbound]\nallow = ['127.0.0.1:9000', 'inside.example:443']\n[branding]\nname = 'Hotelbase'\naccent = '#112233'\n\
             support = 'help@example.com'\n[mail]\nsmtp = 'smtps://mail.example.com'\nfrom = 'Hotelbase <no-reply@example.com>'\n\
             [keys]\nrotate_after = '30d'\n[limits]\nbody_bytes = '1MiB'\n[security]\nargon2_passes = 1\n[log]\nformat = 'json'\n",
        )
        .unwrap();
        assert_eq!(config.public_url().as_str(), "https://connect.example.com");
        assert_eq!(config.server.trusted_proxies.len(), 2);
        assert_eq!(config.server.database.as_ref().unwrap().reveal(), "postgres://me:pw@db/grantry");
        assert_eq!(config.outbound.allow.len(), 2);
        assert_eq!(config.branding.support.as_ref().unwrap().href(), "mailto:help@example.com");
        assert_eq!(config.limits.body_bytes.as_usize(), 1024 * 1024);
        assert_eq!(config.security.argon2_passes, 1);
        assert!(!format!("{config:?}").contains("me:pw"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_key() {
        let problems = load_file(
            "data = '/d'\nlisten_on = ['127.0.0.1:1']\n[brandng]\nname = 'x'\n[log]\n\nfromat = 'json'\n",
        );
        let problems = problems.unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:#?}");
        let all = problems.join("\n");
        assert!(all.contains("grantry.toml line 2): there is no such key; did you mean listen?"), "{all}");
        assert!(all.contains("brandng (") && all.contains("did you mean branding?"), "{all}");
        assert!(all.contains("line 7): there is no such key; did you mean log.format?"), "{all}");
        let problems = variables(&[("GRANTRY_PUBLICURL", "x")]).unwrap_err();
        assert_eq!(
            problems,
            ["GRANTRY_PUBLICURL: there is no such variable; did you mean GRANTRY_PUBLIC_URL?"]
        );
    }

    #[test]
    fn a_wrong_value_names_its_key_and_source() {
        let problems =
            load_file("listen = '127.0.0.1:1'\nbranding = 'x'\n[log]\nformat = 'xml'\n").unwrap_err();
        let all = problems.join("\n");
        assert!(all.contains("listen (") && all.contains("line 1): expected a list in brackets"), "{all}");
        assert!(all.contains("line 2): this is a section, [branding]"), "{all}");
        assert!(all.contains("log.format (") && all.contains("\"xml\" is not one of text, json"), "{all}");
        let problems = variables(&[("GRANTRY_LISTEN", "here")]).unwrap_err();
        assert!(problems.join("").starts_with("listen (GRANTRY_LISTEN): "), "{problems:?}");
        let problems = load_file("database = 'postgres://me:hunter2@db\n").unwrap_err().join("");
        assert!(problems.contains("line 1") && !problems.contains("hunter2"), "{problems}");
    }

    #[test]
    fn a_secret_may_come_from_a_file_but_not_from_two_places_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("database");
        fs::write(&secret, "postgres://me:pw@db/grantry\n").unwrap();
        let secret = secret.display().to_string();
        let config = variables(&[("GRANTRY_DATABASE_FILE", &secret)]).unwrap();
        assert_eq!(config.server.database.unwrap().reveal(), "postgres://me:pw@db/grantry");
        let both =
            load_file(&format!("database = 'postgres://x'\ndatabase_file = '{secret}'\n")).unwrap_err();
        assert!(both.join("").contains("keep one of them"), "{both:?}");
        let missing = variables(&[("GRANTRY_MAIL_SMTP_FILE", "/does/not/exist")]).unwrap_err();
        assert!(
            missing
                .join("")
                .contains("mail.smtp_file (GRANTRY_MAIL_SMTP_FILE): /does/not/exist cannot be read")
        );
    }

    #[test]
    fn settings_that_need_each_other_are_refused_alone() {
        let problems = load_file(
            "[mail]\nsmtp = 'smtps://mail'\n[tls]\ncert_file = 'a'\n[registration]\nunused_after = '1h'\n",
        );
        let all = problems.unwrap_err().join("\n");
        assert!(all.contains("mail.smtp (") && all.contains("line 2): mail.from is needed too"), "{all}");
        assert!(all.contains("tls.cert_file (") && all.contains("tls.key_file is needed too"), "{all}");
        assert!(all.contains("registration.unused_after ("), "{all}");
    }

    #[test]
    fn the_variables_that_kubernetes_makes_are_no_settings() {
        let links = [
            "GRANTRY_PORT",
            "GRANTRY_PORT_8080_TCP_ADDR",
            "GRANTRY_SERVICE_HOST",
            "GRANTRY_SERVICE_PORT_HTTP",
        ];
        let given: Vec<(&str, &str)> = links.iter().map(|name| (*name, "tcp://10.0.0.1:8080")).collect();
        assert!(variables(&given).is_ok());
    }
}
