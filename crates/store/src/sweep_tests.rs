//! Each thing is forgotten when its time is over, and not a moment before.

use super::*;
use crate::action_token::{ActionKind, NewActionToken};
use crate::authorization_request::NewAuthorizationRequest;
use crate::code::NewCode;
use crate::conformance::Place;
use crate::examples::{NOW, World, empty, grant_id, later, world, write};
use crate::flow_event::{FlowStage, NewFlowEvent};
use crate::id::{MailId, SessionId};
use crate::outbox_mail::NewMail;
use crate::redirect_check::RedirectVerdict;
use crate::refresh_token::NewRefreshToken;
use crate::session::NewSession;
use crate::{ChangeKind, Tx};

const HOUR: u64 = 3_600;

/// Everything that can be swept, beginning now; what ends, ends in an hour.
async fn everything(tx: &Tx, world: &World) -> Result<(), Error> {
    for n in [1, 2] {
        let session = NewSession {
            id_hash: [n; 32],
            sid: SessionId::new([n; 16]),
            person_id: world.person.clone(),
            account_id: None,
            amr: "pwd".to_owned(),
            user_agent: String::new(),
            ip: String::new(),
            expires_at: later(HOUR * u64::from(n)),
        };
        tx.insert_session(&session).await?;
    }
    tx.end_session(&[2; 32]).await?;
    let token = NewActionToken {
        hash: [1; 32],
        kind: ActionKind::SetPassword,
        person_id: None,
        account_id: None,
        data: "{}".to_owned(),
        expires_at: later(HOUR),
    };
    tx.insert_action_token(&token).await?;
    let request = NewAuthorizationRequest {
        id_hash: [1; 32],
        app_id: world.app.clone(),
        request: "{}".to_owned(),
        pushed_hash: None,
        expires_at: later(HOUR),
    };
    tx.insert_authorization_request(&request).await?;
    tx.insert_code(&NewCode {
        hash: [1; 32],
        app_id: world.app.clone(),
        grant_id: grant_id(1),
        redirect_uri: String::new(),
        code_challenge: None,
        nonce: None,
        dpop_jkt: None,
        expires_at: later(60),
    })
    .await?;
    for (n, end) in [(1, HOUR - 1), (2, 2 * HOUR)] {
        let (hash, grant_id, expires_at) = ([n; 32], grant_id(1), later(end));
        tx.insert_refresh_token(&NewRefreshToken { hash, grant_id, dpop_jkt: None, expires_at }).await?;
    }
    tx.revoke_token("jti", None, later(HOUR)).await?;
    tx.keep_browser(&world.person, &[1; 32]).await?;
    tx.count_failure("ada", Duration::from_secs(900)).await?;
    tx.count_failure("blocked", Duration::from_secs(900)).await?;
    tx.block("blocked", later(HOUR)).await?;
    let event = NewFlowEvent {
        request_id: "req_1".to_owned(),
        account_id: world.developer.clone(),
        app_id: Some(world.app.clone()),
        stage: FlowStage::Token,
        error: "invalid_grant".to_owned(),
        hint: String::new(),
        detail: "{}".to_owned(),
    };
    tx.insert_flow_event(&event).await?;
    for n in [1, 2, 3] {
        let mail = NewMail {
            id: MailId::new(NOW, [n; 10]),
            recipient: String::new(),
            subject: String::new(),
            body_text: String::new(),
            body_html: String::new(),
        };
        tx.insert_mail(&mail).await?;
    }
    tx.mail_sent(&MailId::new(NOW, [1; 10])).await?;
    tx.mail_failed(&MailId::new(NOW, [2; 10]), "no such mailbox", None).await?;
    tx.put_redirect_check(&world.developer, "https://app.example/cb", RedirectVerdict::Reachable, "200").await
}

async fn filled() -> (Place, Store, World) {
    let (dir, store) = empty().await;
    let world = world(&store).await;
    let of = &world;
    write(&store, NOW, |tx| async move { everything(&tx, of).await }).await;
    (dir, store, world)
}

/// The tables of which something was forgotten, with how much.
async fn swept(store: &Store, seconds: u64) -> Vec<(&'static str, u64)> {
    let counts = store.sweep(later(seconds), 100).await.expect("a sweep");
    assert!(!counts.more);
    counts.tables.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[tokio::test]
async fn everything_stays_its_time_and_then_goes() {
    let (_dir, store, _) = filled().await;
    let day = 24 * HOUR;
    assert_eq!(swept(&store, HOUR - 1).await, []);
    assert_eq!(swept(&store, HOUR).await, [("refresh_token", 1)], "the others are over now, not before");
    let hour = [("action_token", 1), ("authorization_request", 1), ("access_grant", 1), ("revoked_token", 1)];
    assert_eq!(swept(&store, HOUR + 1).await, hour);
    assert_eq!(swept(&store, HOUR + 66).await, [("revocation", 1)]);
    assert_eq!(swept(&store, day).await, []);
    let [throttle, change] = swept(&store, day + 1).await.try_into().expect("two tables");
    assert_eq!(throttle, ("throttle", 1));
    assert_eq!(change.0, "change");
    assert_eq!(swept(&store, day + HOUR + 1).await, [("throttle", 1)], "as long as it blocks");
    assert_eq!(swept(&store, 7 * day).await, []);
    assert_eq!(swept(&store, 7 * day + 1).await, [("session", 1), ("outbox_mail", 2)], "the ended session");
    assert_eq!(swept(&store, 7 * day + HOUR + 1).await, [("session", 1)]);
    assert_eq!(swept(&store, 30 * day).await, []);
    assert_eq!(swept(&store, 30 * day + 1).await, [("flow_event", 1), ("redirect_check", 1)]);
    assert_eq!(swept(&store, 400 * day).await, []);
    assert_eq!(swept(&store, 400 * day + 1).await, [("known_browser", 1)]);
    assert_eq!(swept(&store, 9_999 * day).await, [], "a mail that waits is never forgotten");
}

#[tokio::test]
async fn a_grant_takes_its_codes_and_tokens_along() {
    let (_dir, store, _) = filled().await;
    assert!(
        store.reader().find_code(&[1; 32]).await.expect("a read").is_some(),
        "long used, still recognised"
    );
    swept(&store, HOUR + 1).await;
    assert_eq!(store.reader().find_code(&[1; 32]).await, Ok(None));
    assert_eq!(store.reader().find_refresh_token(&[2; 32]).await, Ok(None));
}

#[tokio::test]
async fn a_sweep_does_no_more_than_it_may_and_says_that_there_is_more() {
    let (_dir, store) = empty().await;
    write(&store, NOW, |tx| async move {
        for n in 0..5 {
            tx.revoke_token(&n.to_string(), None, later(1)).await?;
            tx.changed(ChangeKind::App, &n.to_string()).await?;
        }
        Ok(())
    })
    .await;
    let mut rounds = Vec::new();
    loop {
        let counts = store.sweep(later(48 * HOUR), 2).await.expect("a sweep");
        rounds.push((counts.of("revoked_token"), counts.of("change")));
        if !counts.more {
            break;
        }
    }
    // The revocations are a change as well.
    assert_eq!(rounds, [(2, 2), (2, 2), (1, 2), (0, 0)]);
}
