//! The desk: the way of an app through it, who may decide, and what happens when two do at once.

use grantry_store::app::Listing;
use grantry_testkit::http::{Form, Reply};

use super::{Scene, decides, form_token, takes};

async fn listing(scene: &Scene) -> Listing {
    let found = scene.server().store.reader().find_app(&scene.acme.id, &scene.app.id).await;
    found.expect("a read").expect("the app").listing
}

// security: C02, C07
#[tokio::test]
async fn an_app_goes_from_submission_over_a_request_for_changes_to_approval_and_everybody_is_told() {
    let scene = Scene::new().await;
    let review = scene.submits().await;
    let told = scene.world.mails_to(&scene.rita.email).await;
    assert!(told.iter().any(|mail| mail.subject.contains("Tidy TOOL by ACME Software waits for approval")));

    let mut rita = scene.reviewer().await;
    let queue = rita.gets("/review").await;
    assert!(queue.says("Tidy TOOL") && queue.says("One submission waits.") && queue.says("Nobody yet"));
    let page = rita.gets(&review).await;
    for words in ["It reads reservations.", "reservations.read", "Read reservations", "What the app is"] {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    assert!(!offers(&page, &review, "decide"), "nobody decides who has not taken it on");
    takes(&mut rita, &review).await;
    assert!(offers(&rita.gets(&review).await, &review, "decide"));
    let form = rita.form(&review, &format!("{review}/comment")).await;
    let asked = form.clone().with("field", "scopes").with("text", "Which reservations?");
    assert_eq!(rita.posts(&asked.with("kind", "open")).await.status, 303);
    let noted = form.with("text", "They were rude on the phone.").with("kind", "internal");
    assert_eq!(rita.posts(&noted).await.status, 303);
    let without_reason = decides(&mut rita, &review, "Request changes", "").await;
    assert_eq!(without_reason.status, 422);
    assert!(without_reason.says("Say why"));
    assert_eq!(decides(&mut rita, &review, "Request changes", "Name the hotels.").await.status, 303);

    let told = scene.world.mails_to(&scene.acme.admin.email).await;
    assert!(told.iter().any(|mail| mail.subject == "Comment on Tidy TOOL"));
    assert!(told.iter().any(|mail| mail.subject == "Tidy TOOL needs changes before it is approved"));
    let mut admin = scene.developer().await;
    let page = admin.gets(&format!("{}/submit", scene.home())).await;
    for words in ["Changes requested", "Name the hotels.", "Which reservations?", "Rita Reviewer"] {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("rude"), "internal notes are for reviewers");
    let (submit, say) = (format!("{}/submit", scene.home()), format!("{}/submit/comment", scene.home()));
    let answer = admin.form(&submit, &say).await;
    assert_eq!(admin.posts(&answer.with("field", "scopes").with("text", "All of them.")).await.status, 303);
    assert_eq!(listing(&scene).await, Listing::Unlisted);

    let second = scene.submits().await;
    let page = rita.gets(&second).await;
    assert!(page.says("Other submissions of this app") && page.says("All of them.") && page.says("rude"));
    takes(&mut rita, &second).await;
    assert_eq!(decides(&mut rita, &second, "Approve", "").await.status, 303);
    assert_eq!(listing(&scene).await, Listing::Approved);
    let told = scene.world.mails_to(&scene.acme.admin.email).await;
    assert!(told.iter().any(|mail| mail.subject == "Tidy TOOL is approved"));
    let record = rita.gets(&format!("{second}/record.json")).await.json();
    assert_eq!((&record["state"], &record["decided_by"]), (&"approved".into(), &"Rita Reviewer".into()));
    assert!(record["checks"].as_array().is_some_and(|checks| checks.len() > 5), "{record}");
    assert!(rita.gets(&format!("{second}/record")).await.says("Rita Reviewer"));
    assert_eq!(decides_by_hand(&scene, &mut rita, &second).await, 409, "a decision is made once");
}

/// Whether a page of a submission offers to do this.
fn offers(page: &Reply, review: &str, act: &str) -> bool {
    Form::find(&page.body, &format!("{review}/{act}")).is_some()
}

/// Posts an approval without the page that would offer it.
async fn decides_by_hand(scene: &Scene, client: &mut grantry_testkit::http::Client, review: &str) -> u16 {
    let token = form_token(scene, client);
    let id = review.trim_start_matches("/review/").parse().expect("a submission");
    let found = scene.server().store.reader().find_submission(&id, None).await.expect("a read");
    let version = found.map(|found| found.submission.version_id.to_string()).unwrap_or_default();
    let form = Form::by_hand(&format!("{review}/decide"))
        .with("form_token", &token)
        .with("version", &version)
        .with("verdict", "approve");
    client.posts(&form).await.status
}

// security: C07
#[tokio::test]
async fn nobody_decides_about_an_app_of_an_account_that_they_belong_to() {
    let scene = Scene::new().await;
    scene.world.joins(&scene.rita, &scene.acme, false).await;
    let review = scene.submits().await;
    let mut rita = scene.reviewer().await;
    // Who belongs to several accounts works in the one that was switched to.
    let page = rita.gets(&review).await;
    if page.status == 404 {
        let home = rita.gets("/account/profile").await;
        let switch = home.form("/account/switch");
        rita.posts(&switch.with("account", scene.operator.id.as_str())).await;
    }
    let page = rita.gets(&review).await;
    assert!(page.says("another reviewer decides about it"), "{}", page.body);
    let token = form_token(&scene, &rita);
    for act in ["assign", "comment", "check"] {
        let form = Form::by_hand(&format!("{review}/{act}")).with("form_token", &token).with("text", "x");
        assert_eq!(rita.posts(&form).await.status, 403, "{act}");
    }
    assert_eq!(decides_by_hand(&scene, &mut rita, &review).await, 403);
    assert_eq!(listing(&scene).await, Listing::Unlisted);
}

// security: C07
#[tokio::test]
async fn the_platforms_own_app_is_decided_about_by_another_reviewer_than_the_submitter() {
    let mut scene = Scene::new().await;
    scene.acme = scene.operator.clone();
    scene.app = scene.world.registers(&scene.operator, super::complete(&scene.farm, "OURS")).await;
    let review = scene.submits().await;
    let mut submitter = scene.developer().await;
    assert!(submitter.gets(&review).await.says("another reviewer decides about it"));
    assert_eq!(decides_by_hand(&scene, &mut submitter, &review).await, 403);
    scene.approves().await;
    assert_eq!(listing(&scene).await, Listing::Approved);
}

// security: C07
#[tokio::test]
async fn who_has_taken_a_submission_on_has_it_until_somebody_takes_it_over_knowingly() {
    let scene = Scene::new().await;
    let rolf = scene.world.reviewer(&scene.operator, "Rolf Reviewer").await;
    let review = scene.submits().await;
    let (mut rita, mut rolf) = (scene.reviewer().await, scene.world.signed_in(&rolf).await);
    let opened_before = rolf.form(&review, &format!("{review}/assign")).await;
    takes(&mut rita, &review).await;
    assert_eq!(rolf.posts(&opened_before).await.status, 409, "the page did not say that somebody is on it");
    let page = rolf.gets(&review).await;
    assert!(page.says("Rita Reviewer is on this submission"));
    assert!(!offers(&page, &review, "decide"));
    assert_eq!(decides_by_hand(&scene, &mut rolf, &review).await, 409);
    let ritas = rita.form(&review, &format!("{review}/decide")).await;
    assert_eq!(rolf.posts(&page.form(&format!("{review}/assign"))).await.status, 303, "taken over");
    assert_eq!(rita.posts(&ritas.pressing("Approve")).await.status, 409, "it is not hers any more");
    assert_eq!(decides(&mut rolf, &review, "Approve", "").await.status, 303);
}

// security: C07
#[tokio::test]
async fn a_decision_is_about_what_the_reviewer_saw() {
    let scene = Scene::new().await;
    let review = scene.submits().await;
    let mut rita = scene.reviewer().await;
    takes(&mut rita, &review).await;
    let opened = rita.form(&review, &format!("{review}/decide")).await;
    let gone = scene.farm.url("/b");
    scene.edits(|raw| raw.redirect_uris.retain(|uri| *uri != gone)).await.expect("narrowing");
    assert_eq!(rita.posts(&opened.pressing("Approve")).await.status, 409);
    let page = rita.gets(&review).await;
    assert!(page.says("Since you last looked") && page.says("/b"), "{}", page.body);
    assert_eq!(decides(&mut rita, &review, "Approve", "").await.status, 303);
    assert_eq!(scene.live().await.redirect_uris, [scene.farm.url("/a")]);
}

// security: W05
#[tokio::test]
async fn the_desk_is_nothing_to_developers_and_members_without_the_privilege() {
    let scene = Scene::new().await;
    let review = scene.submits().await;
    let mia = scene.world.member(&scene.operator, "Mia Member").await;
    for person in [&scene.acme.admin, &scene.hotel.admin, &mia] {
        let mut client = scene.world.signed_in(person).await;
        for path in ["/review", &review, &format!("{review}/record"), &format!("{review}/record.json")] {
            assert_eq!(client.gets(path).await.status, 404, "{} {path}", person.name);
        }
    }
    let page = scene.world.signed_in(&scene.operator.admin).await.gets("/review").await;
    assert_eq!(page.status, 200, "an admin of the operator account reviews, too");
}

#[tokio::test]
async fn a_failing_check_keeps_an_app_from_the_queue_and_a_reviewer_may_decide_otherwise() {
    let scene = Scene::new().await;
    scene.farm.answers("/privacy", "404 Not Found", "");
    let mut admin = scene.developer().await;
    let submit = format!("{}/submit", scene.home());
    let form = admin.form(&submit, "Submit for approval").await;
    let refused = admin.posts(&form.clone()).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.says("A check fails") && refused.says("There is no page (status 404)"),
        "{}",
        refused.body
    );
    scene.farm.answers("/privacy", "200 OK", "we keep nothing");
    let again = admin.form(&submit, &format!("{submit}/check")).await;
    assert_eq!(admin.posts(&again).await.status, 303);
    assert_eq!(admin.posts(&form).await.status, 303);
    scene.farm.answers("/privacy", "410 Gone", "");
    let review = scene.review().await;
    let mut rita = scene.reviewer().await;
    takes(&mut rita, &review).await;
    let check = rita.form(&review, &format!("{review}/check")).await;
    assert_eq!(rita.posts(&check).await.status, 303);
    let refused = decides(&mut rita, &review, "Approve", "").await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let form = rita.form(&review, &format!("{review}/decide")).await;
    let despite = rita.posts(&form.ticking("despite", "true").pressing("Approve")).await;
    assert_eq!(despite.status, 303, "{}", despite.body);
}
