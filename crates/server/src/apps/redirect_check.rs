//! "Ensure the redirect URI can be called": calling one, remembering the verdict, and the words for it.

use std::time::Duration;

use futures_util::future::join_all;
use grantry_oauth::redirect_uri::{self, Destination, RedirectUri};
use grantry_oauth::time::Timestamp;
use grantry_store::Error;
use grantry_store::id::AccountId;
use grantry_store::redirect_check::{RedirectCheck, RedirectVerdict};

use super::limits::spend;
use super::{Refused, details};
use crate::app::App;
use crate::web::Words;

/// A verdict younger than this is not asked for again when a form is reviewed.
const FRESH: Duration = Duration::from_secs(300);

/// Calls a redirect URI that somebody typed, and remembers the verdict.
///
/// # Errors
/// A fault for a URI that may not be registered, or too many outward calls.
pub async fn check(app: &App, account: &AccountId, raw: &str) -> Result<RedirectCheck, Refused> {
    // The client type may not be chosen yet; whether it allows a private-use scheme is checked with the form.
    let uri = RedirectUri::register(raw, redirect_uri::ClientType::Public)
        .map_err(|refused| details::uri_fault("redirect_uri-1", raw, refused))?;
    let checks = call(app, account, vec![uri.as_str().to_owned()]).await?;
    checks.into_iter().next().ok_or(Refused::Missing)
}

/// The verdicts on registered URIs, in their order. Those that are not known from the last minutes are asked for, all at
/// once; all of them when `anew`.
///
/// # Errors
/// Too many outward calls, or the store's.
pub async fn check_all(
    app: &App,
    account: &AccountId,
    uris: &[String],
    anew: bool,
) -> Result<Vec<RedirectCheck>, Refused> {
    let since = if anew { app.clock.now() } else { app.clock.now() - FRESH };
    let known = known(app, account, uris).await?;
    let is_fresh = |uri: &String| known.iter().any(|check| check.uri == *uri && check.checked_at.0 > since.0);
    let wanted: Vec<String> = uris.iter().filter(|uri| !is_fresh(uri)).cloned().collect();
    let mut checks = call(app, account, wanted).await?;
    checks.extend(known.into_iter().filter(|check| check.checked_at.0 > since.0));
    let of = |uri: &String| checks.iter().find(|check| check.uri == *uri).cloned();
    Ok(uris.iter().filter_map(of).collect())
}

/// What is remembered of URIs: nothing of those that were never called for this account.
///
/// # Errors
/// The store's.
pub async fn known(app: &App, account: &AccountId, uris: &[String]) -> Result<Vec<RedirectCheck>, Error> {
    app.store.reader().list_redirect_checks(account, uris).await
}

/// Calls URIs at once, each with its own patience, and remembers the verdicts in one write.
async fn call(app: &App, account: &AccountId, uris: Vec<String>) -> Result<Vec<RedirectCheck>, Refused> {
    let outside = |uri: &&String| RedirectUri::from_stored((*uri).clone()).destination() == Destination::Web;
    spend(app, account, uris.iter().filter(outside).count()).await?;
    let verdicts = join_all(uris.iter().map(|uri| app.outbound.probe(uri))).await;
    let now = app.clock.now();
    let mut checks = Vec::new();
    for (uri, verdict) in uris.into_iter().zip(verdicts) {
        let stored = RedirectVerdict::parse(verdict.key())
            .ok_or_else(|| Error::Corrupt(format!("verdict {}", verdict.key())))?;
        let detail = verdict.status().map(|status| status.to_string()).unwrap_or_default();
        checks.push(RedirectCheck { uri, verdict: stored, detail, checked_at: now });
    }
    if checks.is_empty() {
        return Ok(checks);
    }
    let (account, kept) = (account.clone(), checks.clone());
    let keeping = app.store.write(now, |tx| async move {
        for check in &kept {
            tx.put_redirect_check(&account, &check.uri, check.verdict, &check.detail).await?;
        }
        Ok::<_, Error>(())
    });
    keeping.await?;
    Ok(checks)
}

/// The tone and the sentence of a verdict.
#[must_use]
pub fn said(check: &RedirectCheck, words: Words) -> (&'static str, String) {
    let (tone, key) = match check.verdict {
        RedirectVerdict::Reachable => ("good", "apps-verdict-reachable"),
        RedirectVerdict::RedirectsElsewhere => ("warn", "apps-verdict-redirects-elsewhere"),
        RedirectVerdict::ServerError => ("warn", "apps-verdict-server-error"),
        RedirectVerdict::Timeout => ("warn", "apps-verdict-timeout"),
        RedirectVerdict::BadCertificate => ("bad", "apps-verdict-bad-certificate"),
        RedirectVerdict::NoAnswer => ("warn", "apps-verdict-no-answer"),
        RedirectVerdict::NotPubliclyReachable => ("warn", "apps-verdict-not-publicly-reachable"),
        RedirectVerdict::NotProbed => ("note", "apps-verdict-not-probed"),
    };
    (tone, words.with(key, "status", &check.detail))
}

/// The tone and the sentence for a URI that was not called, or not lately.
#[must_use]
pub fn said_unasked(uri: &str, words: Words) -> (&'static str, String) {
    let key = match RedirectUri::from_stored(uri.to_owned()).destination() {
        Destination::Web => "apps-verdict-unknown",
        Destination::Loopback | Destination::PrivateUse => "apps-verdict-not-probed",
    };
    ("note", words.get(key))
}

/// When a verdict was given, as long as it says anything: a URI on the user's own device is never called.
#[must_use]
pub fn asked_at(check: &RedirectCheck) -> Option<Timestamp> {
    (check.verdict != RedirectVerdict::NotProbed).then_some(check.checked_at)
}
