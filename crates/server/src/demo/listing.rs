//! What the sample apps say of themselves in the store.

use anyhow::Context as _;
use grantry_store::account::Account;
use grantry_store::app::AppKind;
use grantry_store::audit::Origin;
use grantry_store::listing::{Content, Form, Shot};

use super::picture::{self, Sketch};
use crate::app::App;
use crate::apps::register::Registered;
use crate::apps::standing::{Decision, decide};
use crate::apps::{RawApp, logo, register};
use crate::storefront::publish::{self, Insist};
use crate::storefront::screenshots;

/// An app that is only looked at.
struct Sample {
    code: &'static str,
    name: &'static str,
    sketch: Sketch,
    scopes: &'static str,
    text: Text,
}

/// What is said of an app.
struct Text {
    short: &'static str,
    long: &'static str,
    categories: [&'static str; 2],
    languages: &'static [&'static str],
    pricing: &'static str,
    caption: &'static str,
}

const SITE: &str = "https://seaside.example";

const CHECKIN: Text = Text {
    short: "Guests check in before they arrive and skip the queue at the desk.",
    long: "Quick Check-in sends each guest a link two days before arrival. They fill in the registration card on their \
           phone, choose an arrival time and get their room key on the way.\n\n- Registration cards that are signed and \
           filed\n- Arrival times at a glance\n- Late arrivals without a night shift\n\nNothing has to be installed at \
           the front desk: what guests enter stands in the reservation at once.",
    categories: ["customer-care", "automation"],
    languages: &["en", "de", "fr"],
    pricing: "Free up to 20 rooms, then 2 € a room and month",
    caption: "The day’s arrivals, with who has checked in already",
};

const SAMPLES: [Sample; 2] = [
    Sample {
        code: "RATEBOARD",
        name: "Rate Board",
        sketch: picture::CHART,
        scopes: "rates.read rates.manage reservations.read",
        text: Text {
            short: "Prices that follow demand, with a reason beside each change.",
            long: "Rate Board looks at pick-up, season and events, and proposes tomorrow’s prices by six in the \
                   morning.\n\nYou decide how far it may go alone. Every change says why, and is undone with one click.",
            categories: ["sales", "analytics"],
            languages: &["en", "de"],
            pricing: "From 49 € a month",
            caption: "Proposed prices for the next two weeks",
        },
    },
    Sample {
        code: "NIGHTKEY",
        name: "Night Key",
        sketch: picture::KEY,
        scopes: "reservations.read",
        text: Text {
            short: "Room keys on the guest’s phone, for doors you already have.",
            long: "Night Key opens the locks of all large makers. A key is valid from check-in to check-out and is \
                   withdrawn the moment a stay is cancelled.\n\n- Works without a network at the door\n- Staff keys with \
                   a trail of who opened what",
            categories: ["devices", "customer-care"],
            languages: &["en", "es", "it"],
            pricing: "1.50 € a door and month",
            caption: "Every door, and who may open it today",
        },
    },
];

/// Approves and publishes the sample app that can be connected.
///
/// # Errors
/// What a use-case refuses, which on an empty server is none, or the store's.
pub(super) async fn publish(app: &App, made: &Registered, landing: Option<&str>) -> anyhow::Result<()> {
    show(app, made, (&CHECKIN, picture::TICK), landing).await
}

/// Registers, approves and publishes the others.
///
/// # Errors
/// As [`publish()`].
pub(super) async fn further_apps(app: &App, owner: &Account) -> anyhow::Result<()> {
    for sample in SAMPLES {
        let logo_url = format!("{SITE}/{}.png", sample.code.to_lowercase());
        let raw = RawApp {
            code: sample.code.to_owned(),
            name: sample.name.to_owned(),
            fetched_logo: Some(logo::keep(app, &logo_url, picture::draw(sample.sketch)?).await?),
            logo_url,
            redirect_uris: vec![format!("{SITE}/callback")],
            scopes: vec![sample.scopes.to_owned()],
            secret_description: "Demo".to_owned(),
            policy_uri: format!("{SITE}/privacy"),
            ..RawApp::default()
        };
        let made = register::register(app, &Origin::command(), owner, AppKind::Store, &raw).await;
        let made = made.with_context(|| sample.name.to_owned())?;
        show(app, &made, (&sample.text, sample.sketch), None).await?;
    }
    Ok(())
}

async fn show(
    app: &App,
    made: &Registered,
    (text, sketch): (&Text, Sketch),
    landing: Option<&str>,
) -> anyhow::Result<()> {
    let decided = decide(app, &Origin::command(), &made.client_id, Decision::Approve).await?;
    let source_url = format!("{SITE}/screen.png");
    let of = ("screenshot_url-1", source_url.as_str());
    let screenshot_id = screenshots::keep(app, of, picture::screen(sketch)?).await?;
    let content = Content {
        title: String::new(),
        short_text: text.short.to_owned(),
        long_text: text.long.to_owned(),
        categories: text.categories.map(str::to_owned).to_vec(),
        languages: text.languages.iter().map(|tag| (*tag).to_owned()).collect(),
        pricing: text.pricing.to_owned(),
        website: SITE.to_owned(),
        support: "help@seaside.example".to_owned(),
        guide_url: format!("{SITE}/first-steps"),
        landing_url: landing.map_or_else(|| format!("{SITE}/start"), str::to_owned),
        screenshots: vec![Shot { screenshot_id, source_url, caption: text.caption.to_owned() }],
    };
    // Written to the store as it is: the sample app is on this machine, and no owner could name such an address.
    let saving = app.store.write(app.clock.now(), |tx| async move {
        tx.put_listing(&made.app_id, Form::Draft, &content).await
    });
    saving.await?;
    let of = (&decided.account_id, &made.app_id);
    publish::publish(app, &Origin::command(), of, Insist::Complete).await?;
    Ok(())
}
