//! Making access tokens: for which APIs, in which form, with which key.

use std::time::Duration;

use grantry_oauth::access_token::{AccessToken, Owner};
use grantry_oauth::catalogue::{Catalogue, TokenFormat};
use grantry_oauth::client::Client;
use grantry_oauth::compat::Preset;
use grantry_oauth::grant::narrow_resources;
use grantry_oauth::jose::Alg;
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::{Error, ErrorCode, Timestamp};

use super::{Failed, opaque, preset};
use crate::app::App;

/// What an access token is for.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) scopes: ScopeSet,
    pub(super) resources: Vec<String>,
    /// The names of the APIs that were asked for by name; none for those of the scopes.
    pub(super) names: Vec<String>,
}

impl Reach {
    /// The part of what was granted that a request asks for (RFC 8707 §2.2): `granted` are the resources of the grant,
    /// none for all; `asked` those of the request.
    pub(super) fn new(
        catalogue: &Catalogue,
        scopes: &ScopeSet,
        granted: &[String],
        asked: &[String],
    ) -> Result<Self, Error> {
        let asked = catalogue.check_resources(asked.iter().map(String::as_str))?;
        let resources = narrow_resources(granted, asked)?;
        let scopes = catalogue.narrowed(scopes, &resources);
        if scopes.is_empty() {
            return Err(Error::new(ErrorCode::InvalidTarget, "no granted scope belongs to this resource"));
        }
        Ok(Self { scopes, resources, names: Vec::new() })
    }

    /// The part that is for the APIs of these names (RFC 8693 §2.1, `audience`); all of it without any.
    pub(super) fn named(self, catalogue: &Catalogue, names: &[String]) -> Result<Self, Error> {
        let names = catalogue.check_names(names.iter().map(String::as_str))?;
        let scopes = catalogue.narrowed_to_names(&self.scopes, &names);
        if scopes.is_empty() {
            return Err(Error::new(
                ErrorCode::InvalidTarget,
                "no scope of the subject token belongs to this audience",
            ));
        }
        Ok(Self { scopes, names, ..self })
    }

    fn audience<'a>(&'a self, catalogue: &'a Catalogue) -> Vec<&'a str> {
        match (self.names.as_slice(), self.resources.as_slice()) {
            ([], resources) => catalogue.audience(&self.scopes, resources),
            (names, resources) => resources.iter().chain(names).map(String::as_str).collect(),
        }
    }
}

/// In whose name, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bearer<'a> {
    pub(super) client: &'a Client,
    pub(super) owner: Owner<'a>,
    pub(super) account_code: &'a str,
    /// The thumbprint of the key that the token is bound to.
    pub(super) jkt: Option<&'a str>,
    /// The app that acts with it for the one that the grant was given to.
    pub(super) actor: Option<&'a str>,
    /// The id of the token that it is exchanged for.
    pub(super) parent: Option<&'a str>,
    /// Somebody tries the app out.
    pub(super) is_test: bool,
    pub(super) lifetime: Duration,
}

/// Makes the token.
pub(super) async fn mint(
    app: &App,
    catalogue: &Catalogue,
    bearer: Bearer<'_>,
    reach: &Reach,
    now: Timestamp,
) -> Result<String, Failed> {
    let preset = preset(app);
    let token = AccessToken {
        issuer: app.issuer(),
        client_id: &bearer.client.client_id,
        owner: bearer.owner,
        account_code: bearer.account_code,
        audience: &reach.audience(catalogue),
        scopes: &reach.scopes,
        pii_mode: bearer.client.pii_mode,
        issued_at: now,
        lifetime: bearer.lifetime,
        random: app.random.bytes(),
        jkt: bearer.jkt,
        actor: bearer.actor,
        parent: bearer.parent,
        is_test: bearer.is_test,
        preset,
    };
    let alg = match (catalogue.token_format(&reach.scopes, &reach.resources), preset) {
        (TokenFormat::Opaque, _) => return opaque::write(app, &token),
        (TokenFormat::Jwt(_), Preset::Seed) => Alg::Rs256,
        (TokenFormat::Jwt(alg), Preset::None) => alg,
    };
    let alg = bearer.client.profile.access_token_alg(alg);
    Ok(token.sign(&*app.keys.signer(alg).await?)?)
}
