//! What is published is what the store shows, as long as app and owner are well.

use super::*;
use crate::account::AccountState;
use crate::app::AppState;
use crate::examples::{NOW, World, empty, later, world, write};
use crate::screenshot::Screenshot;

fn content(shot: &str) -> Content {
    let text = |what: &str| format!("the {what}");
    Content {
        title: text("title"),
        short_text: text("short"),
        long_text: "one\n\n- two".to_owned(),
        categories: vec!["payments".to_owned(), "sales".to_owned()],
        languages: vec!["de".to_owned()],
        pricing: text("pricing"),
        website: text("website"),
        support: text("support"),
        guide_url: text("guide"),
        landing_url: text("landing"),
        screenshots: vec![Shot {
            screenshot_id: shot.to_owned(),
            source_url: text("source"),
            caption: text("caption"),
        }],
    }
}

async fn keep(store: &crate::Store, bytes: &[u8]) -> String {
    let new = Screenshot { content_type: "image/png".to_owned(), width: 3, height: 2, bytes: bytes.to_vec() };
    let kept = new.clone();
    let id = write(store, NOW, |tx| async move { tx.put_screenshot(&kept).await }).await;
    assert_eq!(store.reader().find_screenshot(&id).await, Ok(Some(new)));
    id
}

async fn listed(store: &crate::Store) -> Vec<String> {
    let page = store.reader().list_listed(&PageRequest::first(10)).await.expect("a read");
    let of = |world: &ListedApp| world.client_id.clone();
    page.items.iter().map(of).collect()
}

async fn publishes(store: &crate::Store, world: &World, content: &Content, seconds: u64) {
    let (app, content) = (&world.app, content.clone());
    let done =
        write(store, later(seconds), |tx| async move { tx.publish_listing(app, &content).await }).await;
    assert!(done);
}

#[tokio::test]
async fn a_draft_is_read_as_it_was_saved_and_stays_apart_from_what_is_published() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    let first = content(&keep(&store, b"one").await);
    let saving = first.clone();
    write(&store, NOW, |tx| async move { tx.put_listing(&world.app, Form::Draft, &saving).await }).await;
    let reader = store.reader();
    let find = |form| reader.find_listing(&world.developer, &world.app, form);
    let draft = find(Form::Draft).await.expect("a read").expect("a draft");
    assert_eq!((draft.content, draft.begun_at, draft.saved_at), (first.clone(), NOW, NOW));
    assert_eq!(find(Form::Published).await, Ok(None));
    assert_eq!(reader.find_listing(&world.customer, &world.app, Form::Draft).await, Ok(None));
    assert!(listed(&store).await.is_empty());

    publishes(&store, world, &first, 5).await;
    let second = Content { title: "Another".to_owned(), screenshots: Vec::new(), ..first.clone() };
    let saving = second.clone();
    write(&store, later(9), |tx| async move { tx.put_listing(&world.app, Form::Draft, &saving).await }).await;
    let draft = find(Form::Draft).await.expect("a read").expect("a draft");
    assert_eq!((draft.content, draft.begun_at, draft.saved_at), (second.clone(), NOW, later(9)));
    let shown = reader.find_listed("SDXE-AC-MYAPP").await.expect("a read").expect("it is in the store");
    assert_eq!((shown.saved.content, shown.saved.begun_at), (first, later(5)));
    assert_eq!((shown.name.as_str(), shown.publisher.as_str()), ("My app", "Company SDXE"));

    publishes(&store, world, &second, 20).await;
    let shown = reader.find_listed_by_id(&world.app).await.expect("a read").expect("it is in the store");
    assert_eq!(shown.saved.content, second);
    assert_eq!((shown.saved.begun_at, shown.saved.saved_at), (later(5), later(20)), "its place stays");
    let of = reader.list_listed_of(&world.developer).await.expect("a read");
    assert_eq!(of.len(), 1);
    assert_eq!(reader.list_listed_of(&world.customer).await, Ok(Vec::new()));
}

#[tokio::test]
async fn whatever_stops_an_app_takes_it_out_of_the_store() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    publishes(&store, world, &Content::default(), 1).await;
    let here = ["SDXE-AC-MYAPP"];
    assert_eq!(listed(&store).await, here);
    let set = async |from, to| {
        let store = &store;
        write(store, later(2), |tx| async move { tx.set_app_state(&world.app, from, to).await }).await
    };
    assert!(set(AppState::Active, AppState::Suspended).await);
    assert!(listed(&store).await.is_empty());
    assert!(set(AppState::Suspended, AppState::Active).await);
    assert_eq!(listed(&store).await, here);

    let set = async |state| {
        let store = &store;
        write(store, later(3), |tx| async move { tx.set_account_state(&world.developer, state).await }).await
    };
    set(AccountState::Suspended).await;
    assert!(listed(&store).await.is_empty());
    set(AccountState::Active).await;
    assert_eq!(listed(&store).await, here);

    write(&store, later(4), |tx| async move { tx.unpublish_listing(&world.app).await }).await;
    assert!(listed(&store).await.is_empty());
    publishes(&store, world, &Content::default(), 5).await;
    assert_eq!(listed(&store).await, here);
    write(&store, later(6), |tx| async move { tx.delete_app(&world.developer, &world.app, None).await })
        .await;
    assert!(listed(&store).await.is_empty());
}

#[tokio::test]
async fn a_screenshot_is_forgotten_when_no_listing_shows_it() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    let (shown, other) = (keep(&store, b"shown").await, keep(&store, b"other").await);
    publishes(&store, world, &content(&shown), 1).await;
    let day = 86_400;
    let sweep = async |seconds| store.sweep(later(seconds), 10).await.expect("a sweep").of("screenshot");
    assert_eq!(sweep(day - 1).await, 0);
    assert_eq!(sweep(day + 1).await, 1);
    let reader = store.reader();
    assert_eq!(reader.find_screenshot(&other).await, Ok(None));
    assert!(reader.find_screenshot(&shown).await.expect("a read").is_some());
    write(&store, later(2), |tx| async move { tx.unpublish_listing(&world.app).await }).await;
    assert_eq!(sweep(day + 1).await, 1);
}
