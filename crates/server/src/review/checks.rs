//! What the server finds out by itself about a version: each check with a verdict and the evidence for it.

use std::collections::BTreeMap;

use grantry_oauth::redirect_uri::{Destination, RedirectUri};
use grantry_oauth::time::Timestamp;
use grantry_store::app::App as StoredApp;
use grantry_store::app_evidence::AppEvidence;
use grantry_store::app_version::{AppDetails, ClientType};
use grantry_store::redirect_check::{RedirectCheck, RedirectVerdict};
use grantry_store::submission_check::{CheckVerdict, SubmissionCheck};

use super::look_alike::{self, Likeness};
use super::{Refused, checklist, logo_contrast};
use crate::app::App;
use crate::apps::redirect_check;
use crate::cached::KnownCatalogue;
use crate::web::{Words, moment};

/// Pixels that a logo should have on each side.
const LOGO_SIDE: u32 = 128;

/// A version to be checked, and what is known beside it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub app: &'a StoredApp,
    pub details: &'a AppDetails,
    /// What is approved already.
    pub approved: Option<&'a AppDetails>,
}

/// Whether addresses are called for the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// Only what is known from before is used.
    None,
    /// Those that were not called in the last minutes are.
    Due,
    /// All are.
    All,
}

/// A finding: the name of a sentence with its values.
struct Finding {
    verdict: CheckVerdict,
    name: &'static str,
    values: BTreeMap<&'static str, String>,
}

fn found(verdict: CheckVerdict, name: &'static str) -> Finding {
    Finding { verdict, name, values: BTreeMap::new() }
}

impl Finding {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.insert(name, value.into());
        self
    }
}

struct Findings {
    now: Timestamp,
    checks: Vec<SubmissionCheck>,
}

impl Findings {
    fn add(&mut self, name: &str, finding: &Finding) {
        let at = self.now;
        self.add_at(at, (name, ""), finding);
    }

    fn add_at(&mut self, at: Timestamp, (name, subject): (&str, &str), finding: &Finding) {
        self.checks.push(SubmissionCheck {
            name: name.to_owned(),
            subject: subject.to_owned(),
            verdict: finding.verdict,
            finding: finding.name.to_owned(),
            evidence: serde_json::json!(finding.values).to_string(),
            checked_at: at,
        });
    }
}

/// Runs every check that applies. Addresses that were never called are left out when none is to be called now.
///
/// # Errors
/// Too many outward calls, or the store's.
pub async fn run(app: &App, subject: Subject<'_>, calls: Calls) -> Result<Vec<SubmissionCheck>, Refused> {
    let details = subject.details;
    let catalogue = app.cached.catalogue().await?;
    let reader = app.store.reader();
    let evidence = reader.find_app_evidence(&subject.app.id).await?;
    let mut findings = Findings { now: app.clock.now(), checks: Vec::new() };
    addresses(app, subject, calls, &mut findings).await?;
    logo(app, details, &mut findings).await?;
    name(app, subject, &mut findings).await?;
    use_of(&evidence, details, &mut findings);
    scopes(subject, &evidence, &catalogue, &mut findings);
    Ok(findings.checks)
}

/// Whether the redirect URIs can be called and the links lead anywhere.
async fn addresses(
    app: &App,
    subject: Subject<'_>,
    calls: Calls,
    findings: &mut Findings,
) -> Result<(), Refused> {
    let details = subject.details;
    let is_web = |uri: &&String| RedirectUri::from_stored((*uri).clone()).destination() == Destination::Web;
    let redirects: Vec<String> = details.redirect_uris.iter().filter(is_web).cloned().collect();
    let links = [("policy", &details.policy_uri), ("terms", &details.tos_uri)];
    let all: Vec<String> =
        redirects.iter().chain(links.iter().filter_map(|(_, link)| link.as_ref())).cloned().collect();
    let owner = &subject.app.account_id;
    let known = match calls {
        Calls::None => redirect_check::known(app, owner, &all).await?,
        Calls::Due | Calls::All => redirect_check::check_all(app, owner, &all, calls == Calls::All).await?,
    };
    let of = |uri: &String| known.iter().find(|check| check.uri == *uri);
    for check in redirects.iter().filter_map(of) {
        findings.add_at(check.checked_at, ("redirect", &check.uri), &redirect(check));
    }
    let is_callable = |check: &RedirectCheck| {
        matches!(check.verdict, RedirectVerdict::Reachable | RedirectVerdict::RedirectsElsewhere)
    };
    let asked: Vec<_> = redirects.iter().filter_map(of).collect();
    if details.client_type == ClientType::Confidential && !asked.is_empty() {
        let finding = match asked.iter().find(|check| is_callable(check)) {
            Some(check) => found(CheckVerdict::Pass, "one").with("uri", &check.uri),
            None => found(CheckVerdict::Fail, "none"),
        };
        findings.add("callable", &finding);
    }
    for (name, link) in links {
        if let Some(check) = link.as_ref().and_then(of) {
            findings.add_at(check.checked_at, (name, &check.uri), &page(check));
        }
    }
    Ok(())
}

fn redirect(check: &RedirectCheck) -> Finding {
    use CheckVerdict::{Fail, Pass, Warn};
    let finding = match check.verdict {
        RedirectVerdict::Reachable => found(Pass, "reachable"),
        RedirectVerdict::RedirectsElsewhere => found(Warn, "redirects"),
        RedirectVerdict::ServerError => found(Warn, "server-error"),
        RedirectVerdict::Timeout => found(Warn, "timeout"),
        RedirectVerdict::BadCertificate => found(Fail, "bad-certificate"),
        RedirectVerdict::NoAnswer => found(Warn, "no-answer"),
        RedirectVerdict::NotPubliclyReachable | RedirectVerdict::NotProbed => found(Warn, "not-public"),
    };
    finding.with("status", &check.detail)
}

/// A link for people leads to a page, or on to one.
fn page(check: &RedirectCheck) -> Finding {
    use CheckVerdict::{Fail, Pass, Warn};
    let is_there = check.detail.parse::<u16>().is_ok_and(|status| status < 400);
    let finding = match check.verdict {
        RedirectVerdict::Reachable if is_there => found(Pass, "reachable"),
        RedirectVerdict::Reachable => found(Fail, "no-page"),
        RedirectVerdict::RedirectsElsewhere => found(Pass, "reachable"),
        RedirectVerdict::BadCertificate => found(Fail, "bad-certificate"),
        RedirectVerdict::ServerError => found(Warn, "server-error"),
        RedirectVerdict::Timeout => found(Warn, "timeout"),
        RedirectVerdict::NoAnswer => found(Warn, "no-answer"),
        RedirectVerdict::NotPubliclyReachable | RedirectVerdict::NotProbed => found(Warn, "not-public"),
    };
    finding.with("status", &check.detail)
}

async fn logo(app: &App, details: &AppDetails, findings: &mut Findings) -> Result<(), Refused> {
    let logo = match &details.logo_id {
        Some(id) => app.store.reader().find_logo(id).await?,
        None => None,
    };
    let Some(logo) = logo else {
        findings.add("logo", &found(CheckVerdict::Fail, "none"));
        return Ok(());
    };
    let (short, long) = (logo.width.min(logo.height), logo.width.max(logo.height));
    let finding = if long < LOGO_SIDE {
        found(CheckVerdict::Warn, "small")
    } else if short.saturating_mul(3) < long.saturating_mul(2) {
        found(CheckVerdict::Warn, "not-square")
    } else {
        found(CheckVerdict::Pass, "good")
    };
    let (width, height) = (logo.width.to_string(), logo.height.to_string());
    findings.add("logo", &finding.with("width", width).with("height", height));
    let bytes = logo.bytes;
    let sight = tokio::task::spawn_blocking(move || logo_contrast::look(&bytes)).await.unwrap_or(None);
    let finding = match sight {
        Some(sight) if sight.on_light && sight.on_dark => found(CheckVerdict::Pass, "both"),
        Some(sight) if sight.on_dark => found(CheckVerdict::Warn, "light"),
        Some(sight) if sight.on_light => found(CheckVerdict::Warn, "dark"),
        Some(_) | None => found(CheckVerdict::Warn, "neither"),
    };
    findings.add("contrast", &finding);
    Ok(())
}

/// Whether people could take the name for another's: an approved app's, or the platform's.
async fn name(app: &App, subject: Subject<'_>, findings: &mut Findings) -> Result<(), Refused> {
    let name = &subject.details.name;
    let others = app.store.reader().list_approved_names(&subject.app.account_id).await?;
    let platform = &app.config.branding.name;
    let closest = others.iter().map(|other| (look_alike::likeness(name, &other.name), other));
    let closest = closest.max_by_key(|(likeness, _)| *likeness).filter(|(like, _)| *like > Likeness::None);
    let finding = match closest {
        Some((Likeness::Same, other)) => found(CheckVerdict::Fail, "same")
            .with("other", &other.name)
            .with("client_id", &other.client_id)
            .with("publisher", &other.publisher),
        Some((_, other)) => found(CheckVerdict::Warn, "near")
            .with("other", &other.name)
            .with("client_id", &other.client_id)
            .with("publisher", &other.publisher),
        None if look_alike::contains(name, platform) => {
            found(CheckVerdict::Warn, "platform").with("platform", platform)
        }
        None => found(CheckVerdict::Pass, "own").with("count", others.len().to_string()),
    };
    findings.add("name", &finding);
    Ok(())
}

/// Whether the app has done what it must be able to do.
fn use_of(evidence: &AppEvidence, details: &AppDetails, findings: &mut Findings) {
    let seen = |at: Option<Timestamp>| match at {
        Some(at) => found(CheckVerdict::Pass, "seen").with("at", moment::exact(at)),
        None => found(CheckVerdict::Warn, "never"),
    };
    // Codes are what redirect URIs are for; devices have none.
    if !details.redirect_uris.is_empty() {
        findings.add("flow", &seen(evidence.exchanged_at));
    }
    findings.add("refresh", &seen(evidence.refreshed_at));
    findings.add("reconnect", &seen(evidence.reconnected_at));
}

fn scopes(subject: Subject<'_>, evidence: &AppEvidence, catalogue: &KnownCatalogue, findings: &mut Findings) {
    let Subject { details, approved, .. } = subject;
    // What is asked for only now cannot have been used yet.
    let could_be_used = |scope: &&String| approved.is_none_or(|approved| approved.scopes.contains(scope));
    let unused = |scope: &&String| !evidence.granted_scopes.contains(scope);
    if !evidence.granted_scopes.is_empty() && !details.scopes.is_empty() {
        let unused: Vec<&str> =
            details.scopes.iter().filter(could_be_used).filter(unused).map(String::as_str).collect();
        let finding = match unused.as_slice() {
            [] => found(CheckVerdict::Pass, "used"),
            unused => found(CheckVerdict::Warn, "unused").with("scopes", unused.join(", ")),
        };
        findings.add("scopes", &finding);
    }
    let mut sensitive = checklist::sensitive(catalogue, &details.scopes);
    sensitive.retain(|scope| approved.is_none_or(|approved| !approved.scopes.contains(scope)));
    let finding = match sensitive.as_slice() {
        [] => found(CheckVerdict::Pass, "none"),
        sensitive => found(CheckVerdict::Warn, "some").with("scopes", sensitive.join(", ")),
    };
    findings.add("sensitive", &finding);
}

/// The sentence of a result.
#[must_use]
pub fn said(check: &SubmissionCheck, words: Words) -> String {
    let values: BTreeMap<String, String> = serde_json::from_str(&check.evidence).unwrap_or_default();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, v)| (name.as_str(), v.as_str())).collect();
    words.all(&format!("review-check-{}-{}", check.name, check.finding), &values)
}

/// Whether something must change before the version can be approved.
#[must_use]
pub fn any_fails(checks: &[SubmissionCheck]) -> bool {
    checks.iter().any(|check| check.verdict == CheckVerdict::Fail)
}
