//! What is on the sample platform: three accounts with their people, and the sample app.

use anyhow::Context as _;
use grantry_oauth::secret::Secret;
use grantry_store::account::{Account, AccountKind};
use grantry_store::app::AppKind;
use grantry_store::audit::Origin;

use super::{PLATFORM, listing, picture};
use crate::accounts::{self, RawAccount, RawPerson, people};
use crate::app::App;
use crate::apps::{RawApp, logo, register};
use crate::web::Words;

/// The sample app.
pub(super) const APP: &str = "Quick Check-in";
/// What it asks for, and what it may ask for.
pub(super) const SCOPES: &str =
    "openid profile email offline_access reservations.read rates.read identity:account-users.read";

/// Letters and digits that are not taken for each other.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Somebody with a password that is shown at the start and nowhere else.
#[derive(Debug)]
pub struct Person {
    pub role: &'static str,
    pub email: &'static str,
    pub password: String,
}

/// Who and what is there.
#[derive(Debug)]
pub struct Cast {
    pub people: Vec<Person>,
    pub client_id: String,
    pub client_secret: Secret<String>,
}

/// Fills an empty server. Codes of the sample app go to `redirect_uri`.
///
/// # Errors
/// What a use-case refuses, which on an empty server is none, or the store's.
pub async fn fill(app: &App, redirect_uri: &str) -> anyhow::Result<Cast> {
    let platform = account(app, ("LODG", PLATFORM, AccountKind::Operator)).await?;
    let studio = account(app, ("SEAS", "Seaside Software", AccountKind::Developer)).await?;
    let hotel = account(app, ("GRND", "Grand Hotel Aurora", AccountKind::Customer)).await?;
    let wanted = [
        (&hotel, "Hotel admin", "Alma Aurora", "alma@aurora.example", true),
        (&hotel, "Receptionist, no admin", "Ben Desk", "ben@aurora.example", false),
        (&studio, "App developer", "Dana Dune", "dana@seaside.example", true),
        (&platform, "Platform operator", "Olga Lodge", "olga@lodgeworks.example", true),
    ];
    let mut people = Vec::new();
    for (account, role, name, email, is_admin) in wanted {
        let password = password(app);
        person(app, account, (name, email, is_admin), &password).await?;
        people.push(Person { role, email, password });
    }
    let (client_id, client_secret) = store_app(app, &studio, redirect_uri).await?;
    Ok(Cast { people, client_id, client_secret })
}

async fn account(app: &App, (code, name, kind): (&str, &str, AccountKind)) -> anyhow::Result<Account> {
    let raw = RawAccount { code, name, kind };
    accounts::create(app, &Origin::command(), raw).await.with_context(|| format!("the account {code}"))
}

async fn person(
    app: &App,
    account: &Account,
    (name, email, is_admin): (&str, &str, bool),
    password: &str,
) -> anyhow::Result<()> {
    let (first_name, last_name) = name.split_once(' ').unwrap_or((name, ""));
    let raw = RawPerson {
        email,
        first_name,
        last_name,
        is_admin,
        password: Some(password),
        claims: None,
        words: Words::english(),
    };
    let made = people::create(app, &Origin::command(), account, raw).await;
    made.with_context(|| email.to_owned())?;
    Ok(())
}

/// An app that was reviewed and is in the store.
async fn store_app(
    app: &App,
    owner: &Account,
    redirect_uri: &str,
) -> anyhow::Result<(String, Secret<String>)> {
    let logo_url = "https://seaside.example/quick-check-in.png";
    let raw = RawApp {
        code: "CHECKIN".to_owned(),
        name: APP.to_owned(),
        logo_url: logo_url.to_owned(),
        fetched_logo: Some(logo::keep(app, logo_url, picture::draw(picture::TICK)?).await?),
        redirect_uris: vec![redirect_uri.to_owned()],
        scopes: vec![SCOPES.to_owned()],
        secret_description: "Demo".to_owned(),
        policy_uri: "https://seaside.example/privacy".to_owned(),
        tos_uri: "https://seaside.example/terms".to_owned(),
        ..RawApp::default()
    };
    let made = register::register(app, &Origin::command(), owner, AppKind::Store, &raw).await;
    let made = made.context("the sample app")?;
    // The sample app's own page is where customers begin.
    let landing = url::Url::parse(redirect_uri).map(|uri| uri.origin().ascii_serialization());
    listing::publish(app, &made, landing.ok().as_deref()).await?;
    listing::further_apps(app, owner).await?;
    let secret = made.client_secret.context("the sample app has a secret")?;
    Ok((made.client_id, secret))
}

/// Sixty random bits that can be typed.
fn password(app: &App) -> String {
    let mut letters = app.random.bytes::<12>().map(|byte| {
        let letter = LETTERS.get(usize::from(byte) % LETTERS.len());
        char::from(letter.copied().unwrap_or(b'x'))
    });
    let groups: Vec<String> = letters.chunks_mut(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}
