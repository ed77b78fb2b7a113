//! Editing an app that is approved or waits for it: what holds at once, what waits, and what never reaches a token.

use grantry::apps::Refused;
use grantry::storefront::publish::{Insist, publish};
use grantry_store::audit::Origin;
use grantry_testkit::World;
use grantry_testkit::each_engine;
use grantry_testkit::http::Client;

use super::Scene;

/// What the server answers when the app sends somebody with this redirect URI and scope.
async fn authorizes(scene: &Scene, browser: &mut Client, redirect: &str, scope: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", scene.app.client_id.as_str()),
            ("redirect_uri", redirect),
            ("scope", scope),
            ("code_challenge", crate::connecting::CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
        .finish();
    let reply = browser.opens(&format!("/connect/authorize?{query}")).await;
    match reply.status {
        200 => "asks".to_owned(),
        303 => reply.location().to_owned(),
        other => format!("page {other}"),
    }
}

// security: C02, C07, A01
#[tokio::test]
async fn what_an_approved_app_asks_for_more_waits_while_the_live_version_keeps_running() {
    each_engine(async |engine| {
        let scene = Scene::with(World::setup().on(engine)).await;
        scene.approved().await;
        let (old, gone, new) = (scene.farm.url("/a"), scene.farm.url("/b"), scene.farm.url("/c"));
        let edited = scene.edits(|raw| {
            raw.redirect_uris = vec![old.clone(), new.clone()];
            raw.scopes.push("folios.read".to_owned());
        });
        let edited = edited.await.expect("an edit");
        assert!(edited.changed_live && edited.changed_waiting);
        assert_eq!(
            edited.details.redirect_uris,
            std::slice::from_ref(&old),
            "what was removed is gone at once"
        );
        let mut ada = scene.world.signed_in(&scene.hotel.admin).await;
        let both = async |ada: &mut Client| {
            let uri = authorizes(&scene, ada, &new, "reservations.read").await;
            (uri, authorizes(&scene, ada, &old, "folios.read").await)
        };
        for submitted in [false, true] {
            if submitted {
                scene.submits().await;
            }
            let (uri, scope) = both(&mut ada).await;
            assert_eq!(uri, "page 400", "no unapproved redirect URI, submitted: {submitted}");
            assert!(scope.contains("error=invalid_scope"), "{scope}");
            assert_eq!(authorizes(&scene, &mut ada, &old, "reservations.read").await, "asks");
            assert_eq!(authorizes(&scene, &mut ada, &gone, "reservations.read").await, "page 400");
        }
        scene.approves().await;
        assert_eq!(both(&mut ada).await, ("asks".to_owned(), "asks".to_owned()));
    })
    .await;
}

// security: C07
#[tokio::test]
async fn while_reviewers_look_an_edit_takes_away_in_both_versions_and_adds_to_none() {
    let scene = Scene::new().await;
    scene.approved().await;
    scene.edits(|raw| raw.scopes.push("folios.read".to_owned())).await.expect("a draft");
    scene.submits().await;
    let more = scene.edits(|raw| raw.scopes.push("reports.read".to_owned())).await;
    assert!(matches!(more, Err(Refused::UnderReview)));
    let mut admin = scene.developer().await;
    let edit = format!("{}/edit", scene.home());
    let form = admin.form(&edit, &edit).await;
    let refused = admin.posts(&form.with("client_name", "Another name")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("withdraw the submission first") && refused.says("Withdraw submission"));
    let gone = scene.farm.url("/b");
    scene.edits(|raw| raw.redirect_uris.retain(|uri| *uri != gone)).await.expect("narrowing");
    assert_eq!(scene.live().await.redirect_uris, [scene.farm.url("/a")]);
    scene.approves().await;
    let live = scene.live().await;
    assert_eq!(live.redirect_uris, [scene.farm.url("/a")], "what was taken out does not come back");
    assert_eq!(live.scopes, ["folios.read", "reservations.read"]);
}

// security: C07
#[tokio::test]
async fn what_was_withdrawn_rejected_or_discarded_never_becomes_live() {
    let scene = Scene::new().await;
    scene.approved().await;
    let before = scene.live().await;
    let mut admin = scene.developer().await;
    scene.edits(|raw| raw.scopes.push("folios.read".to_owned())).await.expect("a draft");
    let page = admin.gets(&scene.home()).await;
    assert!(page.says("not submitted") && page.says("Your app runs as before"), "{}", page.body);
    scene.submits().await;
    let withdraw = admin.form(&format!("{}/submit", scene.home()), "Withdraw submission").await;
    assert_eq!(admin.posts(&withdraw).await.status, 303);
    assert!(admin.gets(&scene.home()).await.says("not submitted"), "it is a draft again");
    let review = scene.submits().await;
    let mut rita = scene.reviewer().await;
    super::takes(&mut rita, &review).await;
    assert_eq!(super::decides(&mut rita, &review, "Reject", "No.").await.status, 303);
    assert_eq!(scene.live().await, before);
    let page = admin.gets(&format!("{}/submit", scene.home())).await;
    assert!(page.says("Everything you want is live and approved"), "{}", page.body);
    scene.edits(|raw| raw.scopes.push("folios.read".to_owned())).await.expect("a draft");
    let discard = admin.form(&scene.home(), "Discard draft").await;
    assert_eq!(admin.posts(&discard).await.status, 303);
    assert_eq!(admin.posts(&discard).await.status, 409, "there is none any more");
    assert_eq!(scene.live().await, before);
}

// security: T08
#[tokio::test]
async fn an_approved_app_that_becomes_public_loses_its_secrets_when_that_is_approved_and_not_before() {
    let scene = Scene::new().await;
    scene.approved().await;
    let edited = scene.edits(|raw| {
        "public".clone_into(&mut raw.client_type);
        raw.auth_method.clear();
    });
    edited.await.expect("a draft");
    let works = async || {
        let known = scene.server().cached.find_app(&scene.app.client_id).await;
        known.expect("a read").expect("the app").secrets.len()
    };
    assert_eq!(works().await, 1);
    scene.submits().await;
    assert_eq!(works().await, 1);
    scene.approves().await;
    assert_eq!(works().await, 0);
}

#[tokio::test]
async fn what_the_command_line_approves_is_the_submission_when_there_is_one_and_else_the_app_as_it_is() {
    use grantry::review::approve::{Approved, approve};
    let scene = Scene::new().await;
    let (server, origin) = (scene.server(), Origin::command());
    let found = async || {
        let found = server.store.reader().find_app(&scene.acme.id, &scene.app.id).await;
        found.expect("a read").expect("the app")
    };
    let approved = approve(server, &origin, &found().await).await.expect("approved");
    assert!(matches!(approved, Approved::AsItIs(_)));
    scene.edits(|raw| raw.scopes.push("folios.read".to_owned())).await.expect("a draft");
    let approved = approve(server, &origin, &found().await).await.expect("approved before");
    assert!(matches!(approved, Approved::AsItIs(_)));
    assert_eq!(scene.live().await.scopes, ["reservations.read"], "a draft that is not submitted waits");
    scene.submits().await;
    let approved = approve(server, &origin, &found().await).await.expect("approved");
    assert!(matches!(approved, Approved::Submission(1)));
    assert_eq!(scene.live().await.scopes, ["folios.read", "reservations.read"]);
    let of = (&scene.acme.id, &scene.app.id);
    publish(server, &origin, of, Insist::AsItIs).await.expect("published");
    scene.edits(|raw| "Another".clone_into(&mut raw.name)).await.expect("a draft");
    scene.approved().await;
    assert_eq!(scene.live().await.name, "Another");
    assert_eq!(found().await.listing.as_str(), "published", "approving the next version hides nothing");
}

#[tokio::test]
async fn deleting_an_app_takes_its_submission_from_the_queue() {
    let scene = Scene::new().await;
    let review = scene.submits().await;
    let origin = scene.world.origin_of(&scene.acme.admin).await;
    let of = (&scene.acme.id, &scene.app.id);
    grantry::apps::remove::remove(scene.server(), &origin, of).await.expect("deleted");
    let mut rita = scene.reviewer().await;
    assert!(rita.gets("/review").await.says("Nothing waits"));
    assert_eq!(rita.gets(&review).await.status, 404);
}
