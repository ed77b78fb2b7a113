//! Changes: told before the writer is answered, and to every other node soon after.

use super::{NOW, Place, note, note_in, on_both_engines};
use crate::{ChangeKind, Error, Store};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

on_both_engines! {
    a_change_is_durable_when_it_is_told_and_told_when_its_writer_is_answered,
    what_did_not_happen_is_not_told,
    a_change_of_another_store_is_told_within_a_second,
    each_change_is_told_with_its_kind_and_in_order,
    only_a_server_follows_and_its_feed_is_fresh,
}

/// What a store tells from now on.
fn told_by(store: &Store) -> UnboundedReceiver<(ChangeKind, String)> {
    let (tell, told) = unbounded_channel();
    store.on_change(Arc::new(move |changes| {
        for change in changes {
            // A story that has ended does not listen any more.
            let _ = tell.send((change.kind, change.id.clone()));
        }
    }));
    told
}

async fn a_change_is_durable_when_it_is_told_and_told_when_its_writer_is_answered(place: &Place) {
    let (store, other) = (place.server().await, place.command().await);
    let events = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&events);
    store.on_change(Arc::new(move |changes| {
        let committed = tokio::task::block_in_place(|| Handle::current().block_on(super::noted(&other)));
        let names: Vec<_> = changes.iter().map(|change| change.id.clone()).collect();
        assert!(names.iter().all(|name| committed.contains(name)), "told before it was committed");
        listener.lock().expect("events").extend(names);
    }));
    for name in ["a", "b", "c"] {
        let answer = store.write(NOW, |tx| async move { note_in(&tx, &[name]).await }).await;
        assert_eq!(answer, Ok(()));
        assert_eq!(events.lock().expect("events").last().map(String::as_str), Some(name), "not told yet");
    }
}

async fn what_did_not_happen_is_not_told(place: &Place) {
    let store = place.server().await;
    let mut told = told_by(&store);
    let refused = store
        .write(NOW, |tx| async move {
            note_in(&tx, &["refused"]).await?;
            Err::<(), Error>(Error::Busy)
        })
        .await;
    assert_eq!(refused, Err(Error::Busy));
    assert_eq!(note(&store, &["kept"]).await, Ok(()));
    assert_eq!(told.recv().await, Some((ChangeKind::App, "kept".to_owned())));
}

async fn a_change_of_another_store_is_told_within_a_second(place: &Place) {
    let (server, command) = (place.server().await, place.command().await);
    let mut told = told_by(&server);
    for name in [&["first"], &["second"], &["third"]] {
        assert_eq!(note(&command, name).await, Ok(()));
        let heard = timeout(Duration::from_secs(1), told.recv()).await;
        assert_eq!(heard, Ok(Some((ChangeKind::App, (*name)[0].to_owned()))));
    }
}

async fn each_change_is_told_with_its_kind_and_in_order(place: &Place) {
    let (server, command) = (place.server().await, place.command().await);
    assert_eq!(note(&command, &["before anybody listened"]).await, Ok(()));
    let mut told = told_by(&server);
    for kind in ChangeKind::ALL {
        let write = move |tx: crate::Tx| async move { tx.changed(*kind, "own").await };
        assert_eq!(server.write(NOW, write).await, Ok(()));
    }
    // The follower has read all of them, and tells only what is new, when it comes to the last one.
    assert_eq!(note(&command, &["last"]).await, Ok(()));
    let mut heard = Vec::new();
    while heard.last() != Some(&(ChangeKind::App, "last".to_owned())) {
        let next = timeout(Duration::from_secs(1), told.recv()).await.expect("within a second");
        heard.extend(next.filter(|(_, id)| id != "before anybody listened"));
    }
    // The follower may have read an own change before it was told here: then it is told twice, never too late.
    heard.dedup();
    let mut expected: Vec<_> = ChangeKind::ALL.iter().map(|kind| (*kind, "own".to_owned())).collect();
    expected.push((ChangeKind::App, "last".to_owned()));
    assert_eq!(heard, expected);
}

async fn only_a_server_follows_and_its_feed_is_fresh(place: &Place) {
    let (server, command) = (place.server().await, place.command().await);
    assert!(server.feed_is_fresh());
    assert!(!command.feed_is_fresh());
    assert_eq!((server.ping().await, command.ping().await), (Ok(()), Ok(())));
}
