//! How fast the store answers: 20,000 apps and 50 questions a second in the long run, fewer in every other.

use std::io::Write as _;
use std::time::Duration;

use grantry_store::Error;
use grantry_store::app::{AppAccess, AppKind, Listing, NewApp};
use grantry_store::app_version::{AppDetails, NewVersion};
use grantry_store::id::{AppId, VersionId};
use grantry_store::listing::Content;
use grantry_testkit::http::send;
use grantry_testkit::world::Tenant;
use grantry_testkit::{World, each_engine};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

const FIRST: [&str; 16] = [
    "Quick", "Silver", "Harbour", "Night", "Guest", "Room", "Table", "Linen", "Ledger", "Market", "Signal",
    "Garden", "Copper", "Window", "Bridge", "Lantern",
];
const SECOND: [&str; 16] = [
    "Check-in",
    "Keeper",
    "Planner",
    "Reports",
    "Schlüssel",
    "Payments",
    "Loyalty",
    "Reviews",
    "Channel",
    "Concierge",
    "Invoice",
    "Roster",
    "Chat",
    "Sensors",
    "Pricing",
    "Archive",
];
const WORDS: [&str; 24] = [
    "reservations",
    "arrivals",
    "housekeeping",
    "accounting",
    "payments",
    "reception",
    "breakfast",
    "occupancy",
    "forecast",
    "messages",
    "minibar",
    "parking",
    "maintenance",
    "transfer",
    "deposit",
    "voucher",
    "calendar",
    "cleaning",
    "insights",
    "upgrades",
    "laundry",
    "settlement",
    "commission",
    "welcome",
];

fn words(seed: u32, count: u32) -> String {
    let word = |i: u32| {
        let n = seed.wrapping_mul(2_654_435_761).wrapping_add(i.wrapping_mul(40_503)) >> 7;
        // Most words are everybody's, some are an app's own.
        if n.is_multiple_of(9) {
            format!("{}{}", WORDS[(n % 24) as usize], n % 977)
        } else {
            WORDS[(n % 24) as usize].to_owned()
        }
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

fn name(n: u32) -> String {
    format!("{} {} {n}", FIRST[(n % 16) as usize], SECOND[(n / 16 % 16) as usize])
}

/// Puts apps into the store as their owners would have, many in one transaction.
async fn stock(world: &World, of: &Tenant, details: &AppDetails, apps: u32) {
    let categories = &world.app().config.store.categories;
    for begin in (0..apps).step_by(250) {
        let now = world.app().clock.now();
        let stocking = world.app().store.write(now, |tx| async move {
            for n in begin..(begin + 250).min(apps) {
                let mut random = [1; 10];
                random[..4].copy_from_slice(&n.to_be_bytes());
                let (id, version) = (AppId::new(now, random), VersionId::new(now, random));
                let new = NewApp {
                    id: id.clone(),
                    account_id: of.id.clone(),
                    kind: AppKind::Store,
                    code: format!("N{n}"),
                    client_id: format!("ACME-AC-N{n}"),
                    access: AppAccess::Scope,
                    created_by: None,
                };
                tx.insert_app(&new).await?;
                let details = AppDetails { name: name(n), ..details.clone() };
                let new = NewVersion { id: version.clone(), app_id: id.clone(), details, created_by: None };
                tx.insert_version(&new).await?;
                tx.make_version_live(&id, &version).await?;
                tx.set_listing(&id, Listing::Approved).await?;
                let category = &categories[n as usize % categories.len()];
                let content = Content {
                    short_text: words(n, 12),
                    long_text: words(n.wrapping_add(7), 90),
                    categories: vec![category.name().to_owned()],
                    ..Content::default()
                };
                tx.publish_listing(&id, &content).await?;
            }
            Ok::<_, Error>(())
        });
        stocking.await.expect("the store is stocked");
        world.later(Duration::from_secs(1));
    }
}

/// Words as people type them: whole, begun, with a typo, without marks, several.
fn question(n: u32) -> String {
    let (first, second) = (FIRST[(n % 16) as usize], SECOND[(n / 3 % 16) as usize]);
    match n % 6 {
        0 => first.to_lowercase(),
        1 => first.chars().take(3).collect(),
        2 => second.chars().enumerate().filter(|(at, _)| *at != 3).map(|(_, c)| c).collect(),
        3 => "schlusel".to_owned(),
        4 => format!("{first}+{second}"),
        _ => format!("{}+{}", WORDS[(n % 24) as usize], WORDS[(n / 5 % 24) as usize]),
    }
}

async fn is_fast_with(engine: grantry_testkit::Engine, apps: u32, seconds: u32) {
    let world = World::on(engine).await;
    let acme = world.developer("ACME").await;
    let like = super::app(&world, &acme, "LIKE", "Like this").await;
    let known = world.app().cached.find_app(&like.client_id).await.expect("the store").expect("the app");
    Box::pin(stock(&world, &acme, &known.version.details, apps)).await;
    let began = Instant::now();
    let all = world.app().cached.shelf().look(grantry::cached::shelf::Index::len).await.expect("the shelf");
    let built = began.elapsed();
    assert_eq!(all, apps as usize);

    let mut ticks = interval(Duration::from_millis(20));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (address, mut asked) = (world.address(), JoinSet::new());
    for n in 0..seconds * 50 {
        ticks.tick().await;
        asked.spawn(async move {
            let began = Instant::now();
            let reply = send(address, "GET", &format!("/store/search?q={}", question(n)), &[], b"").await;
            (reply.status, reply.says("Nothing found"), began.elapsed(), question(n))
        });
    }
    let answers = asked.join_all().await;
    let mut times: Vec<Duration> = answers.iter().map(|(_, _, time, _)| *time).collect();
    times.sort();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let figures = format!(
        "{engine:?}: {apps} apps read in {built:?}; {} questions at 50/s: p50 {:?}, p95 {:?}, p99 {:?}, worst {:?}",
        times.len(),
        at(50),
        at(95),
        at(99),
        times.last().expect("answers")
    );
    // Said for whoever runs it with `--no-capture`.
    let _ = writeln!(std::io::stderr(), "{figures}");
    for (status, nothing, _, question) in &answers {
        assert!(*status == 200 && !nothing, "{question}: {status}");
    }
    if std::env::var_os("GRANTRY_TEST_LONG").is_some() {
        assert!(at(99) < Duration::from_millis(50), "{figures}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_finds_everything_at_fifty_questions_a_second() {
    let is_long = std::env::var_os("GRANTRY_TEST_LONG").is_some();
    let (apps, seconds) = if is_long { (20_000, 20) } else { (1_000, 2) };
    each_engine(async |engine| Box::pin(is_fast_with(engine, apps, seconds)).await).await;
}
