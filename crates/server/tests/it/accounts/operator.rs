//! The operator's pages: every account, making one, suspending it, the catalogue.

use grantry::config::Config;
use grantry_testkit::World;

#[tokio::test]
async fn an_operator_makes_a_customer_whose_admin_chooses_a_password() {
    let world = World::new().await;
    let platform = world.operator().await;
    let mut operator = world.signed_in(&platform.admin).await;
    let form = operator.form("/admin/accounts/create", "Create account").await;
    let wrong = operator.posts(&form.clone().with("name", "Acme Hotels").with("code", "A-B")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains(r#"value="Acme Hotels""#), "what was typed is kept: {}", wrong.body);
    assert!(wrong.says("cannot be an account code") && wrong.says("no e-mail address"), "{}", wrong.body);
    let form = form.with("name", "Acme Hotels").with("code", "sdxe").with("email", "ada@acme.example");
    let made = operator.submits(&form.with("first_name", "Ada").with("last_name", "Lovelace")).await;
    assert!(made.says("Acme Hotels") && made.says("SDXE") && made.says("Open the mailbox"), "{}", made.body);

    let mut ada = world.client();
    let form = ada.form(&world.mail_link("ada@acme.example").await, "Save and sign in").await;
    let entered = ada.submits(&form.with("password", "a quiet harbour at dawn")).await;
    assert_eq!(entered.status, 200);
    assert_eq!(ada.gets("/account/settings").await.status, 200, "the first member is an account admin");
    let list = operator.gets("/admin/accounts?q=acme&kind=customer").await;
    assert!(list.says("Acme Hotels") && !list.says("RIVL"), "{}", list.body);
    assert!(operator.gets("/admin/accounts?q=nobody").await.says("No account found"));
}

// security: R10
#[tokio::test]
async fn no_form_makes_the_account_of_apps_that_register_themselves() {
    let world = World::new().await;
    let platform = world.operator().await;
    let mut operator = world.signed_in(&platform.admin).await;
    let form = operator.form("/admin/accounts/create", "Create account").await;
    let form = form.with("name", "Robots").with("email", "r@x.example").with("first_name", "R");
    for kind in ["self", "root", ""] {
        let refused = operator.posts(&form.clone().with("kind", kind)).await;
        assert_eq!(refused.status, 422, "{kind}");
        assert!(refused.says("Choose developer, customer or operator"), "{}", refused.body);
    }
}

fn supported(config: &mut Config) {
    config.branding.support = Some("help@inn.example".parse().expect("an address"));
}

#[tokio::test]
async fn nothing_of_a_suspended_account_works_until_it_is_resumed() {
    let world = World::setup().configured(supported).start().await;
    let platform = world.operator().await;
    let hotel = world.customer("HOTL").await;
    let robot = world.custom_app(&hotel, "ROBOT", &["reservations.read"]).await;
    let mut operator = world.signed_in(&platform.admin).await;
    let home = format!("/admin/accounts/{}", hotel.id);
    let form = operator.gets(&home).await.form("Suspend account");
    assert_eq!(operator.posts(&form.clone().with("confirm", "RIVL")).await.status, 422);
    let suspended = operator.submits(&form.with("confirm", "hotl")).await;
    assert!(suspended.says("This account is suspended"), "{}", suspended.body);

    let mut ada = world.signed_in(&hotel.admin).await;
    let page = ada.gets("/account/members").await;
    assert_eq!(page.status, 403);
    assert!(
        page.says("HOTL Hotels was suspended by Innkeeper") && page.says("help@inn.example"),
        "{}",
        page.body
    );
    assert!(page.says("Sign out") && !page.says("You belong to no account"), "{}", page.body);
    assert!(ada.gets("/account/profile").await.says("HOTL Hotels was suspended by Innkeeper"));
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        robot.client_id, robot.client_secret
    );
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_ne!(world.post("/connect/token", &kind, &form).await.status, 200);

    let resume = operator.gets(&home).await.form("Resume account");
    assert!(operator.submits(&resume).await.says("The account works again"));
    assert_eq!(ada.gets("/account/members").await.status, 200);
    assert_eq!(world.post("/connect/token", &kind, &form).await.status, 200);
}

#[tokio::test]
async fn the_last_operator_account_cannot_be_suspended() {
    let world = World::new().await;
    let platform = world.operator().await;
    let mut operator = world.signed_in(&platform.admin).await;
    let form = operator.gets(&format!("/admin/accounts/{}", platform.id)).await.form("Suspend account");
    let refused = operator.posts(&form.with("confirm", &platform.code)).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("without this account nobody could operate the server"), "{}", refused.body);
    assert_eq!(operator.gets("/admin/accounts").await.status, 200);
}

#[tokio::test]
async fn a_catalogue_is_imported_whole_or_the_page_says_where_it_is_wrong() {
    let world = World::new().await;
    let platform = world.operator().await;
    let hotel = world.customer("HOTL").await;
    world.custom_app(&hotel, "ROBOT", &["reservations.read"]).await;
    let mut operator = world.signed_in(&platform.admin).await;
    let page = operator.gets("/admin/scopes").await;
    assert!(page.says("reservations.read") && page.says("Read reservations"), "{}", page.body);
    let form = page.form("Import");
    let broken = "[[api]]\nname = \"robots\"\ndisplay_name = 7\n";
    let refused = operator.posts(&form.clone().with("file", broken)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("api[0].display_name") && refused.says("display_name = 7"), "{}", refused.body);

    let one = |api: &str, scope: &str| {
        format!(
            "[[api]]\nname = \"{api}\"\ndisplay_name = \"{api}\"\n[[api.scope]]\nname = \"{scope}\"\n\
             display_name = \"Make them walk\"\n"
        )
    };
    let used = operator.posts(&form.clone().with("file", &one("api", "walk"))).await;
    assert_eq!(used.status, 422);
    assert!(used.says("reservations.read (apps: 1, connections: 0)"), "{}", used.body);
    let taken = operator.posts(&form.clone().with("file", &one("robots", "reservations.read"))).await;
    assert!(taken.says("belongs to an API that is not in it"), "{}", taken.body);
    let imported = operator.submits(&form.with("file", &one("robots", "robots.walk"))).await;
    assert!(
        imported.says("The catalogue is imported") && imported.says("Make them walk"),
        "{}",
        imported.body
    );
}
