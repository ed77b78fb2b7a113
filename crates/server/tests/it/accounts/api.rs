//! The identity API, version 1.

use grantry_store::audit::{ActorKind, AuditFilter};
use grantry_store::page::PageRequest;
use serde_json::{Value, json};

use super::{BOTH, Desk, MANAGE, READ};

#[tokio::test]
async fn a_program_lists_the_users_of_its_own_account() {
    let desk = Desk::new().await;
    let token = desk.own_token(READ).await;
    let all = desk.gets("/api/v1/users?sort=email:asc", &token).await;
    assert_eq!(all.status, 200, "{}", all.body);
    let body = all.json();
    assert_eq!(body["count"], 2);
    let first = &body["users"][0];
    let expected = json!({
        "subjectId": desk.hotel.admin.id.as_str(), "firstName": "Ada", "lastName": "HOTL",
        "email": desk.hotel.admin.email, "properties": [], "roles": [], "enabled": true,
        "isAccountAdmin": true, "isMfaEnabled": false, "isPasskeysEnabled": false,
    });
    assert_eq!(first, &expected);
    let page = desk.gets("/api/v1/users?pageSize=1&pageNumber=2&sort=email:asc", &token).await.json();
    assert_eq!(page["users"].as_array().map(Vec::len), Some(1));
    assert_eq!((&page["users"][0]["email"], &page["count"]), (&json!(desk.bob.email), &json!(2)));
    let found = desk.gets("/api/v1/users?email=BOB%40hotl.example&enabled=true", &token).await.json();
    assert_eq!(found["users"][0]["subjectId"], desk.bob.id.as_str());
    for empty in ["email=nobody%40x.example", "enabled=false", "pageNumber=9&pageSize=1", "email=x"] {
        let reply = desk.gets(&format!("/api/v1/users?{empty}"), &token).await;
        assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{empty}");
    }
    for wrong in ["pageSize=101", "sort=password", "enabled=maybe"] {
        let reply = desk.gets(&format!("/api/v1/users?{wrong}"), &token).await;
        assert_eq!(reply.status, 400, "{wrong}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    }
}

#[tokio::test]
async fn one_user_has_roles_by_property() {
    let desk = Desk::new().await;
    let token = desk.own_token(BOTH).await;
    let path = format!("/api/v1/users/{}", desk.bob.id);
    let invited = json!({ "email": "new@x.example", "properties": ["MUC", "BER"], "roles": ["Auditor"] });
    assert_eq!(desk.sends("POST", "/api/v1/account/invitations", &token, &invited).await.status, 200);
    let moved = json!([{ "op": "replace", "path": "/properties", "value": ["MUC"] }]);
    assert_eq!(desk.sends("PATCH", &path, &token, &moved).await.status, 204, "no role, so nowhere");
    let shown = desk.gets(&path, &token).await.json();
    assert_eq!(shown["properties"], json!([]));
    assert_eq!(shown["propertyRoles"], json!([]));
    assert!(shown.get("isPasskeysEnabled").is_none(), "{shown}");

    let link = desk.world.mail_link("new@x.example").await;
    let mut emmy = desk.world.client();
    let form = emmy.gets(&link).await.form("Accept invitation").with("first_name", "Emmy");
    emmy.posts(&form.with("last_name", "Noether").with("password", "an invariant of the sea")).await;
    let list = desk.gets("/api/v1/users?email=new%40x.example", &token).await.json();
    let emmy = &list["users"][0];
    let at = |id: &str| json!({ "id": id, "roles": ["Auditor"] });
    assert_eq!(emmy["properties"], json!([at("BER"), at("MUC")]));
    let path = format!("/api/v1/users/{}", emmy["subjectId"].as_str().expect("an id"));
    assert_eq!(desk.sends("PATCH", &path, &token, &moved).await.status, 204);
    let shown = desk.gets(&path, &token).await.json();
    assert_eq!(shown["properties"], json!(["MUC"]));
    assert_eq!(shown["propertyRoles"], json!([at("MUC")]));
    let there = desk.gets("/api/v1/users?propertyIds=BER", &token).await.json();
    assert_eq!(there["count"], 1, "the account admin alone: {there}");
}

#[tokio::test]
async fn a_person_asks_for_themselves_and_an_app_for_itself_is_nobody() {
    let desk = Desk::new().await;
    let token = desk.token_of(&desk.hotel.admin, READ).await;
    let me = desk.gets("/api/v1/users/me", &token).await;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.json()["email"], desk.hotel.admin.email);
    let robot = desk.gets("/api/v1/users/me", &desk.own_token(READ).await).await;
    assert_eq!(robot.status, 403);
    assert!(robot.body.contains("not for a person"), "{}", robot.body);
}

// security: U04
#[tokio::test]
async fn a_token_without_the_scope_is_told_which_one() {
    let desk = Desk::new().await;
    let other = desk.own_token("reservations.read").await;
    let reader = desk.own_token(READ).await;
    let user = format!("/api/v1/users/{}", desk.bob.id);
    let nothing = json!([]);
    for (method, path, token, missing) in [
        ("GET", "/api/v1/users", &other, READ),
        ("GET", "/api/v1/users/me", &other, READ),
        ("GET", user.as_str(), &other, READ),
        ("GET", "/api/v1/account/invitations", &other, READ),
        ("PATCH", user.as_str(), &reader, MANAGE),
        ("POST", "/api/v1/account/invitations", &reader, MANAGE),
        ("DELETE", "/api/v1/account/invitations/a%40b.example", &reader, MANAGE),
    ] {
        let reply = desk.sends(method, path, token, &nothing).await;
        assert_eq!(reply.status, 403, "{method} {path}");
        assert_eq!(reply.json()["scope"], missing, "{method} {path}");
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        assert!(challenge.contains("insufficient_scope") && challenge.contains(missing), "{challenge}");
    }
    assert_eq!(desk.gets("/api/v1/roles", &other).await.json()["roles"][0], "AccountAdmin");
    assert_eq!(desk.world.get("/api/v1/roles").await.status, 401);
}

// security: W05
#[tokio::test]
async fn a_token_opens_its_own_account_and_no_other() {
    let desk = Desk::new().await;
    let token = desk.own_token(BOTH).await;
    let stranger = format!("/api/v1/users/{}", desk.rival.admin.id);
    assert_eq!(desk.gets(&stranger, &token).await.status, 404);
    let edit = json!([{ "op": "replace", "path": "/enabled", "value": false }]);
    assert_eq!(desk.sends("PATCH", &stranger, &token, &edit).await.status, 404);
    for nobody in ["11111111-1111-4111-8111-111111111111", "me%2f..", "x", "%00", "' or 1=1"] {
        let path = format!("/api/v1/users/{}", nobody.replace(' ', "%20"));
        assert_eq!(desk.gets(&path, &token).await.status, 404, "{nobody}");
    }
    let all = desk.gets("/api/v1/users", &token).await;
    assert!(!all.body.contains(&desk.rival.admin.email), "{}", all.body);
    let mut rival = desk.world.signed_in(&desk.rival.admin).await;
    let form = rival.form("/account/members", "Invite").await;
    rival.submits(&form.with("email", "theirs@x.example")).await;
    let path = "/api/v1/account/invitations/theirs%40x.example";
    assert_eq!(desk.sends("DELETE", path, &token, &json!(null)).await.status, 204);
    assert!(rival.gets("/account/members").await.says("theirs@x.example"), "it stands");
    assert!(!desk.gets("/api/v1/account/invitations", &token).await.body.contains("theirs"));
}

// security: C08
#[tokio::test]
async fn an_app_may_for_a_person_what_the_person_may() {
    let desk = Desk::new().await;
    desk.lets_everybody_connect().await;
    let (bob, ada) = (desk.token_of(&desk.bob, BOTH).await, desk.token_of(&desk.hotel.admin, BOTH).await);
    let user = format!("/api/v1/users/{}", desk.bob.id);
    let raise = json!([{ "op": "replace", "path": "/isAccountAdmin", "value": true }]);
    let invite = json!({ "email": "eve@x.example" });
    assert_eq!(desk.sends("PATCH", &user, &bob, &raise).await.status, 403);
    assert_eq!(desk.sends("POST", "/api/v1/account/invitations", &bob, &invite).await.status, 403);
    let gone = desk.sends("DELETE", "/api/v1/account/invitations/eve%40x.example", &bob, &json!(null)).await;
    assert_eq!(gone.status, 403);
    assert_eq!(desk.gets("/api/v1/users", &bob).await.status, 200, "but see who belongs to the account");
    assert_eq!(desk.sends("PATCH", &user, &ada, &raise).await.status, 204);
    assert_eq!(desk.sends("PATCH", &user, &bob, &raise).await.status, 204, "now he may, with the same token");
}

#[tokio::test]
async fn the_trail_names_the_person_or_the_app_that_acted() {
    let desk = Desk::new().await;
    let user = format!("/api/v1/users/{}", desk.bob.id);
    let off = json!([{ "op": "replace", "path": "/enabled", "value": false }]);
    let on = json!([{ "op": "replace", "path": "/enabled", "value": true }]);
    let (own, ada) = (desk.own_token(MANAGE).await, desk.token_of(&desk.hotel.admin, MANAGE).await);
    assert_eq!(desk.sends("PATCH", &user, &own, &off).await.status, 204);
    assert_eq!(desk.sends("PATCH", &user, &ada, &on).await.status, 204);
    let (reader, page) = (desk.world.app().store.reader(), PageRequest::first(10));
    let filter = AuditFilter { action_prefix: "member.changed".to_owned(), ..AuditFilter::default() };
    let trail = reader.list_audit(Some(&desk.hotel.id), &filter, &page).await.expect("a trail").items;
    assert_eq!(trail.len(), 2);
    assert_eq!((trail[0].actor.kind, &trail[0].actor.label), (ActorKind::Person, &desk.hotel.admin.email));
    assert_eq!((trail[1].actor.kind, &trail[1].actor.label), (ActorKind::App, &desk.robot.client_id));
    assert!(!trail[0].request_id.is_empty() && !trail[0].ip.is_empty());
}

#[tokio::test]
async fn an_invitation_is_made_listed_and_taken_back() {
    let desk = Desk::new().await;
    let token = desk.own_token(BOTH).await;
    let path = "/api/v1/account/invitations";
    assert_eq!(desk.gets(path, &token).await.json(), json!({ "invitations": [] }));
    let wish = json!({
        "email": "emmy@x.example", "properties": ["MUC"], "roles": ["Auditor"], "role": "FrontOffice",
        "isAccountAdmin": false,
    });
    let made = desk.sends("POST", path, &token, &wish).await;
    assert_eq!((made.status, made.json()), (200, json!({ "email": "emmy@x.example" })));
    let mail = &desk.world.mails_to("emmy@x.example").await[0];
    assert!(mail.subject.starts_with(&desk.robot.name), "an app invites: {}", mail.subject);
    let listed = desk.gets(path, &token).await.json();
    let one = &listed["invitations"][0];
    assert_eq!(one["roles"], json!(["Auditor", "FrontOffice"]));
    assert_eq!((&one["role"], &one["invitedBy"]), (&Value::Null, &Value::Null));
    assert_eq!((&one["properties"], &one["isAccountAdmin"]), (&json!(["MUC"]), &json!(false)));
    assert!(one["created"].as_str().is_some_and(|at| at.ends_with('Z')), "{one}");
    let elsewhere = desk.gets(&format!("{path}?propertyId=BER"), &token).await.json();
    assert_eq!(elsewhere, json!({ "invitations": [] }));

    let twice = desk.sends("POST", path, &token, &wish).await;
    assert_eq!(twice.status, 422);
    assert!(twice.json()["messages"][0].as_str().is_some_and(|m| m.contains("invited already")));
    let member = desk.sends("POST", path, &token, &json!({ "email": desk.bob.email })).await;
    assert_eq!(member.status, 422, "{}", member.body);
    // Whether somebody has a sign-in elsewhere makes no difference: they are asked, too.
    let known = desk.sends("POST", path, &token, &json!({ "email": desk.rival.admin.email })).await;
    assert_eq!(known.status, 200);
    assert_eq!(desk.gets("/api/v1/users", &token).await.json()["count"], 2);
    for _ in 0..2 {
        let gone = desk.sends("DELETE", &format!("{path}/EMMY%40x.example"), &token, &json!(null)).await;
        assert_eq!((gone.status, gone.body.as_str()), (204, ""), "the same answer when there is none");
    }
    let left = desk.gets(path, &token).await.json();
    assert_eq!(left["invitations"].as_array().map(Vec::len), Some(1), "{left}");
}

// security: R10
#[tokio::test]
async fn bodies_that_say_too_much_or_the_wrong_thing_change_nothing() {
    let desk = Desk::new().await;
    let token = desk.own_token(BOTH).await;
    let user = format!("/api/v1/users/{}", desk.bob.id);
    let step = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    for (body, status) in [
        (step("/email", json!("eve@x.example")), 422),
        (step("/subjectId", json!("x")), 422),
        (step("/isReviewer", json!(true)), 422),
        (step("/password", json!("x")), 422),
        (step("/enabled", json!("false")), 422),
        (step("/firstName", json!(7)), 422),
        (step("/firstName", json!("")), 422),
        (step("/firstName", json!("a\u{202e}b")), 422),
        (step("/properties", json!("MUC")), 422),
        (step("/properties", json!([""])), 422),
        (json!([{ "op": "remove", "path": "/firstName" }]), 422),
        (json!([{ "op": "replace", "path": "/firstName", "value": "A", "admin": true }]), 422),
        (json!({ "firstName": "A" }), 422),
        (json!("text"), 422),
    ] {
        let reply = desk.sends("PATCH", &user, &token, &body).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.body);
        assert!(reply.json()["messages"][0].as_str().is_some_and(|text| !text.is_empty()), "{}", reply.body);
    }
    for (body, status) in [
        (json!({ "email": "eve@x.example", "isOperator": true }), 422),
        (json!({ "email": 7 }), 422),
        (json!({}), 422),
        (json!({ "email": "nobody" }), 422),
        (json!({ "email": "eve@x.example", "roles": ["Root"] }), 422),
        (json!({ "email": "eve@x.example", "roles": "Auditor" }), 422),
        (json!({ "email": "eve@x.example", "accountCode": "RIVL" }), 422),
    ] {
        let reply = desk.sends("POST", "/api/v1/account/invitations", &token, &body).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.body);
        assert!(reply.json()["messages"].is_array(), "{}", reply.body);
    }
    let bearer = format!("Bearer {token}");
    for (kind, body, status) in [
        ("application/json", "[{", 400),
        ("application/json", "", 400),
        ("application/json", "[] []", 400),
        ("text/plain", "[]", 415),
        ("application/x-www-form-urlencoded", "a=b", 415),
    ] {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        let reply = desk.world.send("PATCH", &user, &headers, body).await;
        assert_eq!(reply.status, status, "{kind} {body}");
    }
    let huge = format!("[{}]", " ".repeat(70 * 1024));
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    assert_eq!(desk.world.send("PATCH", &user, &headers, &huge).await.status, 413);
    let before = desk.gets(&user, &token).await.json();
    assert_eq!((&before["firstName"], &before["enabled"]), (&json!("Bob"), &json!(true)), "nothing changed");
    assert!(desk.world.mails_to("eve@x.example").await.is_empty());
}

#[tokio::test]
async fn a_patch_happens_whole_or_not_at_all_and_the_last_admin_stays() {
    let desk = Desk::new().await;
    let token = desk.own_token(BOTH).await;
    let ada = format!("/api/v1/users/{}", desk.hotel.admin.id);
    let steps = json!([
        { "op": "replace", "path": "/firstName", "value": "Augusta" },
        { "op": "replace", "path": "/isAccountAdmin", "value": false },
    ]);
    let refused = desk.sends("PATCH", &ada, &token, &steps).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("The last account admin stays"), "{}", refused.body);
    assert_eq!(desk.gets(&ada, &token).await.json()["firstName"], "Ada");
    let renamed = json!([{ "op": "replace", "path": "/firstName", "value": "Augusta" }]);
    assert_eq!(desk.sends("PATCH", &ada, &token, &renamed).await.status, 204);
    desk.world.joins(&desk.hotel.admin, &desk.rival, false).await;
    let again = json!([{ "op": "replace", "path": "/lastName", "value": "King" }]);
    let theirs = desk.sends("PATCH", &ada, &token, &again).await;
    assert_eq!(theirs.status, 422, "{}", theirs.body);
    assert!(theirs.body.contains("only they can change their name"), "{}", theirs.body);
}

// security: U03
#[tokio::test]
async fn a_disabled_member_a_removed_one_and_a_suspended_account_are_refused_at_once() {
    let desk = Desk::new().await;
    desk.lets_everybody_connect().await;
    let (own, bob) = (desk.own_token(BOTH).await, desk.token_of(&desk.bob, READ).await);
    let user = format!("/api/v1/users/{}", desk.bob.id);
    assert_eq!(desk.gets("/api/v1/users/me", &bob).await.status, 200);
    let off = json!([{ "op": "replace", "path": "/enabled", "value": false }]);
    assert_eq!(desk.sends("PATCH", &user, &own, &off).await.status, 204);
    assert_eq!(desk.gets("/api/v1/users/me", &bob).await.status, 401, "disabled");
    let on = json!([{ "op": "replace", "path": "/enabled", "value": true }]);
    assert_eq!(desk.sends("PATCH", &user, &own, &on).await.status, 204);
    assert_eq!(desk.gets("/api/v1/users/me", &bob).await.status, 200, "enabled again");
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.gets(&format!("/account/members/{}", desk.bob.id)).await.form("Remove from account");
    admin.submits(&form.with("confirm", &desk.bob.email)).await;
    assert_eq!(desk.gets("/api/v1/users/me", &bob).await.status, 401, "removed");
    let platform = desk.world.operator().await;
    let mut operator = desk.world.signed_in(&platform.admin).await;
    let form = operator.gets(&format!("/admin/accounts/{}", desk.hotel.id)).await.form("Suspend account");
    operator.submits(&form.with("confirm", &desk.hotel.code)).await;
    assert_eq!(desk.gets("/api/v1/users", &own).await.status, 401, "suspended");
}
