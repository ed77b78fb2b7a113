//! Accounts and their people, told through the use-cases.

use std::time::Duration;

use grantry::accounts::invitations::{self, RawNewcomer};
use grantry::accounts::members::{self, Edit, RawMember};
use grantry::accounts::{self, Access, RawAccount, RawPerson, Refused};
use grantry::sign_in::session::Place;
use grantry::web::Words;
use grantry_store::account::{Account, AccountKind, ConnectPolicy};
use grantry_store::audit::{Action, AuditFilter, Origin};
use grantry_store::id::PersonId;
use grantry_store::member::MemberState;
use grantry_store::page::PageRequest;
use grantry_testkit::World;
use grantry_testkit::database::each_engine;
use grantry_testkit::world::{PASSWORD, Tenant};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn somebody(email: &str) -> RawPerson<'_> {
    RawPerson {
        email,
        first_name: "Ada",
        last_name: "Lovelace",
        is_admin: false,
        password: None,
        claims: None,
        words: Words::english(),
    }
}

fn by_email(email: &str) -> RawMember<'_> {
    RawMember { email, access: Access::default(), words: Words::english() }
}

async fn account_of(world: &World, tenant: &Tenant) -> Account {
    world.app().store.reader().find_account(&tenant.id).await.expect("a store").expect("an account")
}

/// What was done after the account was made with its admin, the latest first.
async fn later(world: &World, account: &Account) -> Vec<Action> {
    let mut all = actions(world, account).await;
    let beginning = [Action::MemberAdded, Action::PersonCreated, Action::AccountCreated];
    assert!(all.ends_with(&beginning), "{all:?}");
    all.truncate(all.len() - beginning.len());
    all
}

async fn actions(world: &World, account: &Account) -> Vec<Action> {
    let (reader, page, all) = (world.app().store.reader(), PageRequest::first(100), AuditFilter::default());
    let trail = reader.list_audit(Some(&account.id), &all, &page).await.expect("a trail");
    trail.items.into_iter().map(|row| row.action).collect()
}

/// The sentences of a refusal, for comparing.
fn faults(refused: Refused) -> Vec<String> {
    let Refused::Faults(faults) = refused else { return vec![refused.to_string()] };
    let texts = faults.texts(Words::english());
    texts.into_iter().map(|(field, text)| format!("{field}: {text}")).collect()
}

#[tokio::test]
async fn an_account_gets_the_code_that_was_asked_for_or_one_of_four_letters() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let (app, origin) = (world.app(), &Origin::command());
        let raw = |code, name| RawAccount { code, name, kind: AccountKind::Customer };
        let asked = accounts::create(app, origin, raw(" sdxe ", "  Acme   Hotels ")).await.expect("free");
        assert_eq!((asked.code.as_str(), asked.name.as_str()), ("SDXE", "Acme Hotels"));
        let chosen = accounts::create(app, origin, raw("", "Second")).await.expect("a free code is found");
        assert_eq!(chosen.code.len(), 4);
        assert_eq!(actions(&world, &chosen).await, [Action::AccountCreated]);
        let taken = accounts::create(app, origin, raw("SDXE", "Third")).await.expect_err("taken");
        assert!(faults(taken)[0].starts_with("code: The account code SDXE was given before"));
        for (code, name) in [("self", "A"), ("ab", "A"), ("A-B-C", "A"), ("FREE", ""), ("FREE", "a\u{202e}b")]
        {
            let refused = accounts::create(app, origin, raw(code, name)).await;
            assert!(matches!(refused, Err(Refused::Faults(_))), "{code:?} {name:?}");
        }
        let own = RawAccount { code: "", name: "Robots", kind: AccountKind::SelfRegistered };
        assert!(
            accounts::create(app, origin, own).await.is_err(),
            "the server's own account is not made twice"
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_person_chooses_a_password_and_a_known_one_is_told() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let acme = world.customer("ACME").await;
    let account = &account_of(&world, &acme).await;
    let made = accounts::people::create(app, origin, account, somebody("ada@x.example")).await.expect("new");
    assert!(made.is_new && made.mailed);
    let link = world.mail_link("ada@x.example").await;
    assert!(link.contains("/account/set-password/"), "{link}");

    let rival = account_of(&world, &world.customer("RIVL").await).await;
    let again = RawPerson { first_name: "Eve", is_admin: true, ..somebody("ADA@x.example") };
    let known = accounts::people::create(app, origin, &rival, again).await.expect("known");
    assert_eq!((known.person_id.clone(), known.is_new), (made.person_id.clone(), false));
    let mails = world.mails_to("ada@x.example").await;
    assert_eq!(mails[0].subject, "You were added to RIVL Hotels");
    let reader = app.store.reader();
    let person = reader.find_person(&made.person_id).await.expect("a store").expect("a person");
    assert_eq!((person.first_name.as_str(), person.email_verified), ("Ada", true), "the name is theirs");
    let member = reader.find_member(&rival.id, &made.person_id).await.expect("a store").expect("a member");
    assert!(member.is_admin);
    let twice = accounts::people::create(app, origin, &rival, somebody("ada@x.example")).await;
    assert!(faults(twice.expect_err("a member"))[0].starts_with("email: This person is a member already"));
}

// security: S07
#[tokio::test]
async fn a_person_made_with_a_password_signs_in_with_it() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let account = &account_of(&world, &world.customer("ACME").await).await;
    let claims = r#"{"zoneinfo":"Europe/Lisbon"}"#;
    let raw = RawPerson { password: Some(PASSWORD), claims: Some(claims), ..somebody("ada@x.example") };
    let made = accounts::people::create(app, origin, account, raw).await.expect("new");
    assert!(!made.mailed, "there is nothing to choose");
    let mut ada = world.client();
    let form = ada.form("/account/login", "Sign in").await;
    let entered = ada.posts(&form.with("email", "ada@x.example").with("password", PASSWORD)).await;
    assert_eq!(entered.status, 303);
    for (password, claims, field) in
        [(Some("12345678"), None, "password"), (None, Some("[]"), "claims"), (None, Some("{"), "claims")]
    {
        let raw = RawPerson { password, claims, ..somebody("eve@x.example") };
        let refused = accounts::people::create(app, origin, account, raw).await.expect_err("refused");
        assert!(faults(refused)[0].starts_with(&format!("{field}: ")));
    }
}

#[tokio::test]
async fn an_account_is_made_with_its_admin_or_not_at_all() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let raw = RawAccount { code: "HOTL", name: "", kind: AccountKind::Customer };
    let refused = accounts::create_with_admin(app, origin, raw, somebody("nobody")).await;
    assert_eq!(faults(refused.expect_err("both are wrong")).len(), 2);
    let raw = RawAccount { name: "Hotel", ..raw };
    let (account, made) = accounts::create_with_admin(app, origin, raw, somebody("ada@x.example"))
        .await
        .expect("both are right");
    let reader = app.store.reader();
    let member = reader.find_member(&account.id, &made.person_id).await.expect("a store").expect("a member");
    assert!(member.is_admin);
    let expected = [Action::MemberAdded, Action::PersonCreated, Action::AccountCreated];
    assert_eq!(actions(&world, &account).await, expected);
}

// security: S05
#[tokio::test]
async fn a_known_address_is_invited_like_an_unknown_one() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let (app, origin) = (world.app(), &Origin::command());
        let account = &account_of(&world, &world.customer("ACME").await).await;
        let carl = world.person("Carl Gauss", "carl@x.example").await;
        for email in ["Carl@X.example", "new@x.example"] {
            invitations::create(app, origin, account, &by_email(email)).await.expect("invited");
            let again = email.to_uppercase();
            let twice = invitations::create(app, origin, account, &by_email(&again)).await;
            let twice = twice.expect_err("invited");
            assert!(faults(twice)[0].starts_with("email: This address is invited already"));
            assert!(world.mail_link(email).await.contains("/account/invitation/"));
        }
        let reader = app.store.reader();
        assert_eq!(reader.find_member(&account.id, &carl.id).await, Ok(None), "not without a yes");
        assert_eq!(later(&world, account).await, [Action::InvitationCreated; 2]);
        // The operator decides: a command makes the member, which answers the invitation.
        accounts::people::create(app, origin, account, somebody("carl@x.example")).await.expect("a member");
        assert_eq!(reader.list_invitations(&account.id).await.expect("a store").len(), 1);
        let raw = by_email("carl@x.example");
        let member = invitations::create(app, origin, account, &raw).await.expect_err("a member");
        assert!(faults(member)[0].starts_with("email: This person is a member already"));
    })
    .await;
}

fn newcomer() -> RawNewcomer<'static> {
    RawNewcomer { first_name: "Emmy", last_name: "Noether", password: "an invariant of the sea" }
}

const PLACE: Place<'static> =
    Place { replaces: None, browser: [0; 32], user_agent: "A test", ip: "127.0.0.1" };

#[tokio::test]
async fn an_invitation_is_accepted_once_and_within_thirty_days() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let (app, origin) = (world.app(), &Origin::command());
        let account = &account_of(&world, &world.customer("ACME").await).await;
        let access = Access::read(false, &["Auditor".to_owned()], &["MUC".to_owned()]).expect("a role");
        let raw = RawMember { access, ..by_email("emmy@x.example") };
        let id = invitations::create(app, origin, account, &raw).await.expect("invited");
        let token = async || {
            let link = world.mail_link("emmy@x.example").await;
            link.rsplit('/').next().expect("a token").to_owned()
        };
        let first = token().await;
        world.later(30 * DAY);
        assert!(invitations::find(app, &first).await.expect("a store").is_none(), "30 days are over");
        invitations::resend(app, origin, account, &id, Words::english()).await.expect("sent again");
        let second = token().await;
        assert_ne!(first, second);
        world.later(29 * DAY);
        assert!(invitations::find(app, &first).await.expect("a store").is_none(), "the old link is dead");
        let accept = || invitations::accept_as_newcomer(app, origin, &second, newcomer(), &PLACE);
        accept().await.expect("accepted");
        assert!(matches!(accept().await, Err(Refused::Missing)), "a link works once");
        let reader = app.store.reader();
        let emmy = reader.find_person_by_email("emmy@x.example").await.expect("a store").expect("a person");
        let roles = reader.list_roles(&account.id, &emmy.id).await.expect("a store");
        assert_eq!((roles[0].unit.as_str(), roles[0].role.as_str()), ("MUC", "Auditor"));
        assert!(emmy.email_verified);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_invitation_and_one_for_somebody_else_are_not_accepted() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let acme = world.customer("ACME").await;
    let account = &account_of(&world, &acme).await;
    let id = invitations::create(app, origin, account, &by_email("emmy@x.example")).await.expect("invited");
    let link = world.mail_link("emmy@x.example").await;
    let token = link.rsplit('/').next().expect("a token");
    let mallory = world.person("Mallory", "mallory@x.example").await;
    let stranger = app.store.reader().find_person(&mallory.id).await.expect("a store").expect("a person");
    let mut client = world.signed_in(&mallory).await;
    client.gets("/").await;
    let session = app.store.reader().list_sessions(&mallory.id, app.clock.now()).await.expect("a store");
    let stolen = invitations::accept(app, origin, token, (&stranger, &session[0])).await;
    assert!(matches!(stolen, Err(Refused::OtherPerson)), "{stolen:?}");
    let rival = world.customer("RIVL").await;
    let foreign = invitations::revoke(app, origin, &rival.id, &id).await;
    assert!(matches!(foreign, Err(Refused::Missing)), "{foreign:?}");
    invitations::revoke(app, origin, &account.id, &id).await.expect("revoked");
    assert!(invitations::find(app, token).await.expect("a store").is_none());
    let expected = [Action::InvitationRevoked, Action::InvitationCreated];
    assert_eq!(later(&world, account).await, expected);
}

#[tokio::test]
async fn the_last_admin_stays_whatever_is_tried() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let (app, origin) = (world.app(), &Origin::command());
        let acme = world.customer("ACME").await;
        let (account, ada) = (&account_of(&world, &acme).await, &acme.admin.id);
        let off = |edit: Edit| async move { members::edit(app, origin, &account.id, ada, &edit).await };
        let demoted = Edit { is_admin: Some(false), ..Edit::default() };
        let disabled = Edit { enabled: Some(false), ..Edit::default() };
        assert!(matches!(off(demoted.clone()).await, Err(Refused::LastAdmin)));
        assert!(matches!(off(disabled.clone()).await, Err(Refused::LastAdmin)));
        let removed = members::remove(app, origin, account, ada, Words::english()).await;
        assert!(matches!(removed, Err(Refused::LastAdmin)));
        assert_eq!(later(&world, account).await, [], "nothing of it was written down");

        let bob = world.member(&acme, "Bob Brown").await;
        let promoted = Edit { is_admin: Some(true), ..Edit::default() };
        members::edit(app, origin, &account.id, &bob.id, &promoted).await.expect("promoted");
        // Two admins who take the privilege from each other at the same moment: one of them stays.
        let (one, other) = tokio::join!(
            members::edit(app, origin, &account.id, ada, &demoted),
            members::edit(app, origin, &account.id, &bob.id, &demoted)
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(app.store.reader().list_admins(&account.id).await.expect("a store").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_name_is_changed_only_by_the_only_account() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let acme = world.customer("ACME").await;
    let bob = world.member(&acme, "Bob Brown").await;
    let renamed = Edit { first_name: Some("Robert".to_owned()), ..Edit::default() };
    members::edit(app, origin, &acme.id, &bob.id, &renamed).await.expect("nobody else knows him");
    let rival = world.customer("RIVL").await;
    world.joins(&bob, &rival, false).await;
    let again = Edit { first_name: Some("Rob".to_owned()), enabled: Some(false), ..Edit::default() };
    let refused = members::edit(app, origin, &acme.id, &bob.id, &again).await;
    assert!(matches!(refused, Err(Refused::NotYours)));
    let member = app.store.reader().find_member(&acme.id, &bob.id).await.expect("a store").expect("a member");
    assert_eq!(member.state, MemberState::Active, "all of a change happens, or nothing");
    let nobody = PersonId::new([7; 16]);
    let missing = members::edit(app, origin, &acme.id, &nobody, &Edit::default()).await;
    assert!(matches!(missing, Err(Refused::Missing)));
}

#[tokio::test]
async fn a_suspended_account_is_resumed_and_the_last_operator_account_stays() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let platform = world.operator().await;
    let acme = world.customer("ACME").await;
    accounts::suspend::suspend(app, origin, &acme.id).await.expect("suspended");
    let again = accounts::suspend::suspend(app, origin, &acme.id).await;
    assert!(matches!(again, Err(Refused::OtherState)));
    accounts::suspend::resume(app, origin, &acme.id).await.expect("resumed");
    let own = accounts::suspend::suspend(app, origin, &platform.id).await;
    assert!(matches!(own, Err(Refused::LastOperator)));
    let account = &account_of(&world, &acme).await;
    assert_eq!(later(&world, account).await, [Action::AccountResumed, Action::AccountSuspended]);
}

#[tokio::test]
async fn a_rename_and_a_policy_are_written_down_with_what_was_there_before() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let acme = world.customer("ACME").await;
    let policy = ConnectPolicy::AllowList;
    let after = accounts::edit::edit(app, origin, &acme.id, ("Acme Inns", policy)).await.expect("edited");
    assert_eq!((after.name.as_str(), after.connect_policy), ("Acme Inns", policy));
    accounts::edit::edit(app, origin, &acme.id, ("Acme Inns", policy)).await.expect("nothing to do");
    let page = PageRequest::first(10);
    let reader = app.store.reader();
    let trail = reader.list_audit(Some(&acme.id), &AuditFilter::default(), &page).await.expect("a trail");
    assert_eq!(trail.items.len(), 4, "what changes nothing is not written down");
    assert!(trail.items[0].detail.contains("ACME Hotels"), "{}", trail.items[0].detail);
}

#[tokio::test]
async fn an_account_cannot_mail_to_the_whole_world() {
    let world = World::new().await;
    let (app, origin) = (world.app(), &Origin::command());
    let account = &account_of(&world, &world.developer("SPAM").await).await;
    let id = invitations::create(app, origin, account, &by_email("a@x.example")).await.expect("the first");
    for _ in 0..99 {
        invitations::resend(app, origin, account, &id, Words::english())
            .await
            .expect("within the day's limit");
    }
    let refused = invitations::resend(app, origin, account, &id, Words::english()).await;
    assert!(matches!(refused, Err(Refused::TooMany(_))), "{refused:?}");
    world.later(DAY + Duration::from_secs(1));
    invitations::resend(app, origin, account, &id, Words::english()).await.expect("a new day");
}
