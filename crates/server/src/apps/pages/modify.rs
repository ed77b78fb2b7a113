//! Editing an app, asking again whether its redirect URIs can be called, and deleting it.

use std::sync::Arc;

use axum::extract::State;
use grantry_store::app::AppKind;
use http::StatusCode;

use super::form::{self, FormPage, Subject};
use super::secrets::{self, Shown};
use super::show::{self, Opened};
use super::{Own, list_of};
use crate::app::App;
use crate::apps::{Fault, Faults, RawApp, Refused, edit, redirect_check, remove, versions};
use crate::web::{Answer, Form, Visitor, page};

/// `GET /apps/store-apps/{app}/edit` and `GET /apps/custom-apps/{app}/edit`
pub async fn edit_form(State(app): State<Arc<App>>, visitor: Visitor, own: Own) -> Answer {
    let raw = RawApp {
        secret_description: visitor.words.get("apps-secret-first"),
        ..RawApp::of(&own.versions.latest().details)
    };
    show_form(&app, &visitor, &own, raw, Faults::default()).await
}

/// `POST /apps/store-apps/{app}/edit` and `POST /apps/custom-apps/{app}/edit`
pub async fn save(State(app): State<Arc<App>>, visitor: Visitor, own: Own, posted: Form) -> Answer {
    let raw = form::read(&posted, own.app().kind, RawApp::of(&own.versions.latest().details));
    // A form without the number was not made by us; it must not overwrite what nobody has seen.
    let based_on = posted.get("based_on").parse().unwrap_or(0);
    match Box::pin(edit::edit(&app, &visitor.origin(), own.of(), &raw, Some(based_on))).await {
        Ok(edited) => {
            if let Some(secret) = edited.client_secret {
                return secrets::shown(&app, &visitor, &Shown::of(&own, edited.details, secret)).await;
            }
            let flash = match (edited.changed_live, edited.changed_waiting, &edited.waiting) {
                (true, false, _) => "flash-app-saved",
                (true, true, Some(_)) => "flash-app-saved-part",
                (false, true, Some(_)) => "flash-app-drafted",
                (_, true, None) => "flash-app-undrafted",
                (false, false, _) => "flash-app-unchanged",
            };
            Ok(page::with_flash(page::see_other(&own.home()), flash))
        }
        Err(refused) => {
            let faults = refused.into_faults("client_name", visitor.words)?;
            show_form(&app, &visitor, &own, raw, faults).await
        }
    }
}

async fn show_form(app: &App, visitor: &Visitor, own: &Own, raw: RawApp, faults: Faults) -> Answer {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let connections = remove::reach(app, &own.app().id).await?.connections;
    let subject = Subject::Old { own, connections };
    let view = form::view(app, &subject, raw, &faults, visitor.words).await?;
    let (_, section, _) = list_of(own.app().kind);
    let title = visitor.words.with("apps-edit-title", "name", &own.details().name);
    let page = visitor.page(app, title, section);
    Ok(page::render(status, &FormPage { page, view }))
}

/// `POST /apps/store-apps/{app}/check`
pub async fn check(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let uris = &own.details().redirect_uris;
    redirect_check::check_all(&app, &own.account.id, uris, true)
        .await
        .map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(&own.home()), "flash-app-checked"))
}

/// `POST /apps/store-apps/{app}/discard`
pub async fn discard(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    versions::discard(&app, &visitor.origin(), own.of())
        .await
        .map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(&own.home()), "flash-draft-discarded"))
}

/// `POST /apps/store-apps/{app}/delete` and `POST /apps/custom-apps/{app}/delete`
pub async fn delete(State(app): State<Arc<App>>, visitor: Visitor, own: Own, posted: Form) -> Answer {
    if posted.get("confirm").trim() != own.details().name.trim() {
        let fault = Fault::new("confirm", "apps-fault-confirm").with("name", &own.details().name);
        let opened = Opened { delete_error: fault.text(visitor.words), ..Opened::default() };
        return show::with(&app, &visitor, &own, StatusCode::UNPROCESSABLE_ENTITY, opened).await;
    }
    match remove::remove(&app, &visitor.origin(), own.of()).await {
        Ok(_) | Err(Refused::Missing) => {
            let to = match own.app().kind {
                AppKind::Store => "/apps/store-apps",
                AppKind::Custom => "/apps/connected-apps",
            };
            Ok(page::with_flash(page::see_other(to), "flash-app-deleted"))
        }
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}
