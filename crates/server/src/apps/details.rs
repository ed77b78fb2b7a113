//! From what was typed about an app to details that may be saved: one function for every way in.

use grantry_oauth::client::PiiMode;
use grantry_oauth::client_id::{ClientCode, CodeProblem};
use grantry_oauth::display_text;
use grantry_oauth::redirect_uri::{self, RedirectUri, Refused};
use grantry_oauth::scope::is_oidc;
use grantry_store::app::AppKind;
use grantry_store::app_version::{self as stored, AppDetails};
use grantry_store::id::AppId;
use url::Url;

use super::fault::{Fault, Faults};
use super::protocol::{Protocol, profile_for_rules};
use crate::cached::{KnownCatalogue, KnownScope};
use crate::config::CompatPreset;
use crate::web::Words;

/// Characters in a client name: as many as every page shows whole.
pub const NAME_LIMIT: usize = 80;
/// Characters in the description of a secret.
pub const DESCRIPTION_LIMIT: usize = 100;
/// Addresses in each list of an app.
pub const URI_LIMIT: usize = 50;
/// The one internal scope that an account may give to its own custom app: it manages the account's apps.
pub const OWN_APPS_SCOPE: &str = "identity:clients.manage";

/// What was typed or sent about an app. Nothing of it is checked; an empty text stands for "not said", which is the
/// default of the platform. The names of faults are the fields' names in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawApp {
    /// The id that the form carries, so that sending it twice makes one app.
    pub id: Option<AppId>,
    /// `client_code`. At an edit it may be left out, and never changes.
    pub code: String,
    /// `client_name`
    pub name: String,
    /// `logo_url`
    pub logo_url: String,
    /// `redirect_uri`; empty rows count for the numbers of faults and are otherwise skipped, here and below.
    pub redirect_uris: Vec<String>,
    /// `post_logout_uri`
    pub post_logout_uris: Vec<String>,
    /// `cors_origin`
    pub cors_origins: Vec<String>,
    /// `scope`: names of scopes; several in one text are fine.
    pub scopes: Vec<String>,
    /// `secret_description`: used when the app gets its first secret.
    pub secret_description: String,
    /// `pii_mode`: `retrieve` or `hide`.
    pub pii_mode: String,
    /// `client_type`: `confidential` or `public`.
    pub client_type: String,
    /// `require_pkce`: `None` leaves it to the profile.
    pub require_pkce: Option<bool>,
    /// `profile`: `compatible`, `standard` or `fapi2`.
    pub profile: String,
    /// `auth_method`, in the words of RFC 7591.
    pub auth_method: String,
    /// `jwks`: the app's public keys, a JWK set.
    pub jwks: String,
    /// `jwks_uri`: where they are instead.
    pub jwks_uri: String,
    /// `id_token_alg`
    pub id_token_alg: String,
    /// `userinfo_alg`; nothing for plain JSON.
    pub userinfo_alg: String,
    /// `request_object_alg`: an algorithm or `none`; nothing for whatever the server knows.
    pub request_object_alg: String,
    /// `auth_alg`: the algorithm of its assertions; nothing for any that its profile allows.
    pub auth_alg: String,
    /// `default_max_age`, in seconds; nothing for any age.
    pub default_max_age: String,
    /// `request_uri`
    pub request_uris: Vec<String>,
    /// `require_par`: `None` leaves it to the profile.
    pub require_par: Option<bool>,
    /// `policy_uri`
    pub policy_uri: String,
    /// `tos_uri`
    pub tos_uri: String,
    /// `dpop_bound`: its tokens are always bound to a key. `None` stays as it is; so below.
    pub dpop_bound: Option<bool>,
    /// `device_grant`: devices without a browser may use it.
    pub device_grant: Option<bool>,
    /// `token_exchange`: it may exchange tokens of its owner's apps.
    pub token_exchange: Option<bool>,
    /// `initiate_login_uri`
    pub initiate_login_uri: String,
    /// `backchannel_logout_uri`
    pub backchannel_logout_uri: String,
    /// `subject_type`: `public` or `pairwise`.
    pub subject_type: String,
    /// `sector_identifier_uri`
    pub sector_identifier_uri: String,
    /// A logo that was fetched for this form a moment ago, so that it need not be fetched again.
    pub fetched_logo: Option<FetchedLogo>,
}

/// A logo that the server has fetched, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedLogo {
    pub url: String,
    pub id: String,
}

impl RawApp {
    /// An app as it is, to be changed in part and checked again.
    #[must_use]
    pub fn of(details: &AppDetails) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            id: None,
            code: String::new(),
            name: details.name.clone(),
            logo_url: text(&details.logo_source_url),
            redirect_uris: details.redirect_uris.clone(),
            post_logout_uris: details.post_logout_uris.clone(),
            cors_origins: details.cors_origins.clone(),
            scopes: details.scopes.clone(),
            secret_description: String::new(),
            pii_mode: details.pii_mode.as_str().to_owned(),
            client_type: details.client_type.as_str().to_owned(),
            require_pkce: Some(details.require_pkce),
            profile: details.profile.as_str().to_owned(),
            auth_method: details.auth_method.clone(),
            jwks: text(&details.jwks),
            jwks_uri: text(&details.jwks_uri),
            id_token_alg: details.id_token_alg.clone(),
            userinfo_alg: text(&details.userinfo_alg),
            request_object_alg: text(&details.request_object_alg),
            auth_alg: text(&details.auth_alg),
            default_max_age: details.default_max_age.map(|age| age.to_string()).unwrap_or_default(),
            request_uris: details.request_uris.clone(),
            require_par: Some(details.require_par),
            policy_uri: text(&details.policy_uri),
            tos_uri: text(&details.tos_uri),
            dpop_bound: Some(details.dpop_bound),
            device_grant: Some(details.device_grant),
            token_exchange: Some(details.token_exchange),
            initiate_login_uri: text(&details.initiate_login_uri),
            backchannel_logout_uri: text(&details.backchannel_logout_uri),
            subject_type: details.subject_type.as_str().to_owned(),
            sector_identifier_uri: text(&details.sector_identifier_uri),
            fetched_logo: None,
        }
    }
}

/// What decides about an app beside what was typed.
#[derive(Debug)]
pub struct Terms<'a> {
    pub kind: AppKind,
    pub catalogue: &'a KnownCatalogue,
    pub preset: CompatPreset,
    /// A person or a command acts, not an app: apps do not hand out [`OWN_APPS_SCOPE`].
    pub by_person: bool,
    /// The app registers itself: it gets scopes that are meant for that, and no others.
    pub by_machine: bool,
    /// The version that is live, when the app is edited.
    pub before: Option<&'a AppDetails>,
}

/// What may be saved, but for the logo: with a new `logo_source_url`, [`super::logo::complete`] fetches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub code: Option<ClientCode>,
    pub details: AppDetails,
    pub secret_description: String,
}

/// The fields of the form that stand above its advanced part, in their order.
const FORM: [&str; 7] =
    ["client_code", "client_name", "pii_mode", "logo_url", "redirect_uri", "secret_description", "scope"];

/// Checks everything that was typed.
///
/// # Errors
/// Every fault at once, each with the name of its field.
pub fn check(raw: &RawApp, terms: &Terms<'_>) -> Result<Checked, Faults> {
    let mut checker = Checker { terms, faults: Faults::default() };
    let code = checker.code(&raw.code);
    let name = checker.label("client_name", &raw.name, NAME_LIMIT);
    let pii_mode = match PiiMode::parse(&raw.pii_mode) {
        Some(PiiMode::Retrieve) => stored::PiiMode::Retrieve,
        Some(PiiMode::Hide) => stored::PiiMode::Hide,
        None if raw.pii_mode.is_empty() => stored::PiiMode::Retrieve,
        None => checker.choice("pii_mode", &raw.pii_mode, "retrieve, hide", stored::PiiMode::Hide),
    };
    let logo_source_url = checker.url("logo_url", &raw.logo_url);
    let (client_type, profile, require_pkce) = checker.strictness(raw);
    let (device_grant, token_exchange) = checker.grants(raw, client_type);
    let redirect_uris = checker.redirect_uris(&raw.redirect_uris, client_type, device_grant);
    checker.https(&raw.redirect_uris, &redirect_uris, profile);
    let secret_description = checker.secret_description(&raw.secret_description);
    let scopes = checker.scopes(&raw.scopes);
    let rules_type = for_rules(client_type);
    let register = |uri: &str| RedirectUri::register(uri, rules_type).map(|uri| uri.as_str().to_owned());
    let post_logout_uris = checker.uris("post_logout_uri", &raw.post_logout_uris, register);
    let cors_origins = checker.uris("cors_origin", &raw.cors_origins, origin);
    let policy_uri = checker.url("policy_uri", &raw.policy_uri);
    let tos_uri = checker.url("tos_uri", &raw.tos_uri);
    let initiate_login_uri = checker.url("initiate_login_uri", &raw.initiate_login_uri);
    let backchannel_logout_uri = checker.url("backchannel_logout_uri", &raw.backchannel_logout_uri);
    let sector_identifier_uri = checker.url("sector_identifier_uri", &raw.sector_identifier_uri);
    let subject_type =
        checker.subject_type(&raw.subject_type, sector_identifier_uri.is_some(), &redirect_uris);
    let default_max_age = checker.default_max_age(&raw.default_max_age);
    let protocol = checker.protocol(raw, client_type, profile);
    if !checker.faults.is_empty() {
        return Err(checker.faults.in_order_of(&FORM));
    }
    let before = terms.before;
    let Protocol { auth_method, jwks, jwks_uri, id_token_alg, .. } = protocol;
    let kept_logo = before.filter(|before| before.logo_source_url == logo_source_url);
    let fetched = raw.fetched_logo.as_ref().filter(|logo| Some(&logo.url) == logo_source_url.as_ref());
    let kept_logo = kept_logo.and_then(|before| before.logo_id.clone());
    let details = AppDetails {
        name,
        logo_id: kept_logo.or_else(|| fetched.map(|logo| logo.id.clone())),
        logo_source_url,
        client_type,
        profile,
        require_pkce,
        auth_method,
        pii_mode,
        id_token_alg,
        jwks,
        jwks_uri,
        policy_uri,
        tos_uri,
        initiate_login_uri,
        backchannel_logout_uri,
        require_par: protocol.require_par,
        dpop_bound: raw.dpop_bound.unwrap_or(before.is_some_and(|before| before.dpop_bound)),
        userinfo_alg: protocol.userinfo_alg,
        request_object_alg: protocol.request_object_alg,
        auth_alg: protocol.auth_alg,
        default_max_age,
        subject_type,
        sector_identifier_uri,
        device_grant,
        token_exchange,
        redirect_uris,
        post_logout_uris,
        cors_origins,
        request_uris: protocol.request_uris,
        scopes,
    };
    Ok(Checked { code, details, secret_description })
}

/// The rules' word for a client type.
#[must_use]
pub fn for_rules(client_type: stored::ClientType) -> redirect_uri::ClientType {
    match client_type {
        stored::ClientType::Confidential => redirect_uri::ClientType::Confidential,
        stored::ClientType::Public => redirect_uri::ClientType::Public,
    }
}

/// The fault of an address that may not be registered.
#[must_use]
pub fn uri_fault(name: impl Into<String>, raw: &str, refused: Refused) -> Fault {
    let key = format!("apps-fault-uri-{}", refused.problem.key());
    Fault::new(name, key).about(raw).try_instead(refused.proposal)
}

/// The same for an address that is no redirect URI: nothing about devices and callbacks.
#[must_use]
pub fn url_fault(name: &str, raw: &str, refused: Refused) -> Fault {
    use redirect_uri::Problem;
    if matches!(refused.problem, Problem::NotHttps | Problem::DangerousScheme | Problem::PrivateScheme) {
        return Fault::new(name, "apps-fault-url").about(raw).try_instead(refused.proposal);
    }
    uri_fault(name, raw, refused)
}

/// An origin as browsers send it: `https://host` with a port only when it is not the usual one.
fn origin(raw: &str) -> Result<String, Refused> {
    let raw = raw.trim_matches(' ');
    let uri = RedirectUri::register(raw, redirect_uri::ClientType::Confidential)?;
    let own = Url::parse(uri.as_str()).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    if own != raw {
        return Err(Refused { problem: redirect_uri::Problem::NotNormal, proposal: Some(own) });
    }
    Ok(own)
}

/// The fault of a text that people cannot read.
#[must_use]
pub fn text_fault(name: &str, problem: display_text::Problem, limit: usize) -> Fault {
    let key = match (problem, name) {
        (display_text::Problem::Empty, "secret_description") => "apps-fault-description-empty".to_owned(),
        (_, _) => format!("apps-fault-text-{}", problem.key()),
    };
    Fault::new(name, key).with("limit", limit)
}

pub(super) struct Checker<'a> {
    pub(super) terms: &'a Terms<'a>,
    faults: Faults,
}

impl Checker<'_> {
    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn is_custom(&self) -> bool {
        self.terms.kind == AppKind::Custom
    }

    /// Notes a value that is none of a closed list, and goes on with one that is.
    pub(super) fn choice<T>(&mut self, name: &str, raw: &str, allowed: &str, instead: T) -> T {
        self.fault(Fault::new(name, "apps-fault-choice").about(raw).with("allowed", allowed));
        instead
    }

    fn code(&mut self, raw: &str) -> Option<ClientCode> {
        if self.terms.before.is_some() {
            return None;
        }
        match ClientCode::parse(raw) {
            Ok(code) => Some(code),
            Err(problem) => {
                let key = match problem {
                    CodeProblem::Empty => "apps-fault-code-empty",
                    CodeProblem::Length => "apps-fault-code-length",
                    CodeProblem::Characters => "apps-fault-code-characters",
                };
                self.fault(Fault::new("client_code", key).about(raw));
                None
            }
        }
    }

    /// A text that other people read.
    fn label(&mut self, name: &str, raw: &str, limit: usize) -> String {
        display_text::register(raw, limit).unwrap_or_else(|problem| {
            self.fault(text_fault(name, problem, limit));
            String::new()
        })
    }

    fn secret_description(&mut self, raw: &str) -> String {
        if raw.trim().is_empty() {
            return Words::english().get("apps-secret-first");
        }
        self.label("secret_description", raw, DESCRIPTION_LIMIT)
    }

    fn strictness(&mut self, raw: &RawApp) -> (stored::ClientType, stored::Profile, bool) {
        use stored::{ClientType, Profile};
        let client_type = match ClientType::parse(&raw.client_type) {
            Some(ClientType::Public) if self.is_custom() => {
                self.fault(Fault::new("client_type", "apps-fault-custom-public"));
                ClientType::Confidential
            }
            Some(client_type) => client_type,
            None if raw.client_type.is_empty() => ClientType::Confidential,
            None => {
                self.choice("client_type", &raw.client_type, "confidential, public", ClientType::Confidential)
            }
        };
        let unsaid = match (self.terms.preset, raw.require_pkce) {
            // Leaving PKCE out is what the profile `compatible` is for.
            (CompatPreset::Seed, _) | (_, Some(false)) if !self.is_custom() => Profile::Compatible,
            _ => Profile::Standard,
        };
        let profile = match Profile::parse(&raw.profile) {
            Some(profile) => {
                let is_public = client_type == ClientType::Public;
                if is_public && !profile_for_rules(profile).takes_public_clients() {
                    self.fault(Fault::new("profile", "apps-fault-fapi-public"));
                }
                profile
            }
            None if raw.profile.is_empty() => unsaid,
            None => self.choice("profile", &raw.profile, "compatible, standard, fapi2", Profile::Standard),
        };
        if client_type == ClientType::Public || self.is_custom() {
            // OAuth 2.1 §7.5.1: public clients always use PKCE. Custom apps have no code to protect.
            return (client_type, profile, true);
        }
        // An app that leaves `compatible` does not have to say that it uses PKCE from now on.
        let had_pkce = self.terms.before.is_none_or(|before| before.require_pkce);
        let lets_pkce_out = profile_for_rules(profile).lets_pkce_out();
        if !lets_pkce_out && raw.require_pkce == Some(false) && had_pkce {
            self.fault(Fault::new("require_pkce", "apps-fault-pkce"));
        }
        (client_type, profile, raw.require_pkce.unwrap_or(!lets_pkce_out) || !lets_pkce_out)
    }

    /// OIDC Core §8.1: an app with subjects of its own has one sector. Redirect URIs on several hosts make one only by a
    /// list that says so.
    fn subject_type(&mut self, raw: &str, has_list: bool, redirect_uris: &[String]) -> stored::SubjectType {
        use stored::SubjectType;
        let subject_type = match SubjectType::parse(raw) {
            Some(subject_type) => subject_type,
            None if raw.is_empty() => SubjectType::Public,
            None => self.choice("subject_type", raw, "public, pairwise", SubjectType::Public),
        };
        let host = |uri: &String| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
        let mut hosts: Vec<_> = redirect_uris.iter().map(host).collect();
        hosts.sort();
        hosts.dedup();
        if subject_type == SubjectType::Pairwise && !has_list && (hosts.len() > 1 || hosts == [None]) {
            self.fault(Fault::new("sector_identifier_uri", "apps-fault-sector-needed"));
        }
        subject_type
    }

    /// Any other address of an app; absent when nothing was typed.
    fn url(&mut self, name: &str, raw: &str) -> Option<String> {
        let raw = raw.trim_matches(' ');
        if raw.is_empty() {
            return None;
        }
        if self.is_custom() {
            self.fault(Fault::new(name, "apps-fault-custom-only-code"));
            return None;
        }
        match redirect_uri::https_url(raw) {
            Ok(url) => Some(url),
            Err(refused) => {
                self.fault(url_fault(name, raw, refused));
                None
            }
        }
    }

    /// The grants beyond those that every app of its kind has: for devices, and for exchanging tokens.
    fn grants(&mut self, raw: &RawApp, client_type: stored::ClientType) -> (bool, bool) {
        let before = self.terms.before;
        let device = raw.device_grant.unwrap_or(before.is_some_and(|before| before.device_grant));
        let exchange = raw.token_exchange.unwrap_or(before.is_some_and(|before| before.token_exchange));
        if device && self.is_custom() {
            self.fault(Fault::new("device_grant", "apps-fault-custom-device"));
        }
        if exchange && client_type == stored::ClientType::Public {
            self.fault(Fault::new("token_exchange", "apps-fault-public-exchange"));
        }
        (device, exchange)
    }

    /// An app of devices alone needs none.
    fn redirect_uris(
        &mut self,
        raw: &[String],
        client_type: stored::ClientType,
        is_for_devices: bool,
    ) -> Vec<String> {
        let rules_type = for_rules(client_type);
        let given = raw.iter().any(|uri| !uri.trim_matches(' ').is_empty());
        if !given && !is_for_devices && !self.is_custom() {
            self.fault(Fault::new("redirect_uri-1", "apps-fault-uri-none"));
        }
        self.uris("redirect_uri", raw, |uri| {
            RedirectUri::register(uri, rules_type).map(|uri| uri.as_str().to_owned())
        })
    }

    /// A list of addresses, each checked on its own; rows without text are skipped.
    pub(super) fn uris(
        &mut self,
        name: &str,
        raw: &[String],
        register: impl Fn(&str) -> Result<String, Refused>,
    ) -> Vec<String> {
        let mut uris: Vec<String> = Vec::new();
        let rows = raw.iter().enumerate().map(|(at, uri)| (at + 1, uri.trim_matches(' ')));
        for (row, uri) in rows.filter(|(_, uri)| !uri.is_empty()) {
            let place = format!("{name}-{row}");
            if self.is_custom() {
                self.fault(Fault::new(place, "apps-fault-custom-only-code"));
                return uris;
            }
            if uris.len() == URI_LIMIT {
                self.fault(Fault::new(place, "apps-fault-uri-many").with("limit", URI_LIMIT));
                return uris;
            }
            match register(uri) {
                Ok(uri) if uris.contains(&uri) => {
                    self.fault(Fault::new(place, "apps-fault-uri-twice").about(&uri));
                }
                Ok(uri) => uris.push(uri),
                Err(refused) => self.fault(uri_fault(place, uri, refused)),
            }
        }
        uris
    }

    /// Scopes that the app may register. Those of OpenID Connect need no registration and are left out.
    fn scopes(&mut self, raw: &[String]) -> Vec<String> {
        let mut scopes = Vec::new();
        let (mut unknown, mut closed) = (Vec::new(), Vec::new());
        for name in raw.iter().flat_map(|text| text.split_whitespace()).filter(|name| !is_oidc(name)) {
            match self.terms.catalogue.find_scope(name) {
                None => unknown.push(name),
                Some((_, scope)) if !self.may_register(scope, name) => {
                    closed.push(name);
                }
                Some(_) => scopes.push(name.to_owned()),
            }
        }
        for (names, key) in [(unknown, "apps-fault-scope-unknown"), (closed, "apps-fault-scope-closed")] {
            match names.as_slice() {
                [] => {}
                [one] => self.fault(Fault::new("scope", key).about(one)),
                [first, more @ ..] => {
                    let wrong = Fault::new("scope", format!("{key}-more")).about(first);
                    self.fault(wrong.with("more", more.len()));
                }
            }
        }
        scopes.sort();
        scopes.dedup();
        scopes
    }

    /// Whether the app may have a scope: what it has, it keeps.
    fn may_register(&self, scope: &KnownScope, name: &str) -> bool {
        if self.terms.by_machine && !scope.machine {
            return false;
        }
        let has = self.terms.before.is_some_and(|before| before.scopes.iter().any(|scope| scope == name));
        let own = self.is_custom() && name == OWN_APPS_SCOPE && self.terms.by_person;
        has || (!scope.retired && (!scope.internal || own))
    }
}

#[cfg(test)]
#[path = "details_tests.rs"]
mod tests;
