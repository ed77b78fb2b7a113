//! Reviewers, and apps that wait for them: for stories that begin there.

use grantry_store::Error;
use grantry_store::app_version::{NewVersion, VersionState};
use grantry_store::id::{SubmissionId, VersionId};
use grantry_store::submission::NewSubmission;

use super::{Person, RegisteredApp, Tenant, World};

impl World {
    /// Somebody new in the operator account who reviews apps, and nothing else.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn reviewer(&self, operator: &Tenant, name: &str) -> Person {
        let person = self.member(operator, name).await;
        let (app, account, id) = (self.app(), &operator.id, &person.id);
        let made = app
            .store
            .write(app.clock.now(), |tx| async move { tx.set_member_reviewer(account, id, true).await });
        let made: Result<bool, Error> = made.await;
        assert!(made.expect("the store answers"), "{name} is a member");
        person
    }

    /// The live version of an app, submitted for its first approval as it is, past every check.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn waits_for_approval(&self, of: &Tenant, app: &RegisteredApp) -> SubmissionId {
        let server = self.app();
        let known = server.cached.find_app(&app.client_id).await.expect("a read").expect("the app");
        let version = NewVersion {
            id: VersionId::new(server.clock.now(), server.random.bytes()),
            app_id: app.id.clone(),
            details: known.version.details.clone(),
            created_by: Some(of.admin.id.clone()),
        };
        let new = NewSubmission {
            id: SubmissionId::new(server.clock.now(), server.random.bytes()),
            app_id: app.id.clone(),
            version_id: version.id.clone(),
            note: "It reads reservations for the front desk.".to_owned(),
            submitted_by: Some(of.admin.id.clone()),
        };
        let id = new.id.clone();
        let submitting = server.store.write(server.clock.now(), |tx| async move {
            tx.insert_version(&version).await?;
            tx.set_draft_version(&new.app_id, Some(&version.id)).await?;
            tx.set_version_state(&new.app_id, &version.id, VersionState::Submitted).await?;
            tx.insert_submission(&new).await
        });
        let number: Result<i64, Error> = submitting.await;
        number.expect("a submission");
        id
    }
}
