//! Approval in two browsers, a developer's and a reviewer's: submission, a request for changes with a comment on a field,
//! approval, and a second version with one more scope while the first keeps running. Once with JavaScript, once without.

use grantry_testkit::world::AppWish;
use grantry_testkit::{Browser, Farm, World};

struct Story {
    world: World,
    developer: Browser,
    reviewer: Browser,
    home: String,
    client_id: String,
}

impl Story {
    async fn begins(farm: &Farm, with_javascript: bool) -> Self {
        let world = World::setup().beside(farm).start().await;
        let acme = world.developer("ACME").await;
        let operator = world.operator().await;
        let rita = world.reviewer(&operator, "Rita Reviewer").await;
        let wish = AppWish::store("TOOL")
            .named("Tidy Rooms")
            .with_logo(&farm.url("/logo.png"))
            .with_links(&farm.url("/privacy"), &farm.url("/terms"))
            .returning_to(&farm.url("/callback"))
            .asking_for(&["reservations.read"]);
        let app = world.registers(&acme, wish).await;
        let open = async || {
            if with_javascript { Browser::open().await } else { Browser::open().without_javascript().await }
        };
        let (developer, reviewer) = (open().await, open().await);
        world.signs_in_quietly(&acme.admin, &developer).await;
        world.signs_in_quietly(&rita, &reviewer).await;
        let home = world.url(&format!("/apps/store-apps/{}", app.id));
        Self { world, developer, reviewer, home, client_id: app.client_id }
    }

    async fn submits(&self, note: &str) {
        self.developer.goes_to(&self.home).await;
        self.developer.follows("Submit for approval").await;
        self.developer.types("Note to the reviewers", note).await;
        self.developer.presses("Submit for approval").await;
        self.developer.sees("The reviewers have a mail").await;
    }

    async fn takes_it_on(&self) {
        self.reviewer.goes_to(self.world.url("/review")).await;
        self.reviewer.sees("One submission waits.").await;
        self.reviewer.follows("Tidy Rooms").await;
        self.reviewer.presses("Assign to me").await;
        self.reviewer.sees("You are on this submission").await;
    }

    async fn edits(&self, scope: &str) {
        self.developer.goes_to(format!("{}/edit", self.home)).await;
        self.developer.ticks(scope).await;
        self.developer.presses("Save").await;
    }

    async fn live_scopes(&self) -> Vec<String> {
        let known = self.world.app().cached.find_app(&self.client_id).await.expect("a read");
        known.expect("the app").version.details.scopes.clone()
    }
}

async fn an_app_is_approved_twice(with_javascript: bool) {
    let farm = Farm::new().await;
    let story = Story::begins(&farm, with_javascript).await;
    let (developer, reviewer) = (&story.developer, &story.reviewer);
    story.submits("It shows today's arrivals at the front desk.").await;
    story.takes_it_on().await;
    reviewer.sees("It shows today's arrivals at the front desk.").await;
    reviewer.follows("Comment Scopes").await;
    reviewer.types("Text", "How do you show the bill?").await;
    reviewer.presses("Send to the developer").await;
    reviewer.types("Your own words", "Ask for the folios, too.").await;
    reviewer.presses("Request changes").await;
    reviewer.sees("Changes are requested").await;

    developer.goes_to(format!("{}/submit", story.home)).await;
    developer.sees("Changes requested").await;
    story.edits("Read folios, including charges and payments folios.read").await;
    developer.sees("Your changes are live").await;
    story.submits("Now with folios.").await;
    story.takes_it_on().await;
    reviewer.sees("folios.read").await;
    reviewer.presses("Approve").await;
    reviewer.sees("The version is live").await;

    story.edits("Manage payments Sensitive payments.manage").await;
    developer.sees("Saved as a draft").await;
    developer.sees("not submitted").await;
    assert_eq!(story.live_scopes().await, ["folios.read", "reservations.read"], "version 1 keeps running");
    story.submits("Guests pay at the desk.").await;
    story.takes_it_on().await;
    reviewer.sees("What would change").await;
    reviewer.sees("payments.manage").await;
    reviewer.sees("Sensitive").await;
    assert_eq!(story.live_scopes().await.len(), 2, "submitted is not approved");
    reviewer.presses("Approve").await;
    reviewer.sees("The version is live").await;
    assert_eq!(story.live_scopes().await, ["folios.read", "payments.manage", "reservations.read"]);
    reviewer.shows_no_dialog().await;
}

#[tokio::test]
async fn an_app_is_approved_twice_in_two_browsers() {
    an_app_is_approved_twice(true).await;
}

#[tokio::test]
async fn an_app_is_approved_twice_without_javascript() {
    an_app_is_approved_twice(false).await;
}
