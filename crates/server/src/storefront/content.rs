//! From what was typed about a listing to content that may be saved: one function for page, API and command line.

use grantry_oauth::{display_text, redirect_uri};
use grantry_store::listing::{Content, Shot};
use serde::Deserialize;
use unic_langid::LanguageIdentifier;
use url::Url;

use crate::apps::details::{text_fault, url_fault};
use crate::apps::{Fault, Faults};
use crate::cached::shelf::begins_with;
use crate::config::Category;
use crate::sign_in::Address;

/// Characters of each text.
pub const TITLE_LIMIT: usize = 80;
pub const SHORT_LIMIT: usize = 120;
pub const LONG_LIMIT: usize = 4000;
pub const PRICING_LIMIT: usize = 120;
pub const CAPTION_LIMIT: usize = 120;
/// Entries of each list.
pub const CATEGORY_LIMIT: usize = 3;
pub const LANGUAGE_LIMIT: usize = 40;
pub const SCREENSHOT_LIMIT: usize = 5;

/// What was typed or sent. Nothing of it is checked; an empty text says nothing. Programs write the members in camel
/// case, files in snake case; the names of faults are the fields' names in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RawListing {
    /// `title`
    pub title: String,
    /// `short_description`
    #[serde(alias = "short_description")]
    pub short_description: String,
    /// `long_description`
    #[serde(alias = "long_description")]
    pub long_description: String,
    /// `category`
    pub categories: Vec<String>,
    /// `languages`: tags; several in one text are fine.
    pub languages: Vec<String>,
    /// `pricing`
    pub pricing: String,
    /// `website`
    pub website: String,
    /// `support`: an address of mail or a URL.
    pub support: String,
    /// `guide_url`
    #[serde(alias = "guide_url")]
    pub guide_url: String,
    /// `landing_url`
    #[serde(alias = "landing_url")]
    pub landing_url: String,
    /// `screenshot_url` and `screenshot_caption`; rows without both are skipped, but count for the numbers of faults.
    pub screenshots: Vec<RawShot>,
}

/// A screenshot as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawShot {
    pub url: String,
    pub caption: String,
}

impl RawListing {
    /// A listing as it is, to be changed and checked again.
    #[must_use]
    pub fn of(content: &Content) -> Self {
        let shot = |shot: &Shot| RawShot { url: shot.source_url.clone(), caption: shot.caption.clone() };
        Self {
            title: content.title.clone(),
            short_description: content.short_text.clone(),
            long_description: content.long_text.clone(),
            categories: content.categories.clone(),
            languages: content.languages.clone(),
            pricing: content.pricing.clone(),
            website: content.website.clone(),
            support: content.support.clone(),
            guide_url: content.guide_url.clone(),
            landing_url: content.landing_url.clone(),
            screenshots: content.screenshots.iter().map(shot).collect(),
        }
    }
}

/// What decides about a listing beside what was typed.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The app's name by its live version.
    pub name: &'a str,
    /// This server, to which *Connect* does not lead.
    pub issuer: &'a str,
    pub categories: &'a [Category],
    /// What is saved: a category that the platform has taken away since may stay.
    pub before: Option<&'a Content>,
}

/// Checks everything that was typed. Screenshots carry no picture yet: `screenshots::complete` fetches them.
///
/// # Errors
/// Every fault at once, each with the name of its field.
pub fn check(raw: &RawListing, terms: Terms<'_>) -> Result<Content, Faults> {
    let mut checker = Checker(Faults::default());
    let title = checker.line("title", &raw.title, TITLE_LIMIT);
    if !title.is_empty() && !begins_with(&title, terms.name) {
        checker.0.push(Fault::new("title", "store-fault-title").with("name", terms.name));
    }
    let content = Content {
        title,
        short_text: checker.line("short_description", &raw.short_description, SHORT_LIMIT),
        long_text: checker.paragraphs(&raw.long_description),
        categories: checker.categories(&raw.categories, terms),
        languages: checker.languages(&raw.languages),
        pricing: checker.line("pricing", &raw.pricing, PRICING_LIMIT),
        website: checker.url("website", &raw.website),
        support: checker.support(&raw.support),
        guide_url: checker.url("guide_url", &raw.guide_url),
        landing_url: checker.landing(&raw.landing_url, terms),
        screenshots: checker.screenshots(&raw.screenshots),
    };
    if checker.0.is_empty() { Ok(content) } else { Err(checker.0) }
}

struct Checker(Faults);

impl Checker {
    /// A text of one line, or none.
    fn line(&mut self, name: &str, raw: &str, limit: usize) -> String {
        match display_text::register(raw, limit) {
            Ok(text) => text,
            Err(display_text::Problem::Empty) => String::new(),
            Err(problem) => {
                self.0.push(text_fault(name, problem, limit));
                String::new()
            }
        }
    }

    /// Lines with empty ones between paragraphs, as `long_text::blocks` reads them.
    fn paragraphs(&mut self, raw: &str) -> String {
        const NAME: &str = "long_description";
        if raw.chars().count() > 2 * LONG_LIMIT {
            self.0.push(text_fault(NAME, display_text::Problem::TooLong, LONG_LIMIT));
            return String::new();
        }
        let mut text = String::new();
        for raw_line in raw.lines() {
            // A tab is a blank here: texts are pasted from elsewhere.
            let typed = raw_line.replace('\t', " ");
            let line = match display_text::register(&typed, LONG_LIMIT) {
                Ok(line) => line,
                Err(display_text::Problem::Empty) => String::new(),
                Err(problem) => {
                    self.0.push(text_fault(NAME, problem, LONG_LIMIT));
                    return String::new();
                }
            };
            if !(line.is_empty() && (text.is_empty() || text.ends_with("\n\n"))) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text.truncate(text.trim_end().len());
        if text.chars().count() > LONG_LIMIT {
            self.0.push(text_fault(NAME, display_text::Problem::TooLong, LONG_LIMIT));
        }
        text
    }

    fn categories(&mut self, raw: &[String], terms: Terms<'_>) -> Vec<String> {
        let mut chosen: Vec<String> = Vec::new();
        for name in raw.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            let known = terms.categories.iter().any(|category| category.name() == name);
            let kept = terms.before.is_some_and(|before| before.categories.iter().any(|own| own == name));
            if !known && !kept {
                let allowed: Vec<&str> = terms.categories.iter().map(Category::name).collect();
                let unknown = Fault::new("category", "apps-fault-choice").about(name);
                self.0.push(unknown.with("allowed", allowed.join(", ")));
            } else if !chosen.iter().any(|own| own == name) {
                chosen.push(name.to_owned());
            }
        }
        if chosen.len() > CATEGORY_LIMIT {
            self.0.push(Fault::new("category", "store-fault-categories").with("limit", CATEGORY_LIMIT));
        }
        chosen
    }

    fn languages(&mut self, raw: &[String]) -> Vec<String> {
        let mut languages: Vec<String> = Vec::new();
        let tags = raw.iter().flat_map(|text| text.split([',', ';', ' '])).filter(|tag| !tag.is_empty());
        for tag in tags {
            match tag.trim().parse::<LanguageIdentifier>() {
                Ok(language) if languages.contains(&language.to_string()) => {}
                // Longer ones are well-formed, and mean nothing: words, most likely.
                Ok(language) if matches!(language.language.as_str().len(), 2 | 3) => {
                    languages.push(language.to_string());
                }
                Ok(_) | Err(_) => self.0.push(Fault::new("languages", "store-fault-language").about(tag)),
            }
        }
        if languages.len() > LANGUAGE_LIMIT {
            self.0.push(Fault::new("languages", "store-fault-languages").with("limit", LANGUAGE_LIMIT));
        }
        languages
    }

    /// A public address, or none.
    fn url(&mut self, name: &str, raw: &str) -> String {
        let raw = raw.trim();
        if raw.is_empty() {
            return String::new();
        }
        redirect_uri::https_url(raw).unwrap_or_else(|refused| {
            self.0.push(url_fault(name, raw, refused));
            String::new()
        })
    }

    /// An authorization begins at the app, with a state of its own: a link to one of ours would be without.
    /// What the operator has set may stay: a sample app on the server's own machine has no https address.
    fn landing(&mut self, raw: &str, terms: Terms<'_>) -> String {
        if terms.before.is_some_and(|before| before.landing_url == raw.trim()) {
            return raw.trim().to_owned();
        }
        let url = self.url("landing_url", raw);
        let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
        if !url.is_empty() && origin(&url) == origin(terms.issuer) {
            self.0.push(Fault::new("landing_url", "store-fault-landing").about(&url));
        }
        url
    }

    fn support(&mut self, raw: &str) -> String {
        let raw = raw.trim();
        if !raw.contains('@') || raw.contains("://") {
            return self.url("support", raw);
        }
        match Address::parse(raw) {
            Some(address) => address.as_str().to_owned(),
            None => {
                self.0.push(Fault::new("support", "store-fault-support").about(raw));
                String::new()
            }
        }
    }

    fn screenshots(&mut self, raw: &[RawShot]) -> Vec<Shot> {
        let mut shots: Vec<Shot> = Vec::new();
        for (row, shot) in (1_usize..).zip(raw) {
            if shot.url.trim().is_empty() && shot.caption.trim().is_empty() {
                continue;
            }
            if shots.len() == SCREENSHOT_LIMIT {
                let many = Fault::new(format!("screenshot_url-{row}"), "store-fault-screenshots");
                self.0.push(many.with("limit", SCREENSHOT_LIMIT));
                return shots;
            }
            let source_url = self.url(&format!("screenshot_url-{row}"), &shot.url);
            if shot.url.trim().is_empty() {
                self.0.push(Fault::new(format!("screenshot_url-{row}"), "store-fault-screenshot-url"));
            }
            let caption = self.line(&format!("screenshot_caption-{row}"), &shot.caption, CAPTION_LIMIT);
            if shot.caption.trim().is_empty() {
                self.0.push(Fault::new(format!("screenshot_caption-{row}"), "store-fault-caption"));
            }
            shots.push(Shot { screenshot_id: String::new(), source_url, caption });
        }
        shots
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
