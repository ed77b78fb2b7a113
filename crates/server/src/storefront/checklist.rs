//! What a listing needs before its owner may publish it, and what would make it better.

use grantry_store::app_version::AppDetails;
use grantry_store::listing::Content;

use crate::apps::{Fault, Faults};

/// One line of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// `store-need-{key}` are its words.
    pub key: &'static str,
    /// The field where it is said; empty when that is in the app's own form.
    pub field: &'static str,
    pub is_met: bool,
    /// Without it the listing is not published.
    pub is_required: bool,
}

/// Everything on the list, in the order of the form.
#[must_use]
pub fn needs(content: &Content, details: &AppDetails) -> Vec<Need> {
    let leads_somewhere = !content.landing_url.is_empty() || details.initiate_login_uri.is_some();
    let lines = [
        ("short", "short_description", !content.short_text.is_empty(), true),
        ("long", "long_description", !content.long_text.is_empty(), true),
        ("category", "category", !content.categories.is_empty(), true),
        ("support", "support", !content.support.is_empty(), true),
        ("connect", "landing_url", leads_somewhere, true),
        ("logo", "", details.logo_id.is_some(), true),
        ("privacy", "", details.policy_uri.is_some(), true),
        ("screenshots", "screenshot_url", !content.screenshots.is_empty(), false),
        ("languages", "languages", !content.languages.is_empty(), false),
        ("pricing", "pricing", !content.pricing.is_empty(), false),
        ("guide", "guide_url", !content.guide_url.is_empty(), false),
    ];
    lines.map(|(key, field, is_met, is_required)| Need { key, field, is_met, is_required }).to_vec()
}

/// What is missing and required, each at its field.
///
/// # Errors
/// The faults, when there are any.
pub fn insist(content: &Content, details: &AppDetails) -> Result<(), Faults> {
    let mut faults = Faults::default();
    for need in needs(content, details).iter().filter(|need| need.is_required && !need.is_met) {
        let field = match (need.key, need.field) {
            ("logo", _) => "logo_url",
            ("privacy", _) => "policy_uri",
            (_, field) => field,
        };
        faults.push(Fault::new(field, format!("store-missing-{}", need.key)));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
