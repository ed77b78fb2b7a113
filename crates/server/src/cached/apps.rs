//! An app as the protocol needs it, made once of what is stored.

use std::sync::Arc;
use std::time::Duration;

use grantry_oauth::client::{
    AuthMethod, Client, PiiMode, Profile, Provenance, RequestObjectAlg, SubjectType,
};
use grantry_oauth::client_auth::StoredSecret;
use grantry_oauth::client_id::ClientKind;
use grantry_oauth::jose::{Alg, ClientKeys};
use grantry_oauth::redirect_uri::{ClientType, RedirectUri};
use grantry_oauth::scope::ScopeSet;
use grantry_store::Error;
use grantry_store::account::{Account, AccountKind, AccountState};
use grantry_store::app::{App, AppKind, AppState, RegisteredApp};
use grantry_store::app_version::AppVersion;
use grantry_store::machine::{MachineApp, MachineOrigin};

/// An app with its live version.
#[derive(Debug)]
pub struct KnownApp {
    pub app: App,
    pub owner: Account,
    pub version: AppVersion,
    /// What the rules know of it.
    pub client: Client,
    /// The secrets that are not revoked.
    pub secrets: Vec<StoredSecret>,
    /// What else is known of an app that registered itself.
    pub machine: Option<MachineApp>,
    /// The public keys that it registered; those behind its `jwks_uri` are in [`super::AppKeys`].
    pub keys: Option<Arc<ClientKeys>>,
}

impl KnownApp {
    pub(super) fn new(found: RegisteredApp) -> Result<Self, Error> {
        let details = &found.version.details;
        let wrong = |what: &str| Error::Corrupt(format!("{}: {what}", found.app.client_id));
        let uris = |list: &[String]| list.iter().cloned().map(RedirectUri::from_stored).collect();
        let alg = |name: &str| Alg::parse(name).ok_or_else(|| wrong("userinfo alg"));
        let auth_alg = |name: &str| Alg::parse(name).ok_or_else(|| wrong("auth alg"));
        let request_alg =
            |name: &str| RequestObjectAlg::parse(name).ok_or_else(|| wrong("request object alg"));
        let client = Client {
            client_id: found.app.client_id.clone(),
            kind: match found.app.kind {
                AppKind::Store => ClientKind::Store,
                AppKind::Custom => ClientKind::Custom,
            },
            provenance: match found.machine.as_ref().map(|machine| machine.origin) {
                None if found.owner.kind == AccountKind::SelfRegistered => return Err(wrong("origin")),
                None => Provenance::Owner,
                Some(MachineOrigin::Token) => Provenance::InitialToken,
                Some(MachineOrigin::Open) => Provenance::Open,
                Some(MachineOrigin::Document) => Provenance::Document,
            },
            client_type: ClientType::parse(details.client_type.as_str())
                .ok_or_else(|| wrong("client type"))?,
            profile: Profile::parse(details.profile.as_str()).ok_or_else(|| wrong("profile"))?,
            require_pkce: details.require_pkce,
            auth_method: AuthMethod::parse(&details.auth_method).ok_or_else(|| wrong("auth method"))?,
            redirect_uris: uris(&details.redirect_uris),
            post_logout_redirect_uris: uris(&details.post_logout_uris),
            scopes: details.scopes.iter().map(String::as_str).collect::<ScopeSet>(),
            id_token_alg: Alg::parse(&details.id_token_alg).ok_or_else(|| wrong("id token alg"))?,
            pii_mode: PiiMode::parse(details.pii_mode.as_str()).ok_or_else(|| wrong("pii mode"))?,
            require_par: details.require_par,
            dpop_bound: details.dpop_bound,
            userinfo_alg: details.userinfo_alg.as_deref().map(alg).transpose()?,
            request_object_alg: details.request_object_alg.as_deref().map(request_alg).transpose()?,
            auth_alg: details.auth_alg.as_deref().map(auth_alg).transpose()?,
            default_max_age: details
                .default_max_age
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs),
            request_uris: details.request_uris.clone(),
            subject_type: SubjectType::parse(details.subject_type.as_str())
                .ok_or_else(|| wrong("subject type"))?,
            sector_identifier_uri: details.sector_identifier_uri.clone(),
            device_grant: details.device_grant,
            token_exchange: details.token_exchange,
        };
        let secrets = found
            .secrets
            .iter()
            .map(|secret| StoredSecret {
                id: secret.id.as_str().to_owned(),
                hash: secret.hash,
                expires_at: secret.expires_at,
                revoked: false,
            })
            .collect();
        let keys = details.jwks.as_deref().map(|jwks| ClientKeys::parse(jwks.as_bytes()));
        let keys = keys.transpose().map_err(|problem| wrong(&format!("jwks: {problem}")))?.map(Arc::new);
        Ok(Self {
            app: found.app,
            owner: found.owner,
            version: found.version,
            client,
            secrets,
            machine: found.machine,
            keys,
        })
    }

    /// Whether the app may be used at all: neither it nor its account is suspended.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.app.state == AppState::Active && self.owner.state == AccountState::Active
    }
}
