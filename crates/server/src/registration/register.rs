//! A program registers itself (RFC 7591): the app, its first version, its secret, and the token with which it manages them.

use grantry_oauth::registration::ClientMetadata;
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_oauth::time::Timestamp;
use grantry_store::account::AccountState;
use grantry_store::app::{AppAccess, AppKind, NewApp};
use grantry_store::app_version::{AppDetails, ClientType};
use grantry_store::id::AppId;
use grantry_store::machine::{MachineOrigin, NewMachineApp};
use serde_json::{Map, Value};

use super::limits::{REGISTRATIONS, source};
use super::metadata::{self, Said};
use super::{Asking, Refused, check, first_version, own_account};
use crate::app::App;
use crate::apps::{self, logo, secrets};
use crate::config::RegistrationMode;

/// What a program gets that registered. Secret and token are nowhere else and cannot be shown again.
#[derive(Debug)]
pub struct Registered {
    pub client_id: String,
    pub issued_at: Timestamp,
    /// Absent for a public app.
    pub client_secret: Option<Secret<String>>,
    pub registration_token: Secret<String>,
    /// Everything that is registered, as RFC 7591 names it.
    pub metadata: Map<String, Value>,
}

/// Letters and digits of which a client ID's last part is made; 26 of them hold 130 bits.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Registers a program by what it says about itself. `initial_token` is what it sent as a bearer token.
///
/// # Errors
/// [`Refused`].
pub async fn register(
    app: &App,
    asking: Asking<'_>,
    initial_token: Option<&str>,
    body: &Map<String, Value>,
) -> Result<Registered, Refused> {
    let token = admit(app, asking, initial_token).await?;
    let metadata = ClientMetadata::read(body)?;
    let said = Said::new(&metadata)?;
    let catalogue = app.cached.catalogue().await?;
    let name = metadata::fallback_name(&metadata.redirect_uris);
    let code = code(app.random.bytes());
    let mut raw = metadata::raw(app, &catalogue, metadata, &name);
    raw.code.clone_from(&code);
    let mut checked = Box::pin(check(app, asking, &raw, None)).await?;
    let owner = own_account(app).await?;
    if owner.state != AccountState::Active {
        return Err(Refused::Closed);
    }
    let origin = if token.is_some() { MachineOrigin::Token } else { MachineOrigin::Open };
    if origin == MachineOrigin::Token {
        // Somebody here vouches for who holds the token. The logo of a stranger is not even fetched: it is what makes
        // people believe a name. One that cannot be had is left out (RFC 7591 §3.2.1).
        match logo::complete(app, &owner.id, &mut checked.details).await {
            Ok(()) => {}
            Err(apps::Refused::Faults(_)) => checked.details.logo_source_url = None,
            Err(refused) => return Err(refused.into()),
        }
    }
    let now = app.clock.now();
    let client_id = format!("{}-DC-{code}", owner.code);
    let new = NewApp {
        id: AppId::new(now, app.random.bytes()),
        account_id: owner.id,
        kind: AppKind::Store,
        code,
        client_id: client_id.clone(),
        access: AppAccess::Scope,
        created_by: None,
    };
    let (client_secret, secret) = minted(app, asking, &new.id, &checked.details).unzip();
    let registration_token = secret::mint(TokenKind::RegistrationAccess, app.random.bytes());
    let machine = NewMachineApp {
        app_id: new.id.clone(),
        origin,
        token_hash: Some(secret::hash(registration_token.expose())),
        registration_token_id: None,
        said: said.text(),
        fresh_until: None,
    };
    let metadata = metadata::registered(&checked.details, &said);
    let version = first_version(app, &new.id, checked.details);
    let saving = app.store.write(now, |tx| async move {
        let mut machine = machine;
        if let Some(hash) = token {
            machine.registration_token_id =
                Some(tx.use_registration_token(&hash).await?.ok_or(Refused::BadToken)?);
        }
        apps::register::save(&tx, asking.origin, (&new, &version), secret.as_ref()).await?;
        tx.insert_machine_app(&machine).await?;
        Ok::<_, Refused>(())
    });
    saving.await?;
    Ok(Registered { client_id, issued_at: now, client_secret, registration_token, metadata })
}

/// Whether a program may register at all; the hash of its initial access token, if it sent one. The token is used up in
/// the transaction that registers.
async fn admit(app: &App, asking: Asking<'_>, token: Option<&str>) -> Result<Option<[u8; 32]>, Refused> {
    let mode = app.config.registration.mode;
    if mode == RegistrationMode::Off {
        return Err(Refused::Closed);
    }
    REGISTRATIONS.spend(app, &source(asking.ip)).await?;
    let Some(token) = token else {
        return if mode == RegistrationMode::Open { Ok(None) } else { Err(Refused::NoToken) };
    };
    let hash = secret::hash(token);
    let known = secret::is_well_formed(TokenKind::InitialAccess, token)
        && app.store.reader().registration_token_works(&hash, app.clock.now()).await?;
    if known { Ok(Some(hash)) } else { Err(Refused::BadToken) }
}

/// The secret of an app that authenticates with one.
pub(super) fn minted(
    app: &App,
    asking: Asking<'_>,
    id: &AppId,
    details: &AppDetails,
) -> Option<(Secret<String>, grantry_store::secret::NewSecret)> {
    let with_secret =
        details.client_type == ClientType::Confidential && details.auth_method != "private_key_jwt";
    with_secret.then(|| {
        let description = crate::web::Words::english().get("apps-secret-first");
        secrets::mint(app, asking.origin, id, description)
    })
}

/// The last part of a client ID, from random bytes. It begins with a letter, as every client code.
pub(super) fn code(random: [u8; 27]) -> String {
    let letter = |(at, byte): (usize, &u8)| {
        let count = if at == 0 { 26 } else { 32 };
        LETTERS.get(usize::from(*byte) % count).copied().map_or('A', char::from)
    };
    random.iter().enumerate().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use grantry_oauth::client_id::ClientCode;

    use super::*;

    // security: R03
    #[test]
    fn a_code_is_a_client_code_whatever_the_bytes() {
        for byte in 0..=255 {
            let code = code([byte; 27]);
            assert_eq!(ClientCode::parse(&code).map(|parsed| parsed.as_str().to_owned()), Ok(code));
        }
    }
}
