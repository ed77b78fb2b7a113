//! An app that is what the document at its own client ID says (CIMD): fetched when it is first named and when it is no
//! longer fresh, checked like every other app, and kept so that a change of it can be seen.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use grantry_oauth::client::Provenance;
use grantry_oauth::client_document::{self, ClientIdUrl};
use grantry_oauth::registration::ClientMetadata;
use grantry_oauth::{Error, ErrorCode};
use grantry_store::app::{AppAccess, AppKind, NewApp};
use grantry_store::id::AppId;
use grantry_store::machine::{MachineOrigin, NewMachineApp};

use super::limits::{DOCUMENTS, DOCUMENTS_OF_HOST, source};
use super::metadata::{self, Said};
use super::refused::told;
use super::register::code;
use super::{Asking, Refused, change, check, first_version, own_account};
use crate::app::App;
use crate::apps::{self, edit};
use crate::cached::KnownApp;
use crate::outbound::{Limits, OutboundError};

/// How long a document that cannot be fetched just now is believed, once it was fetched.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// How much of a document is read, and how long that may last.
const LIMITS: Limits = Limits { bytes: client_document::DOCUMENT_BYTES, time: Duration::from_secs(5) };

/// Why there is no app behind a client ID.
#[derive(Debug, thiserror::Error)]
pub enum NotResolved {
    /// The sentence is for the developer of the program; the hint for the log.
    #[error(transparent)]
    Refused(#[from] Error),
    /// Too many documents lately; so many seconds remain.
    #[error("too many")]
    TooMany(u64),
    #[error(transparent)]
    Store(#[from] grantry_store::Error),
}

/// The app behind a client ID that is a URL.
///
/// # Errors
/// [`NotResolved`].
pub async fn resolve(app: &App, asking: Asking<'_>, client_id: &str) -> Result<Arc<KnownApp>, NotResolved> {
    let url = ClientIdUrl::parse(client_id)?;
    let known = app.cached.find_app(client_id).await?;
    if let Some(known) = &known
        && (!known.is_active() || is_fresh(app, known))
    {
        return Ok(Arc::clone(known));
    }
    let fetched = match fetch(app, asking, &url).await {
        Ok(fetched) => fetched,
        Err(Unfetched::Transient(error)) => match known.filter(|known| is_believed(app, known)) {
            Some(known) => return Ok(known),
            None => return Err(error.into()),
        },
        Err(Unfetched::Not(why)) => return Err(why),
    };
    let saved = match &known {
        Some(known) => Box::pin(update(app, asking, known, fetched)).await,
        None => add(app, asking, &url, fetched).await,
    };
    match saved {
        Ok(()) => {}
        // Somebody else had the same document at the same moment.
        Err(Refused::Changed) => {}
        Err(Refused::Store(why)) if why.is_conflict("app_client_id_key") => {}
        Err(Refused::Store(why)) if why.is_conflict("app_account_id_kind_code_key") => {}
        Err(refused) => return Err(explained(refused)),
    }
    let known = app.cached.find_app(client_id).await?;
    known.ok_or_else(|| unreadable("the client ID document was changed at this moment", client_id).into())
}

fn is_fresh(app: &App, known: &KnownApp) -> bool {
    let machine = known.machine.as_ref();
    machine.and_then(|machine| machine.fresh_until).is_some_and(|until| app.clock.now() < until)
}

fn is_believed(app: &App, known: &KnownApp) -> bool {
    let machine = known.machine.as_ref();
    machine.and_then(|machine| machine.fetched_at).is_some_and(|at| app.clock.now() < at + GRACE)
}

/// A document that was fetched and read.
struct Fetched {
    metadata: ClientMetadata,
    host: String,
    fresh_for: Duration,
}

enum Unfetched {
    /// It may be there again in a moment.
    Transient(Error),
    Not(NotResolved),
}

impl<E: Into<NotResolved>> From<E> for Unfetched {
    fn from(error: E) -> Self {
        Self::Not(error.into())
    }
}

async fn fetch(app: &App, asking: Asking<'_>, url: &ClientIdUrl) -> Result<Fetched, Unfetched> {
    DOCUMENTS.spend(app, &source(asking.ip)).await.map_err(explained)?;
    DOCUMENTS_OF_HOST.spend(app, url.host()).await.map_err(explained)?;
    let answer = match app.outbound.get(url.as_str(), LIMITS).await {
        Ok(answer) => answer,
        Err(why) => {
            let error = unreadable(sentence(why), url.as_str());
            let transient = matches!(
                why,
                OutboundError::Timeout | OutboundError::NoAnswer | OutboundError::Status(500..)
            );
            return Err(if transient { Unfetched::Transient(error) } else { error.into() });
        }
    };
    if answer.status != 200 {
        // draft-ietf-oauth-client-id-metadata-document-03 §5: 200 and nothing else.
        return Err(unreadable(sentence(OutboundError::Status(answer.status)), url.as_str()).into());
    }
    let metadata = url.read(answer.content_type.as_deref(), &answer.body)?;
    let fresh_for = client_document::fresh_for(answer.cache_control.as_deref());
    Ok(Fetched { metadata, host: url.host().to_owned(), fresh_for })
}

/// What the developer is told. Of a host that is not public, no more than that.
fn sentence(why: OutboundError) -> &'static str {
    match why {
        OutboundError::NotAllowed | OutboundError::NotPublic => {
            "the client ID document is not publicly reachable"
        }
        OutboundError::Timeout => "the client ID document did not come in time",
        OutboundError::Certificate => "the certificate of the client ID document's host is not valid",
        OutboundError::NoAnswer => "the host of the client ID document does not answer",
        OutboundError::TooLarge => "the client ID document is too large",
        OutboundError::Status(300..=399) => "the client ID document is a redirect, which is not followed",
        OutboundError::Status(_) => "the client ID document was not answered with status 200",
    }
}

fn unreadable(description: &'static str, client_id: &str) -> Error {
    Error::new(ErrorCode::InvalidClient, description).with_hint(client_id)
}

fn explained(refused: Refused) -> NotResolved {
    match refused {
        Refused::Malformed(error) => NotResolved::Refused(error),
        Refused::Faults(faults) => {
            let (code, text) = told(&faults);
            let description = "the client ID document says something that cannot be registered";
            NotResolved::Refused(Error::new(code, description).with_hint(text))
        }
        Refused::TooMany(seconds) => NotResolved::TooMany(seconds),
        Refused::Store(error) => NotResolved::Store(error),
        Refused::Closed | Refused::NoToken | Refused::BadToken | Refused::Changed => {
            NotResolved::Store(grantry_store::Error::Busy)
        }
    }
}

/// The fields of the app that a document describes.
async fn fields(app: &App, fetched: Fetched) -> Result<(apps::RawApp, Said), Refused> {
    let said = Said::new(&fetched.metadata)?;
    let catalogue = app.cached.catalogue().await?;
    Ok((metadata::raw(app, &catalogue, fetched.metadata, &fetched.host), said))
}

async fn add(app: &App, asking: Asking<'_>, url: &ClientIdUrl, fetched: Fetched) -> Result<(), Refused> {
    let fresh_until = app.clock.now() + fetched.fresh_for;
    let (mut raw, said) = fields(app, fetched).await?;
    raw.code = code_of(url);
    let checked = Box::pin(check(app, asking, &raw, None)).await?;
    let owner = own_account(app).await?;
    let new = NewApp {
        id: AppId::new(app.clock.now(), app.random.bytes()),
        account_id: owner.id,
        kind: AppKind::Store,
        code: raw.code,
        client_id: url.as_str().to_owned(),
        access: AppAccess::Scope,
        created_by: None,
    };
    let version = first_version(app, &new.id, checked.details);
    let machine = NewMachineApp {
        app_id: new.id.clone(),
        origin: MachineOrigin::Document,
        token_hash: None,
        registration_token_id: None,
        said: said.text(),
        fresh_until: Some(fresh_until),
    };
    let saving = app.store.write(app.clock.now(), |tx| async move {
        apps::register::save(&tx, asking.origin, (&new, &version), None).await?;
        tx.insert_machine_app(&machine).await?;
        Ok::<_, Refused>(())
    });
    saving.await
}

/// Keeps what a document says now. What is different is in the trail, with what it was before.
async fn update(app: &App, asking: Asking<'_>, known: &KnownApp, fetched: Fetched) -> Result<(), Refused> {
    debug_assert_eq!(known.client.provenance, Provenance::Document);
    let fresh_until = app.clock.now() + fetched.fresh_for;
    let (raw, said) = fields(app, fetched).await?;
    let (found, before) = edit::find(app, &known.app.account_id, &known.app.id).await?;
    let checked = Box::pin(check(app, asking, &raw, Some(&before.details))).await?;
    let id = found.id.clone();
    let change = change(app, asking.origin, (&found, before), checked);
    let said = said.text();
    let saving = app.store.write(app.clock.now(), |tx| async move {
        if let Some(change) = &change {
            change.save(&tx).await?;
            tx.prune_versions(&id).await?;
        }
        tx.note_document(&id, fresh_until, &said).await?;
        Ok::<_, Refused>(())
    });
    Box::pin(saving).await
}

/// The client code of an app whose client ID is a URL: always the same for the same URL, so that two requests at once
/// make one app.
fn code_of(url: &ClientIdUrl) -> String {
    let mut bytes = [0; 27];
    let hash = digest::digest(&digest::SHA256, url.as_str().as_bytes());
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    code(bytes)
}
