//! What is remembered of apps that registered themselves, and when it is forgotten.

use super::*;
use crate::examples::{NOW, World, empty, later, race, world, write};

const DAY: u64 = 86_400;

async fn registers(tx: &Tx, world: &World) -> Result<(), Error> {
    let new = NewMachineApp {
        app_id: world.app.clone(),
        origin: MachineOrigin::Open,
        token_hash: Some([1; 32]),
        registration_token_id: None,
        said: "{}".to_owned(),
        fresh_until: None,
    };
    tx.insert_machine_app(&new).await
}

fn token(n: u8, expires_at: Option<Timestamp>, uses_left: Option<i64>) -> NewRegistrationToken {
    let id = RegistrationTokenId::new(NOW, [n; 10]);
    NewRegistrationToken { id, hash: [n; 32], description: format!("Partner {n}"), expires_at, uses_left }
}

// security: R05
#[tokio::test]
async fn an_initial_token_registers_as_often_as_it_may_also_when_many_try_at_once() {
    let (_dir, store) = empty().await;
    write(&store, NOW, |tx| async move {
        tx.insert_registration_token(&token(1, None, Some(3))).await?;
        tx.insert_registration_token(&token(2, Some(later(60)), None)).await
    })
    .await;
    let attempt = |_, tx: Tx| async move { Ok(tx.use_registration_token(&[1; 32]).await?.is_some()) };
    assert_eq!(race(&store, attempt).await, 3);
    let works =
        async |n: u8, seconds| store.reader().registration_token_works(&[n; 32], later(seconds)).await;
    assert_eq!(works(1, 0).await, Ok(false));
    assert_eq!((works(2, 59).await, works(2, 60).await), (Ok(true), Ok(false)));
    let id = token(2, None, None).id;
    assert!(write(&store, NOW, |tx| async move { tx.revoke_registration_token(&id).await }).await);
    assert_eq!(works(2, 0).await, Ok(false));
    let known = store.reader().list_registration_tokens().await.expect("a list");
    let left: Vec<_> = known.iter().map(|token| (token.uses_left, token.revoked_at.is_some())).collect();
    assert_eq!(left, [(None, true), (Some(0), false)]);
}

// security: R05
#[tokio::test]
async fn a_registration_token_is_replaced_once_and_opens_no_other_app() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move { registers(&tx, world).await }).await;
    let found = async |client_id: &str, hash: [u8; 32]| {
        let found = store.reader().find_app_by_registration_token(client_id, &hash).await.expect("a read");
        found.map(|app| app.id)
    };
    assert_eq!(found("SDXE-AC-MYAPP", [1; 32]).await, Some(world.app.clone()));
    assert_eq!(found("SDXE-AC-OTHER", [1; 32]).await, None);
    assert_eq!(found("SDXE-AC-MYAPP", [2; 32]).await, None);
    let app = world.app.clone();
    let attempt = move |n: u8, tx: Tx| {
        let app = app.clone();
        async move { tx.turn_registration_token(&app, (&[1; 32], &[n + 2; 32]), "{}").await }
    };
    assert_eq!(race(&store, attempt).await, 1);
    assert_eq!(found("SDXE-AC-MYAPP", [1; 32]).await, None);
}

#[tokio::test]
async fn an_app_is_unused_when_nobody_used_it_and_nothing_of_it_works_any_more() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move { registers(&tx, world).await }).await;
    let unused = async |at: u64| {
        let (idle_since, now) = (later(at), later(at));
        let found = store.reader().list_unused_machine_apps((idle_since, now), false, 10).await;
        found.expect("a list").len()
    };
    assert_eq!(unused(60).await, 0, "its grant still stands");
    assert_eq!(unused(DAY).await, 1, "the grant is over");
    let used = [(world.app.clone(), later(2 * DAY))];
    write(&store, NOW, |tx| async move { tx.touch_machine_apps(&used).await }).await;
    assert_eq!((unused(DAY).await, unused(3 * DAY).await), (0, 1));

    assert!(write(&store, NOW, |tx| async move { tx.note_unused(&world.app).await }).await);
    assert!(!write(&store, NOW, |tx| async move { tx.note_unused(&world.app).await }).await, "told once");
    let times = (later(3 * DAY), later(3 * DAY));
    let unsaid = store.reader().list_unused_machine_apps(times, true, 10).await.expect("a list");
    assert_eq!(unsaid, []);
}

#[tokio::test]
async fn a_forgotten_app_leaves_nothing_and_a_used_one_stays() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move { registers(&tx, world).await }).await;
    let forget =
        async |at: u64, idle_since: u64| {
            write(&store, later(at), |tx| async move {
                tx.forget_machine_app(&world.app, later(idle_since)).await
            })
            .await
        };
    assert!(!forget(60, 60).await, "its grant still stands");
    assert!(!forget(2 * DAY, 0).await, "it was used since");
    assert!(forget(2 * DAY, DAY).await);
    assert!(!forget(2 * DAY, DAY).await);
    let reader = store.reader();
    assert_eq!(reader.find_app_by_client_id("SDXE-AC-MYAPP").await, Ok(None));
    assert_eq!(reader.find_machine_app(&world.app).await, Ok(None));
}

#[tokio::test]
async fn operators_see_self_registered_apps_with_their_use_and_no_others() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    let reader = store.reader();
    let page = PageRequest::first(10);
    let listed = async |filter: MachineFilter, days: u64| {
        let now = later(days * DAY);
        let found =
            reader.list_machine_apps(&filter, (now - std::time::Duration::from_secs(90 * DAY), now), &page);
        found.await.expect("a list").items
    };
    assert!(listed(MachineFilter::default(), 0).await.is_empty(), "somebody registered that one");
    write(&store, NOW, |tx| async move { registers(&tx, world).await }).await;
    let [known] = listed(MachineFilter::default(), 0).await.try_into().expect("one app");
    assert_eq!((known.name.as_str(), known.origin, known.connections), ("My app", MachineOrigin::Open, 1));
    assert_eq!((known.last_used_at, known.is_unused), (NOW, false));
    for (search, found) in [("MY", 1), ("sdxe-ac-my", 1), ("other", 0), ("%", 0), ("_", 0)] {
        let filter = MachineFilter { search: Some(search.to_owned()), ..MachineFilter::default() };
        assert_eq!(listed(filter, 0).await.len(), found, "{search}");
    }
    let by = |origin| MachineFilter { origin: Some(origin), ..MachineFilter::default() };
    assert_eq!(listed(by(MachineOrigin::Open), 0).await.len(), 1);
    assert!(listed(by(MachineOrigin::Token), 0).await.is_empty());
    let unused = || MachineFilter { unused: true, ..MachineFilter::default() };
    assert!(listed(unused(), 89).await.is_empty());
    assert!(listed(unused(), 91).await[0].is_unused);
    let count = async |days: u64| {
        let now = later(days * DAY);
        reader.count_unused_machine_apps((now - std::time::Duration::from_secs(90 * DAY), now)).await
    };
    assert_eq!((count(89).await, count(91).await), (Ok(0), Ok(1)));
}
