//! `grantry doctor`: looks at everything that a server needs, and says what to do about the rest.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use grantry_store::account::AccountFilter;
use grantry_store::audit::{AuditFilter, Chain};
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use grantry_store::signing_key::KeyState;
use grantry_store::{Error, Role, Store, Target};
use serde_json::json;

use super::answer::{Answer, BAD, GOOD, WARN, count};
use crate::app::App;
use crate::audit::Owner;
use crate::config::{Config, DataFlags};
use crate::mail::Smtp;
use crate::start::{self, Settings, target};
use crate::web::branding::Branding;
use crate::web::moment;
use crate::{keys, listen};

/// How far the clock may be behind the last entry of a trail: clocks of several machines differ.
const CLOCK_SLACK_MS: i64 = 60_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ok,
    Warn,
    Fail,
}

/// What was found, in the order of the search.
#[derive(Debug, Default)]
struct Findings(Vec<(&'static str, Mark, String)>);

impl Findings {
    fn ok(&mut self, what: &'static str, text: impl Into<String>) {
        self.0.push((what, Mark::Ok, text.into()));
    }

    fn warn(&mut self, what: &'static str, text: impl Into<String>) {
        self.0.push((what, Mark::Warn, text.into()));
    }

    fn fail(&mut self, what: &'static str, text: impl Into<String>) {
        self.0.push((what, Mark::Fail, text.into()));
    }

    fn answer(self) -> Answer {
        let objects = self
            .0
            .iter()
            .map(|(what, mark, text)| json!({ "check": what, "result": mark.word(), "text": text }));
        let failed = self.0.iter().filter(|(_, mark, _)| *mark == Mark::Fail).count();
        let failed = i64::try_from(failed).unwrap_or(i64::MAX);
        let mut answer = Answer::new(json!({ "checks": objects.collect::<Vec<_>>(), "failed": failed }));
        for (what, mark, text) in &self.0 {
            let style = mark.style();
            answer = answer.line(format!("{style}{:4}{style:#}  {what:13}  {text}", mark.word()));
        }
        if failed == 0 { answer } else { answer.failed(format!("{} failed", count(failed, "check"))) }
    }
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    fn style(self) -> anstyle::Style {
        match self {
            Self::Ok => GOOD,
            Self::Warn => WARN,
            Self::Fail => BAD,
        }
    }
}

/// Looks at everything; makes and changes nothing.
pub(super) async fn run(data: &DataFlags) -> Answer {
    let mut found = Findings::default();
    match data.load() {
        Err(why) => found.fail("configuration", why.problems.join("; ")),
        Ok(config) => {
            found.ok("configuration", "can be used");
            addresses(&config, &mut found);
            mail(&config, &mut found).await;
            if let Err(why) = Branding::new(&config.branding) {
                found.fail("branding", format!("{why:#}"));
            }
            files(&config, &mut found);
            if let Some(app) = database(config, &mut found).await {
                let looked = inside(&app, &mut found).await;
                looked.unwrap_or_else(|why| found.fail("database", why.to_string()));
            }
        }
    }
    found.answer()
}

fn addresses(config: &Config, found: &mut Findings) {
    let url = config.public_url();
    let open = config.server.listen.iter().any(|address| !address.ip().is_loopback());
    if let Err(why) = listen::acceptor(&config.tls) {
        found.fail("tls", format!("{why:#}"));
    }
    if url.is_local() && open {
        let said = "listens for others, but calls itself {url}: set public_url to the address that they use";
        found.warn("public URL", said.replace("{url}", url.as_str()));
    } else if url.is_local() {
        found
            .warn("public URL", format!("{url}: for this machine only; set public_url before others use it"));
    } else if config.tls.cert_file.is_none() && config.server.trusted_proxies.is_empty() {
        let said = "a proxy speaks https in front, but trusted_proxies is empty: name it, or all callers count as one";
        found.warn("public URL", format!("{url}: {said}"));
    } else {
        found.ok("public URL", url.as_str());
    }
    let operations = config.server.ops_listen;
    if operations.ip().is_loopback() {
        found.ok("operations", format!("on {operations}, for this machine only"));
    } else {
        found.warn(
            "operations",
            format!("on {operations}: keep outsiders away from it, it asks nobody who they are"),
        );
    }
}

async fn mail(config: &Config, found: &mut Findings) {
    let url = config.public_url();
    match Smtp::new(&config.mail, &url) {
        Err(why) => found.fail("mail", format!("{why:#}")),
        Ok(Some(server)) => match server.greet().await {
            Ok(()) => found.ok("mail", "the mail server answers"),
            Err(why) => found.fail("mail", format!("the mail server does not answer: {}", why.said)),
        },
        Ok(None) if url.is_local() => {
            found.ok("mail", "stays in the mailbox page of the operations listener");
        }
        Ok(None) => found.warn("mail", "nobody gets any: set smtp and from in [mail]"),
    }
}

fn files(config: &Config, found: &mut Findings) {
    let mode = |path: &std::path::Path| std::fs::metadata(path).map(|about| about.permissions().mode());
    let (dir, key) = (&config.server.data, config.master_key_file());
    match mode(dir) {
        Err(_) => return found.ok("data", format!("{} will be made at the first start", dir.display())),
        Ok(mode) if mode & 0o077 != 0 => {
            found.warn("data", format!("others can look into {}: chmod 700 it", dir.display()));
        }
        Ok(_) => found.ok("data", format!("{}, for its owner only", dir.display())),
    }
    match mode(&key) {
        Err(_) => {}
        Ok(mode) if mode & 0o077 != 0 => {
            found.fail("master key", format!("others can read {}: chmod 600 it", key.display()));
        }
        Ok(_) => {
            found.ok("master key", format!("{}, for its owner only; keep a copy elsewhere", key.display()));
        }
    }
}

/// Opens the database if it is there and of this version.
async fn database(config: Config, found: &mut Findings) -> Option<Arc<App>> {
    let target = target(&config);
    if let Target::Sqlite { dir } = &target
        && !dir.join("grantry.db").exists()
    {
        found.ok("database", "none yet; made at the first start");
        return None;
    }
    match Store::pending_migrations(&target).await {
        Err(why) => found.fail("database", why.to_string()),
        Ok(steps) if !steps.is_empty() => {
            let steps = count(i64::try_from(steps.len()).unwrap_or(i64::MAX), "step");
            found.fail(
                "database",
                format!("{steps} behind this version: start the server, or run `grantry migrate`"),
            );
        }
        Ok(_) if !config.master_key_file().exists() => {
            let key = config.master_key_file();
            let said = "is missing: put back the one that belongs to this database";
            found.fail("master key", format!("{} {said}", key.display()));
        }
        Ok(_) => {
            let port = config.first_port();
            match start::open(Settings::new(config), Role::Command, (port, None)).await {
                Ok(app) => {
                    found.ok("database", "answers, and is of this version");
                    return Some(app);
                }
                Err(why) if why.is::<keys::Error>() => found.fail("signing keys", format!("{why:#}")),
                Err(why) => found.fail("database", format!("{why:#}")),
            }
        }
    }
    None
}

async fn inside(app: &App, found: &mut Findings) -> Result<(), Error> {
    let rows = app.store.reader().list_signing_keys().await?;
    let active: Vec<&str> =
        rows.iter().filter(|row| row.state == KeyState::Active).map(|row| row.alg.as_str()).collect();
    if active.is_empty() {
        found.warn("signing keys", "none yet; the server makes them at its first start");
    } else {
        found.ok("signing keys", format!("open with the master key; {} sign", active.join(", ")));
    }
    trail(app, found).await?;
    if app.store.reader().operator_exists().await? {
        found.ok("operator", "somebody can operate the server");
    } else {
        found.warn("operator", "nobody yet: open the link that `grantry admin link` prints");
    }
    Ok(())
}

/// Checks every chain of the trail, and the clock against their last entries.
async fn trail(app: &App, found: &mut Findings) -> Result<(), Error> {
    let (mut chains, mut entries, mut last) = (0, 0, 0);
    let mut broken = Vec::new();
    for (owner, name) in owners(app).await? {
        let reader = app.store.reader();
        match reader.check_audit(owner.trail()).await? {
            Chain::Whole { entries: more } => entries += more,
            Chain::BrokenAt(seq) => broken.push(format!("{name} at entry {seq}")),
        }
        let newest = reader.list_audit(owner.trail(), &AuditFilter::default(), &PageRequest::first(1)).await;
        last = newest?.items.first().map_or(last, |row| row.at.0.max(last));
        chains += 1;
    }
    if broken.is_empty() {
        found.ok("audit trail", format!("{} whole, {}", count(chains, "chain"), count(entries, "entry")));
    } else {
        let said = "changed or removed outside the program; compare with a backup";
        found.fail("audit trail", format!("{said}: {}", broken.join(", ")));
    }
    let now = app.clock.now();
    if now.0 + CLOCK_SLACK_MS < last {
        let last = moment::exact(grantry_oauth::Timestamp(last));
        found.fail(
            "clock",
            format!("says {}, but the trail goes on until {last}: set it", moment::exact(now)),
        );
    } else {
        found.ok("clock", moment::exact(now));
    }
    Ok(())
}

/// Everybody with a trail: the server itself, each person and each account.
async fn owners(app: &App) -> Result<Vec<(Owner, String)>, Error> {
    let mut owners = vec![(Owner::Server, "the server's own".to_owned())];
    let mut last = None;
    loop {
        let people = app.store.reader().list_people_with_trail(last.as_ref()).await?;
        last = people.last().cloned();
        if last.is_none() {
            break;
        }
        owners.extend(people.into_iter().map(|id| (Owner::Person(id.clone()), format!("user {id}"))));
    }
    let mut page = PageRequest::first(LARGEST_PAGE);
    loop {
        let found = app.store.reader().list_accounts(&AccountFilter::default(), &page).await?;
        owners.extend(found.items.into_iter().map(|one| (Owner::Account(one.account.id), one.account.code)));
        if found.next.is_none() {
            return Ok(owners);
        }
        page.after = found.next;
    }
}
