//! Members, invitations and the operator's pages in a browser, with and without script.

use grantry_testkit::{Browser, Theme, World};

/// What a person sees who looks after the members of an account.
async fn looks_after_members(browser: &Browser, world: &World, look: &str) {
    let hotel = world.customer("HOTL").await;
    let bob = world.member(&hotel, "Bob Brown").await;
    world.signs_in_quietly(&hotel.admin, browser).await;
    browser.goes_to(world.url("/account/members")).await;
    browser.presses("Invite a member").await;
    browser.types("E-mail", "emmy@x").await;
    browser.presses("Invite").await;
    browser.sees("This is no e-mail address that we can write to").await;
    browser.screenshot(&format!("members-add-{look}"), 1280, Theme::Light).await;
    browser.screenshot(&format!("members-add-{look}"), 360, Theme::Dark).await;
    browser.types("E-mail", "emmy@x.example").await;
    browser.ticks("Account admin").await;
    browser.presses("Invite").await;
    browser.sees("The invitation is on its way").await;
    browser.sees("emmy@x.example").await;

    browser.goes_to(world.url(&format!("/account/members/{}", bob.id))).await;
    browser.presses("Make account admin").await;
    browser.sees("The member is changed").await;
    browser.goes_to(world.url(&format!("/account/members/{}#remove", bob.id))).await;
    browser.sees("Remove Bob Brown?").await;
    browser.screenshot(&format!("member-remove-{look}"), 1280, Theme::Dark).await;
    browser.screenshot(&format!("member-remove-{look}"), 360, Theme::Light).await;
    browser.types("Type “bob@hotl.example” to confirm", &bob.email).await;
    browser.presses("Remove from account").await;
    browser.sees("They are no member any more").await;
    browser.sees_no("Bob Brown").await;

    // Somebody new accepts in the same browser, once the admin has left it.
    let link = world.mail_link("emmy@x.example").await;
    browser.goes_to(&link).await;
    browser.sees("the invitation is for another address").await;
    browser.presses("Sign out").await;
    browser.goes_to(&link).await;
    browser.types("First name", "Emmy").await;
    browser.types("Last name", "Noether").await;
    browser.types("Password", "an invariant of the sea").await;
    browser.presses("Accept invitation").await;
    browser.sees("You are a member of this account now").await;
    browser.goes_to(world.url("/account/settings")).await;
    browser.sees("Who may connect apps?").await;
    browser.shows_no_dialog().await;
}

#[tokio::test]
async fn an_admin_looks_after_the_members() {
    let world = World::new().await;
    let browser = Browser::open().await;
    looks_after_members(&browser, &world, "script").await;
    // The menu of a row opens over everything else.
    browser.goes_to(world.url("/account/members")).await;
    browser.runs("document.querySelectorAll('main details.menu')[0].open = true", vec![]).await;
    browser.has_no_accessibility_violations().await;
    browser.screenshot("members-menu", 1280, Theme::Light).await;
    browser.screenshot("members-menu", 360, Theme::Light).await;
}

#[tokio::test]
async fn an_admin_looks_after_the_members_without_javascript() {
    let world = World::new().await;
    let browser = Browser::open().without_javascript().await;
    looks_after_members(&browser, &world, "plain").await;
}

#[tokio::test]
async fn an_operator_makes_suspends_and_resumes_an_account() {
    let world = World::new().await;
    let platform = world.operator().await;
    let browser = Browser::open().await;
    world.signs_in_quietly(&platform.admin, &browser).await;
    browser.goes_to(world.url("/admin/accounts")).await;
    browser.follows("Create account").await;
    browser.types("Account name", "Acme Hotels").await;
    browser.types("Account code", "sdxe").await;
    browser.types("E-mail", "ada@acme.example").await;
    browser.types("First name", "Ada").await;
    browser.presses("Create account").await;
    browser.sees("The account is created").await;
    browser.sees("Open the mailbox").await;
    browser.screenshot("operator-created", 1280, Theme::Light).await;
    browser.presses("Suspend …").await;
    browser.sees("One member cannot use the account any more").await;
    browser.screenshot("operator-suspend", 1280, Theme::Light).await;
    browser.screenshot("operator-suspend", 360, Theme::Dark).await;
    browser.types("Type “SDXE” to confirm", "SDXE").await;
    browser.presses("Suspend account").await;
    browser.sees("This account is suspended").await;
    browser.has_no_accessibility_violations().await;
    browser.screenshot("operator-suspended", 360, Theme::Light).await;
    browser.presses("Resume account").await;
    browser.sees("The account works again").await;

    browser.goes_to(world.url("/admin/scopes")).await;
    browser.presses("Import catalogue").await;
    browser.types("Catalogue file", "[[api]]\nname = 7\n").await;
    browser.presses("Import").await;
    browser.sees("Not imported").await;
    browser.has_no_accessibility_violations().await;
    browser.screenshot("operator-import", 1280, Theme::Light).await;
    browser.screenshot("operator-import", 360, Theme::Dark).await;
}
