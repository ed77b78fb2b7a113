//! Stories about approval: submitting, the reviewers' desk, and what is live meanwhile.

mod checks;
mod desk;
mod editing;
mod model;

use grantry::app::App;
use grantry::apps::{RawApp, Refused, edit, versions};
use grantry_store::app_version::AppDetails;
use grantry_testkit::http::{Client, Reply};
use grantry_testkit::world::{AppWish, Person, RegisteredApp, Setup, Tenant};
use grantry_testkit::{Farm, World};

/// A developer's app that lacks nothing, two reviewers, and a customer.
struct Scene {
    farm: Farm,
    world: World,
    acme: Tenant,
    operator: Tenant,
    rita: Person,
    hotel: Tenant,
    app: RegisteredApp,
}

impl Scene {
    async fn new() -> Self {
        Self::with(World::setup()).await
    }

    async fn with(setup: Setup) -> Self {
        let farm = Farm::new().await;
        let world = setup.beside(&farm).start().await;
        let acme = world.developer("ACME").await;
        let operator = world.operator().await;
        let rita = world.reviewer(&operator, "Rita Reviewer").await;
        let hotel = world.customer("HOTL").await;
        let app = world.registers(&acme, complete(&farm, "TOOL")).await;
        Self { farm, world, acme, operator, rita, hotel, app }
    }

    fn server(&self) -> &App {
        self.world.app()
    }

    /// The page of the app.
    fn home(&self) -> String {
        format!("/apps/store-apps/{}", self.app.id)
    }

    async fn developer(&self) -> Client {
        self.world.signed_in(&self.acme.admin).await
    }

    async fn reviewer(&self) -> Client {
        self.world.signed_in(&self.rita).await
    }

    /// Submits the app with a note, and says where its review is.
    async fn submits(&self) -> String {
        let mut admin = self.developer().await;
        let form = admin.form(&format!("{}/submit", self.home()), "Submit for approval").await;
        let sent = admin.posts(&form.with("note", "It reads reservations.")).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        self.review().await
    }

    /// Where the open submission of the app is reviewed.
    async fn review(&self) -> String {
        let open = self.server().store.reader().find_open_submission(&self.app.id).await;
        format!("/review/{}", open.expect("a read").expect("a submission that waits").id)
    }

    /// Takes the submission on and approves it.
    async fn approves(&self) {
        let mut rita = self.reviewer().await;
        let review = self.review().await;
        takes(&mut rita, &review).await;
        let approved = decides(&mut rita, &review, "Approve", "").await;
        assert_eq!(approved.status, 303, "{}", approved.body);
    }

    /// Submits and approves the app.
    async fn approved(&self) {
        self.submits().await;
        self.approves().await;
    }

    /// Saves a change as the developer does.
    async fn edits(&self, change: impl FnOnce(&mut RawApp)) -> Result<edit::Edited, Refused> {
        edits(&self.world, &self.acme, &self.app, change).await
    }

    /// What is live, as the protocol knows it.
    async fn live(&self) -> AppDetails {
        let known = self.server().cached.find_app(&self.app.client_id).await;
        known.expect("a read").expect("the app").version.details.clone()
    }
}

/// An app that lacks nothing.
fn complete(farm: &Farm, code: &str) -> AppWish {
    AppWish::store(code)
        .named(&format!("Tidy {code}"))
        .with_logo(&farm.url("/logo.png"))
        .with_links(&farm.url("/privacy"), &farm.url("/terms"))
        .returning_to(&farm.url("/a"))
        .returning_to(&farm.url("/b"))
        .asking_for(&["reservations.read"])
}

async fn edits(
    world: &World,
    of: &Tenant,
    app: &RegisteredApp,
    change: impl FnOnce(&mut RawApp),
) -> Result<edit::Edited, Refused> {
    let server = world.app();
    let found = versions::find(server, &of.id, &app.id).await?;
    let mut raw = RawApp::of(&found.latest().details);
    change(&mut raw);
    let origin = world.origin_of(&of.admin).await;
    Box::pin(edit::edit(server, &origin, (&of.id, &app.id), &raw, None)).await
}

/// The token that this client's forms carry.
fn form_token(scene: &Scene, client: &Client) -> String {
    let browser = client.cookie("grantry-browser").expect("the first page gives a browser cookie");
    scene.server().form_key.token(browser)
}

async fn takes(reviewer: &mut Client, review: &str) {
    let form = reviewer.form(review, &format!("{review}/assign")).await;
    let taken = reviewer.posts(&form).await;
    assert_eq!(taken.status, 303, "{}", taken.body);
}

async fn decides(reviewer: &mut Client, review: &str, button: &str, reason: &str) -> Reply {
    let form = reviewer.form(review, &format!("{review}/decide")).await;
    reviewer.posts(&form.with("reason", reason).pressing(button)).await
}
