//! `grantry demo`: a sample platform and a sample app, until it is asked to stop.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::answer::{SOFT, STRONG};
use super::serve::{Stop, fact, say};
use crate::config::{DataFlags, DemoFlags, ServeFlags};
use crate::demo::{self, Cast, FOLDER, Folder, Party};
use crate::ops::logging;
use crate::start::{self, Running, Settings};

pub(super) async fn run(data: &DataFlags, flags: &DemoFlags) -> anyhow::Result<()> {
    ensure!(
        [&data.data, &data.database, &flags.data, &flags.database].into_iter().all(Option::is_none),
        "the demo keeps its data in {FOLDER} and nowhere else: leave --data and --database out"
    );
    let serve =
        ServeFlags { listen: flags.listen.clone(), ops_listen: flags.ops_listen.clone(), public_url: None };
    let config = demo::configuration(data.load_with(&serve)?)?;
    logging::start(&config.log)?;
    let _folder = Folder::make_anew(Path::new(FOLDER))?;
    let running = start::start(Settings::new(config)).await?;
    let (listener, url) = Party::bind(flags.app_port).await?;
    let app = &running.app;
    let cast = demo::fill(app, &Party::redirect_uri(&url)).await?;
    let server = *running.addresses.first().context("the server listens nowhere")?;
    let stop = Stop::listen()?;
    greet(&running, &url, &cast);
    let party = Party::start((listener, &url), (app.issuer(), server), cast, &app.config)?;
    stop.asked().await;
    party.stop().await;
    running.stop().await;
    Ok(())
}

fn greet(running: &Running, party: &str, cast: &Cast) {
    let app = &running.app;
    say(&format!("{STRONG}Grantry demo{STRONG:#} serves on {}", app.issuer()));
    say("");
    fact("Begin here", &format!("{STRONG}{party}{STRONG:#}  {SOFT}(the sample app: press Connect){SOFT:#}"));
    fact("Dashboard", &format!("{}/account/login", app.issuer()));
    say("");
    say("  Sign in as");
    for person in &cast.people {
        say(&format!("    {:22}  {:24}  {}", person.role, person.email, person.password));
    }
    say("");
    if let Some(mailbox) = app.mailbox_url() {
        fact("Mailbox", &mailbox);
    }
    if let Some(address) = app.ops_address {
        fact("Operations", &format!("http://{address}"));
    }
    fact("Data", &format!("{FOLDER}  {SOFT}(made anew at each start, the passwords too){SOFT:#}"));
    say("");
}
