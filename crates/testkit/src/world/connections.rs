//! Connections and wishes, made without the dialog: for stories that begin after it.

use grantry_store::Error;
use grantry_store::connection::{ConnectionKind, NewConnection};
use grantry_store::connection_request::NewConnectionRequest;
use grantry_store::id::{ConnectionId, ConnectionRequestId};

use super::{Person, RegisteredApp, Tenant, World};

impl World {
    /// An account's connection to an app, made by its admin.
    pub async fn connects(&self, tenant: &Tenant, app: &RegisteredApp, scopes: &[&str]) -> ConnectionId {
        self.connection(tenant, (&tenant.admin, ConnectionKind::Account), app, scopes).await
    }

    /// What a member has connected for himself.
    pub async fn connects_personally(
        &self,
        tenant: &Tenant,
        person: &Person,
        app: &RegisteredApp,
        scopes: &[&str],
    ) -> ConnectionId {
        self.connection(tenant, (person, ConnectionKind::Personal), app, scopes).await
    }

    async fn connection(
        &self,
        tenant: &Tenant,
        (person, kind): (&Person, ConnectionKind),
        app: &RegisteredApp,
        scopes: &[&str],
    ) -> ConnectionId {
        let server = self.app();
        let new = NewConnection {
            id: ConnectionId::new(server.random.bytes()),
            app_id: app.id.clone(),
            account_id: tenant.id.clone(),
            kind,
            person_id: person.id.clone(),
        };
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let made = server.store.write(server.clock.now(), |tx| async move {
            let connection = tx.connect(&new, &scopes).await?;
            tx.record_consent(&connection.id, &new.person_id, &scopes).await?;
            Ok::<_, Error>(connection.id)
        });
        made.await.expect("a connection is made")
    }

    /// A member's wish that an admin connects an app.
    pub async fn wishes(&self, tenant: &Tenant, person: &Person, app: &RegisteredApp) -> ConnectionRequestId {
        let server = self.app();
        let new = NewConnectionRequest {
            id: ConnectionRequestId::new(server.clock.now(), server.random.bytes()),
            account_id: tenant.id.clone(),
            app_id: app.id.clone(),
            person_id: person.id.clone(),
            scopes: "openid reservations.read".to_owned(),
        };
        let id = new.id.clone();
        let kept = server
            .store
            .write(server.clock.now(), |tx| async move { tx.insert_connection_request(&new).await });
        let kept: Result<bool, Error> = kept.await;
        assert!(kept.expect("a wish is kept"), "the person wished for this before");
        id
    }
}
