//! What of an edit of an approved app holds at once, and what waits for approval: narrowing is live at once, widening
//! goes into a draft while the live version keeps running.
//!
//! Public keys and algorithms are the developer's own: who may add a secret without asking may also change a key, and a
//! leaked one must go today. They are live at once.

use grantry_oauth::client::{AuthMethod, RequestObjectAlg};
use grantry_store::app_version::{AppDetails, ClientType, PiiMode, Profile};

use crate::config::Harmless;

/// An edit in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What is live from now on: never wider than what was, in any respect.
    pub live_now: AppDetails,
    /// All that was wanted, when it is more than that.
    pub draft: Option<AppDetails>,
}

/// How much of an edit is taken at once. Parts that make no app together (a profile without its keys, say) wait together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Everything,
    /// All but what the client proves itself with, and how strict the protocol is.
    NotTheProtocol,
}

/// Splits an edit. `is_coherent` says whether details could be registered as they are: what could not is not made live.
#[must_use]
pub fn split(
    live: &AppDetails,
    wanted: &AppDetails,
    harmless: Harmless,
    is_coherent: impl Fn(&AppDetails) -> bool,
) -> Split {
    let taken =
        [Taken::Everything, Taken::NotTheProtocol].map(|taken| narrowed(live, wanted, harmless, taken));
    let live_now = taken.into_iter().find(|now| now == wanted || is_coherent(now));
    let live_now = live_now.unwrap_or_else(|| live.clone());
    let draft = (live_now != *wanted).then(|| wanted.clone());
    Split { live_now, draft }
}

/// Whether details ask for nothing beyond others: then what was submitted may become them without being looked at again.
#[must_use]
pub fn is_within(inner: &AppDetails, outer: &AppDetails, harmless: Harmless) -> bool {
    narrowed(outer, inner, harmless, Taken::Everything) == *inner
}

fn narrowed(live: &AppDetails, wanted: &AppDetails, harmless: Harmless, taken: Taken) -> AppDetails {
    let mut now = AppDetails {
        redirect_uris: kept(&live.redirect_uris, &wanted.redirect_uris),
        post_logout_uris: kept(&live.post_logout_uris, &wanted.post_logout_uris),
        cors_origins: kept(&live.cors_origins, &wanted.cors_origins),
        request_uris: kept(&live.request_uris, &wanted.request_uris),
        scopes: kept(&live.scopes, &wanted.scopes),
        // An app cannot do without the last redirect URI, so it runs with that one until the next is approved.
        ..live.clone()
    };
    if now.redirect_uris.is_empty() && !wanted.redirect_uris.is_empty() {
        now.redirect_uris.clone_from(&live.redirect_uris);
    }
    now.require_par |= wanted.require_par;
    now.dpop_bound |= wanted.dpop_bound;
    now.device_grant &= wanted.device_grant;
    now.token_exchange &= wanted.token_exchange;
    if let Some(wanted) = wanted.default_max_age {
        now.default_max_age = Some(now.default_max_age.map_or(wanted, |now| now.min(wanted)));
    }
    if wanted.pii_mode == PiiMode::Hide {
        now.pii_mode = PiiMode::Hide;
    }
    // An address that is another one is a new one.
    for (now, wanted) in [
        (&mut now.initiate_login_uri, &wanted.initiate_login_uri),
        (&mut now.backchannel_logout_uri, &wanted.backchannel_logout_uri),
    ] {
        if wanted.is_none() {
            *now = None;
        }
    }
    if harmless == Harmless::Live {
        now.policy_uri.clone_from(&wanted.policy_uri);
        now.tos_uri.clone_from(&wanted.tos_uri);
    }
    if taken == Taken::Everything {
        narrow_protocol(&mut now, wanted);
    }
    now
}

fn narrow_protocol(now: &mut AppDetails, wanted: &AppDetails) {
    now.require_pkce |= wanted.require_pkce;
    if strictness(wanted.profile) > strictness(now.profile) {
        now.profile = wanted.profile;
    }
    if wanted.client_type == ClientType::Confidential {
        now.client_type = ClientType::Confidential;
    }
    if proof(&wanted.auth_method) >= proof(&now.auth_method) {
        now.auth_method.clone_from(&wanted.auth_method);
    }
    if signing(wanted.request_object_alg.as_deref()) >= signing(now.request_object_alg.as_deref()) {
        now.request_object_alg.clone_from(&wanted.request_object_alg);
    }
    if wanted.auth_alg.is_some() {
        now.auth_alg.clone_from(&wanted.auth_alg);
    }
    now.jwks.clone_from(&wanted.jwks);
    now.jwks_uri.clone_from(&wanted.jwks_uri);
    now.id_token_alg.clone_from(&wanted.id_token_alg);
    now.userinfo_alg.clone_from(&wanted.userinfo_alg);
}

/// What of a list is still wanted, in the order in which it is.
fn kept(live: &[String], wanted: &[String]) -> Vec<String> {
    wanted.iter().filter(|one| live.contains(one)).cloned().collect()
}

fn strictness(profile: Profile) -> u8 {
    match profile {
        Profile::Compatible => 0,
        Profile::Standard => 1,
        Profile::Fapi2 => 2,
    }
}

fn proof(method: &str) -> u8 {
    match AuthMethod::parse(method) {
        None | Some(AuthMethod::None) => 0,
        Some(AuthMethod::Secret) => 1,
        Some(AuthMethod::PrivateKeyJwt) => 2,
    }
}

/// How much is asked of request objects: anything goes, signed by any algorithm or not at all, signed by one.
fn signing(alg: Option<&str>) -> u8 {
    match alg {
        Some(alg) if alg == RequestObjectAlg::Unsigned.as_str() => 0,
        None => 1,
        Some(_) => 2,
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
