//! What the stories of connecting share: an app, an account, the app's request, and what comes back to the app.

use std::collections::BTreeMap;

use grantry_store::Error;
use grantry_store::account::ConnectPolicy;
use grantry_store::app_version::{AppDetails, NewVersion};
use grantry_store::code::Code;
use grantry_store::connection::StandingConnection;
use grantry_store::grant::GrantState;
use grantry_store::id::VersionId;
use grantry_testkit::World;
use grantry_testkit::http::{Client, Form, Reply};
use grantry_testkit::world::{AppWish, Person, RegisteredApp, Setup, Tenant};
use url::Url;

pub(crate) const CALLBACK: &str = "https://tool.example/callback";
/// RFC 7636 appendix B.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const STATE: &str = "state-1";
pub(crate) const ASKED: &str = "openid profile reservations.read";

/// A developer's app, and a customer who may connect it.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) acme: Tenant,
    pub(crate) app: RegisteredApp,
    pub(crate) hotel: Tenant,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(World::setup()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let world = setup.start().await;
        let acme = world.developer("ACME").await;
        let hotel = world.customer("HOTL").await;
        let wish = AppWish::store("TOOL").named("Tidy Rooms").returning_to(CALLBACK);
        let scopes = ["reservations.read", "reservations.manage", "payments.manage"];
        let app = world.registers(&acme, wish.asking_for(&scopes)).await;
        Self { world, acme, app, hotel }
    }

    /// The app's request, with changes: an empty value leaves a parameter out.
    pub(crate) fn query(&self, changes: &[(&str, &str)]) -> String {
        let good = [
            ("response_type", "code"),
            ("client_id", self.app.client_id.as_str()),
            ("redirect_uri", CALLBACK),
            ("scope", ASKED),
            ("state", STATE),
            ("nonce", "nonce-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let mut all: BTreeMap<&str, &str> = good.into_iter().collect();
        all.extend(changes.iter().copied());
        all.retain(|_, value| !value.is_empty());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish()
    }

    pub(crate) fn url(&self, changes: &[(&str, &str)]) -> String {
        format!("/connect/authorize?{}", self.query(changes))
    }

    /// A browser in which this person has signed in.
    pub(crate) async fn signed_in(&self, person: &Person) -> Client {
        self.world.signed_in(person).await
    }

    /// The browser of the customer's admin.
    pub(crate) async fn ada(&self) -> Client {
        self.signed_in(&self.hotel.admin).await
    }

    /// Allows what the app asks for, in a browser that is signed in.
    pub(crate) async fn connects(&self, client: &mut Client, changes: &[(&str, &str)]) -> Back {
        let page = client.opens(&self.url(changes)).await;
        let allowed = client.posts(&page.form("Allow").pressing("Allow")).await;
        Back::to_the_app(&allowed)
    }

    /// Lets the members of the customer's account connect apps by this policy.
    pub(crate) async fn policy(&self, policy: ConnectPolicy) {
        let app = self.world.app();
        let (id, name) = (self.hotel.id.clone(), self.hotel.name.clone());
        let changed =
            app.store.write(app.clock.now(), |tx| async move { tx.update_account(&id, &name, policy).await });
        let changed: Result<bool, Error> = changed.await;
        changed.expect("a policy is set");
    }

    /// Makes another version of the app live, past every check: an old row may hold anything.
    pub(crate) async fn edits(&self, change: impl FnOnce(&mut AppDetails)) {
        let (app, id) = (self.world.app(), &self.app.id);
        let known = app.cached.find_app(&self.app.client_id).await.expect("a read").expect("the app");
        let mut details = known.version.details.clone();
        change(&mut details);
        let version = VersionId::new(app.clock.now(), app.random.bytes());
        let new = NewVersion { id: version.clone(), app_id: id.clone(), details, created_by: None };
        let saved = app.store.write(app.clock.now(), |tx| async move {
            tx.insert_version(&new).await?;
            tx.make_version_live(id, &version).await.map(|_| ())
        });
        let saved: Result<(), Error> = saved.await;
        saved.expect("a version is saved");
    }

    /// What stands between the app, the customer's account and a person.
    pub(crate) async fn standing(&self, person: &Person) -> Vec<StandingConnection> {
        let reader = self.world.app().store.reader();
        let found = reader.list_standing_connections(&self.app.id, &self.hotel.id, &person.id).await;
        found.expect("connections can be read")
    }

    /// The code as it is stored, with its grant.
    pub(crate) async fn stored(&self, code: &str) -> (Code, GrantState) {
        let reader = self.world.app().store.reader();
        let found = reader.find_code(&grantry_oauth::secret::hash(code)).await.expect("codes can be read");
        let code = found.expect("the code is stored");
        let grant = reader.find_grant(&code.grant_id).await.expect("grants can be read");
        (code, grant.expect("a code has a grant"))
    }

    /// What an account's trail says of connecting, the latest last.
    pub(crate) async fn trail(&self, of: &Tenant) -> Vec<&'static str> {
        let page = grantry_store::page::PageRequest::from_token(None, 100);
        let filter = grantry_store::audit::AuditFilter::default();
        let reader = self.world.app().store.reader();
        let rows = reader.list_audit(Some(&of.id), &filter, &page).await.expect("the trail can be read");
        let mut actions: Vec<_> = rows.items.iter().map(|row| row.action.as_str()).collect();
        actions.retain(|action| action.starts_with("connection.") || action.starts_with("consent."));
        actions.reverse();
        actions
    }
}

/// What a browser carries back to the app.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) uri: String,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Back {
    /// Reads the redirect to the app. RFC 9700 §4.12: 303, so that nothing that was posted here is posted there.
    pub(crate) fn to_the_app(reply: &Reply) -> Self {
        assert_eq!(reply.status, 303, "{}", reply.body);
        let url = Url::parse(reply.location()).unwrap_or_else(|_| panic!("stays: {}", reply.location()));
        let parameters = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        let uri = reply.location().split('?').next().unwrap_or_default().to_owned();
        Self { uri, parameters }
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The code of an answer that says what every good answer says, and nothing else.
    pub(crate) fn code(&self, issuer: &str) -> &str {
        let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "iss", "state"], "{self:?}");
        assert_eq!((self.uri.as_str(), self.get("iss"), self.get("state")), (CALLBACK, issuer, STATE));
        self.get("code")
    }

    /// The error code of a refusal that says what every refusal says.
    pub(crate) fn error(&self, issuer: &str) -> &str {
        let names: Vec<&str> = self.parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["error", "error_description", "iss", "state"], "{self:?}");
        assert_eq!((self.uri.as_str(), self.get("iss"), self.get("state")), (CALLBACK, issuer, STATE));
        self.get("error")
    }
}

/// Asserts that an answer is a page of this status that leads nowhere.
pub(crate) fn is_page(reply: &Reply, status: u16, words: &str) {
    assert_eq!((reply.status, reply.header("location")), (status, None), "{}", reply.body);
    assert!(reply.says(words), "{words:?} is missing: {}", reply.body);
}

/// The decision form of a page, as somebody fills it who writes requests by hand.
pub(crate) fn by_hand(page: &Reply, decision: &str) -> Form {
    page.form("Cancel").with("decision", decision)
}
