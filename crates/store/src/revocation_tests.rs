//! What each end of something revokes, and in which order a reader sees it.

use super::*;
use crate::Store;
use crate::account::AccountState;
use crate::app::AppState;
use crate::connection::EndReason;
use crate::examples::{NOW, World, empty, later, world, write};
use crate::member::MemberState;
use crate::person::PersonState;
use crate::session::NewSession;

async fn after(store: &Store, seq: i64) -> Vec<Revocation> {
    store.reader().list_revocations(seq, NOW, 100).await.expect("a read")
}

/// What a transaction on a fresh world revokes.
async fn revoked_by<F, Fut>(work: F) -> Vec<(RevocationKind, String)>
where
    F: FnOnce(Tx, World) -> Fut + Send,
    Fut: Future<Output = Result<(), Error>> + Send,
{
    let (_dir, store) = empty().await;
    let world = world(&store).await;
    write(&store, NOW, |tx| work(tx, world)).await;
    after(&store, 0).await.into_iter().map(|revocation| (revocation.kind, revocation.subject)).collect()
}

// security: U03, U04
#[tokio::test]
async fn every_end_of_something_revokes_the_tokens_that_hang_on_it() {
    use RevocationKind::{Account, App, Grant, Token};
    let grant = crate::examples::grant_id(1).as_str().to_owned();
    let the_grant = vec![(Grant, grant)];
    let the_app = vec![(App, "SDXE-AC-MYAPP".to_owned())];

    let disconnected = revoked_by(|tx, w| async move {
        tx.end_connection(&w.customer, &w.connection, None, EndReason::Disconnected).await.map(|_| ())
    });
    assert_eq!(disconnected.await, the_grant);
    let ended =
        revoked_by(|tx, w| async move { tx.end_grant(&w.grant, EndReason::Revoked).await.map(|_| ()) });
    assert_eq!(ended.await, the_grant);
    let withdrawn =
        revoked_by(|tx, w| async move { tx.withdraw_consent(&w.person, &w.connection).await.map(|_| ()) });
    assert_eq!(withdrawn.await, the_grant);
    let left = revoked_by(|tx, w| async move {
        tx.insert_person(&crate::examples::person(2, "bob@hotel.example")).await?;
        tx.insert_member(&w.customer, &PersonId::new([2; 16]), true, false).await?;
        tx.remove_member(&w.customer, &w.person, None).await.map(|_| ())
    });
    assert_eq!(left.await, the_grant);
    let disabled_here = revoked_by(|tx, w| async move {
        tx.insert_person(&crate::examples::person(2, "bob@hotel.example")).await?;
        tx.insert_member(&w.customer, &PersonId::new([2; 16]), true, false).await?;
        tx.set_member_state(&w.customer, &w.person, MemberState::Disabled).await.map(|_| ())
    });
    assert_eq!(disabled_here.await, the_grant);
    let disabled =
        revoked_by(
            |tx, w| async move { tx.set_person_state(&w.person, PersonState::Disabled).await.map(|_| ()) },
        );
    assert_eq!(disabled.await, the_grant);
    let token = revoked_by(|tx, w| async move {
        tx.revoke_token("g.jti", Some(&w.grant), later(60)).await?;
        tx.revoke_token("g.jti", Some(&w.grant), later(60)).await.map(|_| ())
    });
    assert_eq!(token.await, [(Token, "g.jti".to_owned())], "once is enough");
    let suspended = revoked_by(|tx, w| async move {
        tx.set_app_state(&w.app, AppState::Active, AppState::Suspended).await.map(|_| ())
    });
    assert_eq!(suspended.await, the_app);
    let deleted =
        revoked_by(|tx, w| async move { tx.delete_app(&w.developer, &w.app, None).await.map(|_| ()) });
    assert_eq!(deleted.await, the_app);
    let accounts = revoked_by(|tx, w| async move {
        tx.set_account_state(&w.developer, AccountState::Suspended).await.map(|_| ())
    });
    assert_eq!(accounts.await, [(Account, "SDXE".to_owned()), the_app[0].clone()]);
    let resumed = revoked_by(|tx, w| async move {
        tx.set_account_state(&w.developer, AccountState::Active).await?;
        tx.set_person_state(&w.person, PersonState::Active).await.map(|_| ())
    });
    assert_eq!(resumed.await, []);
}

#[tokio::test]
async fn a_session_that_ends_revokes_what_was_not_given_for_offline_use() {
    let revoked = revoked_by(|tx, w| async move {
        let session = NewSession {
            id_hash: [7; 32],
            sid: w.session.clone(),
            person_id: w.person.clone(),
            account_id: None,
            amr: "pwd".to_owned(),
            user_agent: String::new(),
            ip: String::new(),
            expires_at: later(60),
        };
        tx.insert_session(&session).await?;
        tx.insert_grant(&w.new_grant(2, "openid folios.read")).await?;
        tx.end_session(&[7; 32]).await.map(|_| ())
    });
    let online = crate::examples::grant_id(2).as_str().to_owned();
    assert_eq!(revoked.await, [(RevocationKind::Grant, online)]);
}

#[tokio::test]
async fn numbers_follow_each_other_and_are_kept_until_the_last_token_is_dead() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move {
        tx.revoke_token("a", None, later(60)).await?;
        tx.end_grant(&world.grant, EndReason::Revoked).await
    })
    .await;
    let refused: Result<(), Error> = store
        .write(NOW, |tx| async move {
            tx.revoke_token("never", None, later(60)).await?;
            Err(Error::Busy)
        })
        .await;
    refused.expect_err("rolled back");
    write(&store, NOW, |tx| async move { tx.revoke_token("b", None, later(60)).await }).await;
    let seqs: Vec<_> = after(&store, 0).await.into_iter().map(|r| (r.seq, r.subject)).collect();
    let grant = world.grant.as_str().to_owned();
    assert_eq!(seqs, [(1, "a".to_owned()), (2, grant), (3, "b".to_owned())]);
    assert_eq!(store.reader().newest_revocation().await.expect("a read"), 3);
    assert_eq!(after(&store, 2).await.len(), 1);
    let (issued, kept) = (after(&store, 2).await[0].issued_until, after(&store, 2).await[0].keep_until);
    // What was exchanged for it in the same moment on another node bears that one's time.
    assert_eq!((issued, kept), (later(5), later(3_665)));
    store.sweep(later(3_666), 100).await.expect("swept");
    assert!(after(&store, 0).await.is_empty());
    assert_eq!(store.reader().newest_revocation().await.expect("a read"), 3, "no number is given twice");
}

/// Sixteen transactions at once: whoever has seen a number has seen every lower one.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_never_overlooks_a_revocation() {
    let (_dir, store) = empty().await;
    let writers: Vec<_> = (0..16)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..8 {
                    let jti = format!("{n}-{round}");
                    write(&store, NOW, |tx| async move { tx.revoke_token(&jti, None, later(60)).await })
                        .await;
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    while seen.len() < 128 {
        let news = after(&store, seen.last().copied().unwrap_or(0)).await;
        seen.extend(news.into_iter().map(|revocation| revocation.seq));
        tokio::task::yield_now().await;
    }
    assert_eq!(seen, (1..=128).collect::<Vec<_>>());
    for writer in writers {
        writer.await.expect("a writer");
    }
}
