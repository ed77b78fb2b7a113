//! Connections stand until they are ended, and take along all that came of them.

use super::*;
use crate::code::NewCode;
use crate::examples::{NOW, World, connect, empty, later, person, world, write};
use crate::grant::NewGrant;
use crate::member::MemberChange;
use crate::refresh_token::NewRefreshToken;

const CODE: [u8; 32] = [5; 32];
const TOKEN: [u8; 32] = [6; 32];

/// A code and a refresh token of the world's grant.
async fn tokens(tx: &Tx, world: &World) -> Result<(), Error> {
    let code = NewCode {
        hash: CODE,
        app_id: world.app.clone(),
        grant_id: world.grant.clone(),
        redirect_uri: "https://app.example/cb".to_owned(),
        code_challenge: None,
        nonce: None,
        dpop_jkt: None,
        expires_at: later(60),
    };
    tx.insert_code(&code).await?;
    let grant_id = world.grant.clone();
    tx.insert_refresh_token(&NewRefreshToken { hash: TOKEN, grant_id, dpop_jkt: None, expires_at: later(99) })
        .await
}

// security: U04, T14
#[tokio::test]
async fn disconnecting_takes_grants_codes_and_refresh_tokens_along_and_is_the_accounts_right_alone() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move {
        tokens(&tx, world).await?;
        let end = async |account: &AccountId| {
            tx.end_connection(account, &world.connection, Some(&world.person), EndReason::Disconnected).await
        };
        assert!(!end(&world.developer).await?, "another account's");
        assert!(tx.find_code(&CODE).await?.is_some());
        assert!(end(&world.customer).await?);
        assert!(!end(&world.customer).await?, "once");
        assert_eq!(tx.find_code(&CODE).await?, None);
        let (token, state) = tx.find_refresh_token(&TOKEN).await?.expect("the token");
        assert_eq!((token.revoked_at, state.grant.ended_at), (Some(NOW), Some(NOW)));
        assert!(state.standing().ended);
        assert_eq!(tx.count_connected_accounts(&world.app).await?, 0);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_owner_of_an_app_disconnects_an_account_from_it() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move {
        let end = async |owner: &AccountId| {
            tx.end_connection_of_app((owner, &world.app), &world.connection, None).await
        };
        assert!(!end(&world.customer).await?, "not the owner");
        assert!(end(&world.developer).await?);
        assert_eq!(tx.find_connection(&world.customer, &world.connection).await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_member_who_leaves_takes_the_personal_connection_along_and_leaves_the_accounts() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move {
        let bob = person(2, "bob@hotel.example");
        tx.insert_person(&bob).await?;
        tx.insert_member(&world.customer, &bob.id, true, false).await?;
        let personal = World { connection: ConnectionId::new([3; 16]), ..world.clone() };
        connect(&tx, &personal, ConnectionKind::Personal).await?;
        let grant = NewGrant { connection_id: personal.connection.clone(), ..world.new_grant(3, "openid") };
        tx.insert_grant(&grant).await?;
        let removed = tx.remove_member(&world.customer, &world.person, Some(&bob.id)).await?;
        assert_eq!(removed, MemberChange::Done);
        assert_eq!(tx.find_connection(&world.customer, &personal.connection).await?, None);
        assert!(tx.find_grant(&grant.id).await?.expect("the grant").standing().ended);
        assert!(tx.find_connection(&world.customer, &world.connection).await?.is_some());
        assert!(!tx.find_grant(&world.grant).await?.expect("the grant").standing().ended);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn connecting_again_finds_the_standing_connection_and_adds_to_it() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, later(5), |tx| async move {
        let again = NewConnection {
            id: ConnectionId::new([9; 16]),
            app_id: world.app.clone(),
            account_id: world.customer.clone(),
            kind: ConnectionKind::Account,
            person_id: world.person.clone(),
        };
        let connection = tx.open_connection(&again).await?;
        assert_eq!((&connection.id, connection.created_at), (&world.connection, NOW));
        let more = ["folios.read".to_owned(), "folios.manage".to_owned()];
        tx.grant_scopes(&connection.id, &more).await?;
        assert_eq!(tx.list_connection_scopes(&connection.id).await?, ["folios.manage", "folios.read"]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn both_sides_see_the_connection_and_how_many_people_use_it() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    write(&store, NOW, |tx| async move {
        let bob = person(2, "bob@hotel.example");
        tx.insert_person(&bob).await?;
        tx.record_consent(&world.connection, &bob.id, &["openid".to_owned(), "email".to_owned()]).await?;
        tx.touch_connections(&[(world.connection.clone(), later(9)), (world.connection.clone(), later(8))])
            .await
    })
    .await;
    let (reader, page) = (store.reader(), PageRequest::first(10));
    let apps = reader.list_connected_apps(&world.customer, &page).await.expect("a page").items;
    let [app] = apps.as_slice() else { panic!("one app") };
    assert_eq!((app.client_id.as_str(), app.publisher.as_str()), ("SDXE-AC-MYAPP", "Company SDXE"));
    assert_eq!(
        (app.scopes.as_slice(), app.connection.last_used_at),
        (["folios.read".to_owned()].as_slice(), later(9))
    );
    let accounts = reader.list_connected_accounts(&world.app, &page).await.expect("a page").items;
    assert_eq!(accounts.first().map(|account| account.account_code.as_str()), Some("HTL1"));
    assert_eq!(reader.count_connected_people(&world.app).await, Ok(2));
    assert_eq!(reader.count_connected_accounts(&world.app).await, Ok(1));
    assert_eq!(reader.count_connected_apps(&world.customer).await, Ok(1));
    assert!(reader.list_connected_apps(&world.developer, &page).await.expect("a page").items.is_empty());
}
