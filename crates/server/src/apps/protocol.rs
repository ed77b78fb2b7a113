//! How an app talks to the server: how it proves who it is, with which keys, and what is signed by it and for it.

use grantry_oauth::client::{AuthMethod, Profile, RequestObjectAlg};
use grantry_oauth::jose::{Alg, ClientKeys};
use grantry_oauth::redirect_uri;
use grantry_oauth::registration::LONGEST_MAX_AGE;
use grantry_oauth::request_object;
use grantry_store::app_version::{self as stored, AppDetails, ClientType};

use super::Fault;
use super::details::{Checker, RawApp, uri_fault};

/// The part of an app's details that this file checks.
pub(super) struct Protocol {
    pub(super) auth_method: String,
    pub(super) jwks: Option<String>,
    pub(super) jwks_uri: Option<String>,
    pub(super) id_token_alg: String,
    pub(super) require_par: bool,
    pub(super) userinfo_alg: Option<String>,
    pub(super) request_object_alg: Option<String>,
    pub(super) auth_alg: Option<String>,
    pub(super) request_uris: Vec<String>,
}

/// Whether an app proves with a secret who it is.
#[must_use]
pub fn uses_secret(details: &AppDetails) -> bool {
    AuthMethod::parse(&details.auth_method) == Some(AuthMethod::Secret)
}

/// Whether an app's authorizations begin with pushed requests.
#[must_use]
pub fn pushes(details: &AppDetails) -> bool {
    details.require_par || profile_for_rules(details.profile).demands_par()
}

/// The rules' word for a profile.
#[must_use]
pub fn profile_for_rules(profile: stored::Profile) -> Profile {
    match profile {
        stored::Profile::Compatible => Profile::Compatible,
        stored::Profile::Standard => Profile::Standard,
        stored::Profile::Fapi2 => Profile::Fapi2,
    }
}

/// Names of algorithms as a sentence lists them.
fn names(algs: &[Alg]) -> String {
    algs.iter().map(|alg| alg.as_str()).collect::<Vec<_>>().join(", ")
}

impl Checker<'_> {
    /// Checks what was typed about the protocol, for an app of this type and profile.
    pub(super) fn protocol(
        &mut self,
        raw: &RawApp,
        client_type: ClientType,
        profile: stored::Profile,
    ) -> Protocol {
        let profile = profile_for_rules(profile);
        let auth_method = self.auth_method(&raw.auth_method, client_type, profile);
        let usual = if profile.algs().contains(&Alg::Rs256) { Alg::Rs256 } else { Alg::Es256 };
        let id_token_alg = self.alg("id_token_alg", &raw.id_token_alg, profile).unwrap_or(usual);
        let userinfo_alg = self.alg("userinfo_alg", &raw.userinfo_alg, profile);
        let request_object_alg = self.request_object_alg(&raw.request_object_alg, profile);
        let auth_alg = self.alg("auth_alg", &raw.auth_alg, profile);
        let (jwks, jwks_uri) = self.keys(raw);
        let signs = matches!(request_object_alg, Some(RequestObjectAlg::Signed(_)));
        let needs_keys = auth_method == AuthMethod::PrivateKeyJwt.as_str() || signs;
        if needs_keys && raw.jwks.trim().is_empty() && raw.jwks_uri.trim().is_empty() {
            self.fault(Fault::new("jwks", "apps-fault-keys-none"));
        }
        Protocol {
            auth_method,
            jwks,
            jwks_uri,
            id_token_alg: id_token_alg.as_str().to_owned(),
            require_par: raw.require_par.unwrap_or(false),
            userinfo_alg: userinfo_alg.map(|alg| alg.as_str().to_owned()),
            request_object_alg: request_object_alg.map(|alg| alg.as_str().to_owned()),
            auth_alg: auth_alg.map(|alg| alg.as_str().to_owned()),
            request_uris: self.uris("request_uri", &raw.request_uris, request_object::register_uri),
        }
    }

    /// How old a sign-in may be, in seconds; absent when nothing was typed.
    pub(super) fn default_max_age(&mut self, raw: &str) -> Option<i64> {
        let raw = raw.trim();
        if raw.is_empty() {
            return None;
        }
        let digits = raw.bytes().all(|b| b.is_ascii_digit());
        let longest = i64::try_from(LONGEST_MAX_AGE).unwrap_or(i64::MAX);
        match raw.parse() {
            Ok(seconds) if digits && seconds <= longest => Some(seconds),
            Ok(_) | Err(_) => {
                self.fault(Fault::new("default_max_age", "apps-fault-max-age").about(raw));
                None
            }
        }
    }

    fn auth_method(&mut self, raw: &str, client_type: ClientType, profile: Profile) -> String {
        let signed = AuthMethod::PrivateKeyJwt.as_str();
        let (fallback, allowed) = match client_type {
            ClientType::Public => ("none", "none"),
            ClientType::Confidential if !profile.takes_secrets() => (signed, signed),
            ClientType::Confidential => {
                ("client_secret_basic", "client_secret_basic, client_secret_post, private_key_jwt")
            }
        };
        let before = self.terms.before;
        if before.is_some_and(|before| before.client_type != client_type && before.auth_method == raw) {
            return fallback.to_owned();
        }
        match (client_type, AuthMethod::parse(raw)) {
            (ClientType::Confidential, Some(AuthMethod::PrivateKeyJwt)) => signed.to_owned(),
            (ClientType::Confidential, Some(AuthMethod::Secret)) if !profile.takes_secrets() => {
                self.fault(Fault::new("auth_method", "apps-fault-fapi-secret"));
                fallback.to_owned()
            }
            (ClientType::Confidential, Some(AuthMethod::Secret)) if raw != "secret" => raw.to_owned(),
            (ClientType::Confidential, Some(AuthMethod::Secret))
            | (ClientType::Public, Some(AuthMethod::None)) => fallback.to_owned(),
            (_, None) if raw.is_empty() => fallback.to_owned(),
            (_, None | Some(AuthMethod::Secret | AuthMethod::None | AuthMethod::PrivateKeyJwt)) => {
                self.choice("auth_method", raw, allowed, fallback.to_owned())
            }
        }
    }

    /// An algorithm that the profile allows; absent when nothing was typed.
    fn alg(&mut self, name: &str, raw: &str, profile: Profile) -> Option<Alg> {
        if raw.is_empty() {
            return None;
        }
        match Alg::parse(raw) {
            Some(alg) if profile.algs().contains(&alg) => Some(alg),
            Some(_) => {
                let allowed = names(profile.algs());
                self.fault(Fault::new(name, "apps-fault-fapi-alg").about(raw).with("allowed", allowed));
                None
            }
            None => self.choice(name, raw, &names(profile.algs()), None),
        }
    }

    fn request_object_alg(&mut self, raw: &str, profile: Profile) -> Option<RequestObjectAlg> {
        const NAME: &str = "request_object_alg";
        if raw != RequestObjectAlg::Unsigned.as_str() {
            return self.alg(NAME, raw, profile).map(RequestObjectAlg::Signed);
        }
        if !profile.takes_unsigned_requests() {
            self.fault(Fault::new(NAME, "apps-fault-fapi-unsigned"));
        }
        Some(RequestObjectAlg::Unsigned)
    }

    /// FAPI 2.0 §5.3.2.2: a code never travels unprotected, not even within one computer.
    pub(super) fn https(&mut self, typed: &[String], uris: &[String], profile: stored::Profile) {
        if !profile_for_rules(profile).demands_https() {
            return;
        }
        if let Some(uri) = uris.iter().find(|uri| !uri.starts_with("https://")) {
            let row = typed.iter().position(|typed| typed.trim_matches(' ') == uri).unwrap_or_default();
            let name = format!("redirect_uri-{}", row + 1);
            self.fault(Fault::new(name, "apps-fault-fapi-redirect").about(uri));
        }
    }

    /// The app's public keys, or the address where they are.
    fn keys(&mut self, raw: &RawApp) -> (Option<String>, Option<String>) {
        let (jwks, uri) = (raw.jwks.trim(), raw.jwks_uri.trim_matches(' '));
        // RFC 7591 §2: never both.
        if !jwks.is_empty() && !uri.is_empty() {
            self.fault(Fault::new("jwks_uri", "apps-fault-keys-both"));
            return (None, None);
        }
        if !jwks.is_empty() {
            return match ClientKeys::parse(jwks.as_bytes()) {
                Ok(_) => (Some(jwks.to_owned()), None),
                Err(problem) => {
                    self.fault(Fault::new("jwks", format!("apps-fault-jwks-{}", problem.key())));
                    (None, None)
                }
            };
        }
        if uri.is_empty() {
            return (None, None);
        }
        match redirect_uri::https_url(uri) {
            Ok(url) => (None, Some(url)),
            Err(refused) => {
                self.fault(uri_fault("jwks_uri", uri, refused));
                (None, None)
            }
        }
    }
}
