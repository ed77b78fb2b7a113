//! The page of an app in the store, as it is shown to everybody and, before that, to its owner.

use grantry_oauth::answer::initiate_login;
use grantry_store::account::{Account, AccountKind};
use grantry_store::app_version::AppDetails;
use grantry_store::listing::Content;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::long_text::{self, Block};
use super::{categories, screenshots};
use crate::app::App;
use crate::apps::logo;
use crate::cached::shelf::title;
use crate::cached::{ApiInWords, KnownCatalogue};
use crate::web::Words;

/// Characters that stand in an address of mail without being written out.
const IN_MAIL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'+');

/// Everything about an app that its page shows.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub title: String,
    pub client_id: String,
    pub logo: String,
    pub short_text: String,
    pub blocks: Vec<Part>,
    pub shots: Vec<Picture>,
    pub publisher: String,
    pub trust: Trust,
    /// Name and words.
    pub categories: Vec<(String, String)>,
    pub languages: Vec<String>,
    pub pricing: String,
    pub website: Option<Outside>,
    pub support: Option<Outside>,
    pub guide: Option<Outside>,
    pub privacy: String,
    pub terms: String,
    pub groups: Vec<ApiInWords>,
    pub connect: Option<Outside>,
}

/// A paragraph, or the entries of a list.
#[derive(Debug, Clone)]
pub struct Part {
    pub paragraph: String,
    pub entries: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Picture {
    pub src: String,
    pub caption: String,
}

/// Who vouches for the app.
#[derive(Debug, Clone)]
pub struct Trust {
    pub text: String,
    pub tone: &'static str,
}

/// A link that leaves, and where it goes as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    pub href: String,
    pub place: String,
}

/// What a sheet is made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub client_id: &'a str,
    pub owner: &'a Account,
    /// The live version.
    pub details: &'a AppDetails,
    pub content: &'a Content,
    pub is_approved: bool,
}

impl Sheet {
    #[must_use]
    pub fn new(app: &App, words: Words, catalogue: &KnownCatalogue, facts: Facts<'_>) -> Self {
        let Facts { client_id, owner, details, content, .. } = facts;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let shot = |shot: &grantry_store::listing::Shot| Picture {
            src: screenshots::path(&shot.screenshot_id),
            caption: shot.caption.clone(),
        };
        let shelf = |name: &String| {
            let category = categories::find(app, name)?;
            Some((name.clone(), categories::words_of(category, words)))
        };
        Self {
            title: title(&details.name, &content.title).to_owned(),
            client_id: client_id.to_owned(),
            logo: logo::path(details.logo_id.as_deref()),
            short_text: content.short_text.clone(),
            blocks: long_text::blocks(&content.long_text).into_iter().map(Part::from).collect(),
            shots: content.screenshots.iter().map(shot).collect(),
            publisher: owner.name.clone(),
            trust: trust(app, words, facts),
            categories: content.categories.iter().filter_map(shelf).collect(),
            languages: content.languages.iter().map(|tag| language(tag, words)).collect(),
            pricing: content.pricing.clone(),
            website: outside(&content.website),
            support: outside(&content.support),
            guide: outside(&content.guide_url),
            privacy: text(&details.policy_uri),
            terms: text(&details.tos_uri),
            groups: catalogue.in_words(&details.scopes),
            connect: connect(app.issuer(), details.initiate_login_uri.as_deref(), content),
        }
    }
}

impl From<Block> for Part {
    fn from(block: Block) -> Self {
        match block {
            Block::Paragraph(paragraph) => Self { paragraph, entries: Vec::new() },
            Block::List(entries) => Self { paragraph: String::new(), entries },
        }
    }
}

fn trust(app: &App, words: Words, facts: Facts<'_>) -> Trust {
    let (key, tone) = match (facts.owner.kind, facts.is_approved) {
        (AccountKind::Operator, _) => ("consent-trust-platform", "good"),
        (_, true) => ("consent-trust-reviewed", "good"),
        (_, false) => ("store-not-reviewed", "warn"),
    };
    Trust { text: words.with(key, "platform", &app.config.branding.name), tone }
}

/// Where *Connect* leads: to the app, which then asks us. A link straight to an authorization would have no state of the
/// app in it, so whoever followed it could be made to connect somebody else's session there.
#[must_use]
pub fn connect(issuer: &str, initiate_login_uri: Option<&str>, content: &Content) -> Option<Outside> {
    if !content.landing_url.is_empty() {
        return outside(&content.landing_url);
    }
    let uri = initiate_login_uri?;
    // OIDC Core §4: a page of the app itself, which it compares with its own addresses before it goes there.
    let target = if content.website.is_empty() { root(uri) } else { Some(content.website.clone()) };
    let place = outside(uri)?.place;
    Some(Outside { href: initiate_login(uri, issuer, target.as_deref()), place })
}

fn root(uri: &str) -> Option<String> {
    Some(format!("{}/", Url::parse(uri).ok()?.origin().ascii_serialization()))
}

/// An address of mail or the web as a link; none for an empty one.
fn outside(address: &str) -> Option<Outside> {
    if address.is_empty() {
        return None;
    }
    if !address.contains("://") {
        let href = format!("mailto:{}", utf8_percent_encode(address, IN_MAIL));
        return Some(Outside { href, place: address.to_owned() });
    }
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    let place = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Some(Outside { href: address.to_owned(), place })
}

/// A language as its readers call it, when there are words for it.
fn language(tag: &str, words: Words) -> String {
    let key = format!("store-language-{tag}");
    if words.knows(&key) { words.get(&key) } else { tag.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_leads_to_the_app_and_never_to_an_authorization() {
        let issuer = "https://id.example";
        let empty = Content::default();
        assert_eq!(connect(issuer, None, &empty), None);
        let landing = Content { landing_url: "https://app.example:8443/start".to_owned(), ..empty.clone() };
        let leads = connect(issuer, None, &landing).expect("a link");
        assert_eq!(
            (leads.href.as_str(), leads.place.as_str()),
            (landing.landing_url.as_str(), "app.example:8443")
        );
        let target = |content: &Content| {
            connect(issuer, Some("https://app.example/login?x=1"), content).expect("a link").href
        };
        assert_eq!(
            target(&empty),
            "https://app.example/login?x=1&iss=https%3A%2F%2Fid.example\
             &target_link_uri=https%3A%2F%2Fapp.example%2F"
        );
        let site = Content { website: "https://www.app.example/a".to_owned(), ..empty };
        assert!(target(&site).ends_with("&target_link_uri=https%3A%2F%2Fwww.app.example%2Fa"));
    }

    #[test]
    fn an_address_of_mail_takes_nothing_along() {
        let mail = outside("a?subject=x&b@app.example").expect("a link");
        assert_eq!(mail.href, "mailto:a%3Fsubject%3Dx%26b@app.example");
        assert_eq!(outside(""), None);
    }
}
