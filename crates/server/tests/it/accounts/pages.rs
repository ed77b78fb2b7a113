//! Members, invitations, the account switcher and settings, as pages.

use grantry_testkit::World;

use super::{Desk, forged};

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn an_admin_invites_somebody_who_then_joins_and_sees_the_members() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/members", "Invite").await;
    let listed = admin.submits(&form.with("email", "emmy@x.example")).await;
    assert!(listed.says("The invitation is on its way"), "{}", listed.body);
    assert!(listed.says("emmy@x.example") && listed.says("Open the mailbox"), "{}", listed.body);

    let link = desk.world.mail_link("emmy@x.example").await;
    let mut emmy = desk.world.client();
    let page = emmy.gets(&link).await;
    assert!(page.says("HOTL Hotels") && page.says(&desk.hotel.admin.email), "{}", page.body);
    let form = page.form("Accept invitation").with("first_name", "Emmy");
    let weak = emmy.posts(&form.clone().with("last_name", "").with("password", "password")).await;
    assert_eq!(weak.status, 422);
    assert!(weak.says("Many people use a password like this"), "{}", weak.body);
    assert!(weak.body.contains(r#"value="Emmy""#), "what was typed is kept");
    assert!(!weak.body.contains(r#"value="password""#), "but never a password");
    let form = form.with("last_name", "Noether").with("password", "an invariant of the sea");
    let joined = emmy.posts(&form).await;
    assert_eq!((joined.status, joined.location()), (303, "/apps/connected-apps"));
    let members = emmy.gets("/account/members").await;
    assert!(members.says("Emmy Noether") && members.says("3 members"), "{}", members.body);
    assert!(!members.body.contains("/account/members/"), "a member sees the list, not the doors behind it");
    assert_eq!(emmy.gets(&link).await.status, 410, "the link works once");
}

#[tokio::test]
async fn somebody_with_a_sign_in_comes_back_to_the_invitation() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let mut admin = world.signed_in(&hotel.admin).await;
    let form = admin.form("/account/members", "Invite").await;
    admin.submits(&form.with("email", "carl@x.example").ticking("is_admin", "true")).await;
    let link = world.mail_link("carl@x.example").await;
    let path = link.strip_prefix(world.issuer()).expect("a link to this server");

    let carl = world.person("Carl Gauss", "carl@x.example").await;
    let mut browser = world.client();
    assert!(browser.gets(path).await.says("You have a sign-in already"));
    let form = browser.form("/account/login", "Sign in").await;
    let form = form.with("email", &carl.email).with("password", grantry_testkit::world::PASSWORD);
    let entered = browser.posts(&form).await;
    assert_eq!((entered.status, entered.location()), (303, path));
    let page = browser.gets(path).await;
    let joined = browser.submits(&page.form("Accept invitation")).await;
    assert!(joined.says("You are a member of this account now"), "{}", joined.body);
    assert_eq!(browser.gets("/account/settings").await.status, 200, "as an account admin");
}

#[tokio::test]
async fn an_invitation_for_somebody_else_is_not_accepted() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/members", "Invite").await;
    admin.submits(&form.with("email", "emmy@x.example")).await;
    let link = desk.world.mail_link("emmy@x.example").await;
    let mut mallory = desk.world.signed_in(&desk.rival.admin).await;
    assert!(mallory.gets(&link).await.says("the invitation is for another address"));
    let stolen = forged(&mut mallory, &link).await;
    assert_eq!(mallory.posts(&stolen).await.status, 403);
    desk.world.later(31 * DAY);
    let late = desk.world.client().gets(&link).await;
    assert_eq!(late.status, 410);
    assert!(late.says("This invitation does not work any more"), "{}", late.body);
}

#[tokio::test]
async fn an_invitation_is_sent_again_and_revoked_from_the_list() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/members", "Invite").await;
    admin.submits(&form.with("email", "emmy@x.example")).await;
    let first = desk.world.mail_link("emmy@x.example").await;
    let reader = desk.world.app().store.reader();
    let open = reader.list_invitations(&desk.hotel.id).await.expect("a store");
    let home = format!("/account/invitations/{}", open[0].id);
    let again = admin.form("/account/members", &format!("{home}/resend")).await;
    admin.submits(&again).await;
    let second = desk.world.mail_link("emmy@x.example").await;
    assert_ne!(first, second);
    assert_eq!(desk.world.client().gets(&first).await.status, 410, "the old link is dead");

    let revoke = format!("{home}/revoke");
    let form = forged(&mut desk.world.signed_in(&desk.rival.admin).await, &revoke).await;
    assert_eq!(desk.world.signed_in(&desk.rival.admin).await.posts(&form).await.status, 403, "not its token");
    let mut stranger = desk.world.signed_in(&desk.rival.admin).await;
    let form = forged(&mut stranger, &revoke).await;
    assert_eq!(stranger.posts(&form).await.status, 404, "not its invitation");
    let form = forged(&mut admin, &revoke).await;
    let revoked = admin.submits(&form).await;
    assert!(revoked.says("The invitation is revoked"), "{}", revoked.body);
    assert_eq!(desk.world.client().gets(&second).await.status, 410);
}

// security: W05
#[tokio::test]
async fn an_admin_changes_and_removes_a_member_by_their_address() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let home = format!("/account/members/{}", desk.bob.id);
    desk.world.connects_personally(&desk.hotel, &desk.bob, &desk.tool, &["reservations.read"]).await;
    let page = admin.gets(&home).await;
    assert!(page.says("One app that they connected for themselves is disconnected"), "{}", page.body);
    let promote = page.form("Make account admin").pressing("Make account admin");
    let changed = admin.submits(&promote).await;
    assert!(changed.says("The member is changed"), "{}", changed.body);
    assert_eq!(desk.world.signed_in(&desk.bob).await.gets("/account/settings").await.status, 200);

    let page = admin.gets(&home).await;
    let disable = page.form("Disable").pressing("Disable");
    admin.submits(&disable).await;
    let mut bob = desk.world.signed_in(&desk.bob).await;
    assert_eq!(bob.gets("/account/members").await.status, 403, "a disabled member has no account");

    let form = admin.gets(&home).await.form("Remove from account");
    let other = admin.posts(&form.clone().with("confirm", "somebody@else.example")).await;
    assert_eq!(other.status, 422);
    let removed = admin.submits(&form.with("confirm", &desk.bob.email.to_uppercase())).await;
    assert!(removed.says("They are no member any more"), "{}", removed.body);
    assert_eq!(admin.gets(&home).await.status, 404);
}

#[tokio::test]
async fn other_admins_are_told_which_apps_stay_when_somebody_goes() {
    let desk = Desk::new().await;
    let leaver = &desk.hotel.admin;
    let mut admin = desk.world.signed_in(leaver).await;
    let page = admin.gets(&format!("/account/members/{}", desk.bob.id)).await;
    admin.submits(&page.form("Make account admin").pressing("Make account admin")).await;
    desk.world.connects(&desk.hotel, &desk.tool, &["reservations.read"]).await;
    let mut bob = desk.world.signed_in(&desk.bob).await;
    let form = bob.gets(&format!("/account/members/{}", leaver.id)).await.form("Remove from account");
    bob.submits(&form.with("confirm", &leaver.email)).await;
    let mails = desk.world.mails_to(&desk.bob.email).await;
    assert!(mails[0].subject.contains("some apps stay connected"), "{}", mails[0].subject);
    assert!(mails[0].text.contains(&desk.tool.name), "{}", mails[0].text);
    assert!(bob.gets("/apps/connected-apps").await.says(&desk.tool.name), "the connection is the account's");
}

#[tokio::test]
async fn the_last_admin_stays_and_the_page_says_what_to_do() {
    let desk = Desk::new().await;
    let ada = &desk.hotel.admin;
    let mut admin = desk.world.signed_in(ada).await;
    let page = admin.gets(&format!("/account/members/{}", ada.id)).await;
    for (button, form) in [
        ("Take admin privilege", page.form("Take admin privilege").pressing("Take admin privilege")),
        ("Disable", page.form("Disable").pressing("Disable")),
        ("Remove", page.form("Remove from account").with("confirm", &ada.email)),
    ] {
        let reply = admin.posts(&form).await;
        assert_eq!(reply.status, 409, "{button}");
        assert!(reply.says("Make somebody else an account admin first"), "{}", reply.body);
    }
    assert_eq!(admin.gets("/account/settings").await.status, 200, "nothing was changed");
}

// security: C08
#[tokio::test]
async fn a_member_without_privilege_changes_nothing_whatever_is_posted() {
    let desk = Desk::new().await;
    let mut bob = desk.world.signed_in(&desk.bob).await;
    let list = bob.gets("/account/members").await;
    assert_eq!(list.status, 200);
    assert!(!list.says("Invite a member") && list.says("Only account admins can"), "{}", list.body);
    let home = format!("/account/members/{}", desk.bob.id);
    for (path, fields) in [
        ("/account/members".to_owned(), vec![("email", "eve@x.example")]),
        (home.clone(), vec![("change", "admin")]),
        (format!("{home}/remove"), vec![("confirm", desk.bob.email.as_str())]),
        ("/account/settings".to_owned(), vec![("name", "Mine"), ("connect_policy", "anyone")]),
    ] {
        let mut form = forged(&mut bob, &path).await;
        for (name, value) in fields {
            form = form.with(name, value);
        }
        let reply = bob.posts(&form).await;
        assert_eq!(reply.status, 403, "{path}");
        assert!(reply.says(&desk.hotel.admin.email), "{path} says who can");
    }
    assert!(bob.gets("/account/settings").await.status == 403);
}

// security: R10, W05
#[tokio::test]
async fn fields_that_a_form_does_not_have_change_nothing() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/settings", "Save").await;
    let more = ["id", "code", "kind", "state", "account_id", "is_operator"];
    let form = more.iter().fold(form.with("name", "Inn"), |form, name| form.with(name, "operator"));
    admin.submits(&form).await;
    let reader = desk.world.app().store.reader();
    let account = reader.find_account(&desk.hotel.id).await.expect("a store").expect("an account");
    assert_eq!((account.name.as_str(), account.code.as_str()), ("Inn", "HOTL"));
    assert_eq!(account.kind.as_str(), "customer");
    let form = admin.form("/account/members", "Invite").await;
    let more = ["is_reviewer", "is_operator", "account_id", "password_hash", "state"];
    let form = more.iter().fold(form.with("email", &desk.rival.admin.email), |form, n| form.with(n, "true"));
    admin.submits(&form).await;
    let link = desk.world.mail_link(&desk.rival.admin.email).await;
    let mut invited = desk.world.signed_in(&desk.rival.admin).await;
    let form = invited.form(&link, "Accept invitation").await;
    invited.submits(&more.iter().fold(form.with("is_admin", "true"), |form, n| form.with(n, "true"))).await;
    let member = reader.find_member(&desk.hotel.id, &desk.rival.admin.id).await.expect("a store");
    let member = member.expect("a member");
    assert!(!member.is_admin && !member.is_reviewer);
}

#[tokio::test]
async fn somebody_in_two_accounts_switches_between_them_and_into_no_other() {
    let desk = Desk::new().await;
    desk.world.joins(&desk.bob, &desk.rival, true).await;
    let mut bob = desk.world.signed_in(&desk.bob).await;
    let members = bob.gets("/account/members").await;
    assert!(members.says("HOTL Hotels") && members.says(&desk.hotel.admin.email), "{}", members.body);
    let form = members.form("/account/switch").with("account", desk.rival.id.as_str());
    assert_eq!(bob.posts(&form).await.location(), "/apps/connected-apps");
    let members = bob.gets("/account/members").await;
    assert!(members.says(&desk.rival.admin.email), "{}", members.body);
    assert!(!members.says(&desk.hotel.admin.email), "nothing of the other account");
    let other = desk.world.customer("THRD").await;
    for foreign in [other.id.as_str(), "acc_x", ""] {
        assert_eq!(bob.posts(&form.clone().with("account", foreign)).await.status, 404, "{foreign}");
    }
}

#[tokio::test]
async fn members_are_found_by_a_part_of_their_name_or_address() {
    let desk = Desk::new().await;
    desk.world.member(&desk.hotel, "Zoe_100% Müller").await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    for (query, found, other) in [
        ("BROWN", "Bob Brown", "Ada HOTL"),
        ("m%C3%BCLL", "Müller", "Bob Brown"),
        ("_100%25", "Müller", "Bob"),
    ] {
        let page = admin.gets(&format!("/account/members?q={query}")).await;
        let list = page.body.split("id=\"members-heading\"").nth(1).expect("a list");
        assert!(list.contains(found) && !list.contains(other), "{query}: {list}");
    }
    let nobody = admin.gets("/account/members?q=%25%25").await;
    assert!(nobody.says("Nobody found"), "a percent sign is only a percent sign");
    assert_eq!(admin.gets("/account/members?page=999999999999999999999").await.status, 200);
}

// security: C01
#[tokio::test]
async fn hostile_names_are_refused_or_shown_as_what_they_are() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/settings", "Save").await;
    for hostile in ["", "a\u{202e}b", "a\u{200b}b", "a\nb", &"x".repeat(101)] {
        let reply = admin.posts(&form.clone().with("name", hostile)).await;
        assert_eq!(reply.status, 422, "{hostile:?}");
    }
    let html = "<img src=x onerror=alert(1)>\"'";
    let saved = admin.submits(&form.with("name", html)).await;
    assert!(saved.says(html) && !saved.body.contains("<img src=x"), "{}", saved.body);
    let invited = admin.form("/account/members", "Invite").await.with("email", "emmy@x.example");
    admin.submits(&invited).await;
    let link = desk.world.mail_link("emmy@x.example").await;
    let page = desk.world.client().gets(&link).await;
    assert!(page.says(html) && !page.body.contains("<img src=x"), "{}", page.body);
    let mail = &desk.world.mails_to("emmy@x.example").await[0];
    assert!(!mail.html.contains("<img src=x"), "{}", mail.html);
}
