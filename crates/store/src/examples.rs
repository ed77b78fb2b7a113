//! A store and the things in it that the tests of this crate start from.

use crate::account::{AccountKind, ConnectPolicy, NewAccount};
use crate::app::{AppAccess, AppKind, NewApp};
use crate::app_version::{AppDetails, ClientType, NewVersion, PiiMode, Profile, SubjectType};
use crate::conformance::Place;
use crate::connection::{ConnectionKind, NewConnection};
use crate::grant::NewGrant;
use crate::id::{AccountId, AppId, ConnectionId, GrantId, PersonId, SessionId, VersionId};
use crate::person::NewPerson;
use crate::{Error, Store, Tx};
use grantry_oauth::time::Timestamp;
use std::future::Future;
use std::time::Duration;

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// This many seconds after [`NOW`].
pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// An empty store, and the place that is gone when it is dropped.
pub(crate) async fn empty() -> (Place, Store) {
    let place = Place::chosen().await;
    let store = place.server().await;
    (place, store)
}

/// A transaction that must succeed.
pub(crate) async fn write<T, F, Fut>(store: &Store, now: Timestamp, work: F) -> T
where
    F: FnOnce(Tx) -> Fut + Send,
    Fut: Future<Output = Result<T, Error>> + Send,
    T: Send,
{
    store.write(now, work).await.expect("a transaction that succeeds")
}

/// A developer account `SDXE` with a store app, a customer account `HTL1` with a member who is its admin, their
/// connection and one grant of it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) developer: AccountId,
    pub(crate) customer: AccountId,
    pub(crate) person: PersonId,
    pub(crate) app: AppId,
    pub(crate) connection: ConnectionId,
    pub(crate) session: SessionId,
    pub(crate) grant: GrantId,
}

pub(crate) fn account_id(n: u8) -> AccountId {
    AccountId::new(NOW, [n; 10])
}

pub(crate) fn grant_id(n: u8) -> GrantId {
    GrantId::new(NOW, [n; 10])
}

pub(crate) fn account(n: u8, code: &str, kind: AccountKind) -> NewAccount {
    NewAccount {
        id: account_id(n),
        code: code.to_owned(),
        name: format!("Company {code}"),
        kind,
        connect_policy: ConnectPolicy::Anyone,
    }
}

pub(crate) fn person(n: u8, email: &str) -> NewPerson {
    NewPerson {
        id: PersonId::new([n; 16]),
        email: email.to_owned(),
        email_key: email.to_owned(),
        email_verified: true,
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        password_hash: None,
        locale: None,
        claims: "{}".to_owned(),
    }
}

fn version(app: &AppId) -> NewVersion {
    let details = AppDetails {
        name: "My app".to_owned(),
        logo_id: None,
        logo_source_url: None,
        client_type: ClientType::Confidential,
        profile: Profile::Standard,
        require_pkce: true,
        auth_method: "client_secret_basic".to_owned(),
        pii_mode: PiiMode::Retrieve,
        id_token_alg: "RS256".to_owned(),
        jwks: None,
        jwks_uri: None,
        policy_uri: None,
        tos_uri: None,
        initiate_login_uri: None,
        backchannel_logout_uri: None,
        require_par: false,
        dpop_bound: false,
        userinfo_alg: None,
        request_object_alg: None,
        auth_alg: None,
        default_max_age: None,
        subject_type: SubjectType::Public,
        sector_identifier_uri: None,
        device_grant: false,
        token_exchange: false,
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        post_logout_uris: Vec::new(),
        cors_origins: Vec::new(),
        request_uris: Vec::new(),
        scopes: vec!["folios.read".to_owned()],
    };
    NewVersion { id: VersionId::new(NOW, [1; 10]), app_id: app.clone(), details, created_by: None }
}

impl World {
    /// A grant of the connection, to be given.
    pub(crate) fn new_grant(&self, n: u8, scopes: &str) -> NewGrant {
        NewGrant {
            id: grant_id(n),
            connection_id: self.connection.clone(),
            app_id: self.app.clone(),
            person_id: self.person.clone(),
            account_id: self.customer.clone(),
            scopes: scopes.to_owned(),
            resource: Vec::new(),
            claims: None,
            session_sid: Some(self.session.clone()),
            auth_time: NOW,
            outlives_person: true,
            keep_until: later(3_600),
        }
    }
}

/// Fills an empty store.
pub(crate) async fn world(store: &Store) -> World {
    let world = World {
        developer: account_id(1),
        customer: account_id(2),
        person: PersonId::new([1; 16]),
        app: AppId::new(NOW, [1; 10]),
        connection: ConnectionId::new([1; 16]),
        session: SessionId::new([1; 16]),
        grant: grant_id(1),
    };
    let w = &world;
    write(store, NOW, |tx| async move {
        tx.insert_account(&account(1, "SDXE", AccountKind::Developer)).await?;
        tx.insert_account(&account(2, "HTL1", AccountKind::Customer)).await?;
        tx.insert_person(&person(1, "ada@hotel.example")).await?;
        tx.insert_member(&w.customer, &w.person, true, false).await?;
        let app = NewApp {
            id: w.app.clone(),
            account_id: w.developer.clone(),
            kind: AppKind::Store,
            code: "MYAPP".to_owned(),
            client_id: "SDXE-AC-MYAPP".to_owned(),
            access: AppAccess::Scope,
            created_by: None,
        };
        tx.insert_app(&app).await?;
        let version = version(&w.app);
        tx.insert_version(&version).await?;
        tx.make_version_live(&w.app, &version.id).await?;
        connect(&tx, w, ConnectionKind::Account).await?;
        tx.insert_grant(&w.new_grant(1, "openid offline_access folios.read")).await
    })
    .await;
    world
}

/// Connects the app of the world to its customer.
pub(crate) async fn connect(tx: &Tx, world: &World, kind: ConnectionKind) -> Result<(), Error> {
    let connection = NewConnection {
        id: world.connection.clone(),
        app_id: world.app.clone(),
        account_id: world.customer.clone(),
        kind,
        person_id: world.person.clone(),
    };
    let scopes = ["folios.read".to_owned()];
    tx.open_connection(&connection).await?;
    tx.grant_scopes(&world.connection, &scopes).await?;
    tx.record_consent(&world.connection, &world.person, &scopes).await
}

/// Sixteen transactions that try the same at once; says how many of them succeeded.
pub(crate) async fn race<F, Fut>(store: &Store, attempt: F) -> usize
where
    F: Fn(u8, Tx) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<bool, Error>> + Send + 'static,
{
    let attempts: Vec<_> = (0..16)
        .map(|n| {
            let (store, attempt) = (store.clone(), attempt.clone());
            tokio::spawn(async move { store.write(NOW, move |tx| attempt(n, tx)).await })
        })
        .collect();
    let mut succeeded = 0;
    for attempt in attempts {
        succeeded += usize::from(attempt.await.expect("no panic").expect("a transaction that succeeds"));
    }
    succeeded
}
