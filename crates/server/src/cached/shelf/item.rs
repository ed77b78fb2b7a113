//! An app of the store as lists show it, its readable name in a URL, and the text by which it is found.

use grantry_oauth::client_id::{AccountCode, ClientCode, ClientId, ClientKind};
use grantry_oauth::time::Timestamp;
use grantry_store::id::{AccountId, AppId};
use grantry_store::listing::ListedApp;

use super::fold;

/// An app in a list of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub app_id: AppId,
    pub account_id: AccountId,
    pub client_id: String,
    pub title: String,
    pub short_text: String,
    pub logo_id: Option<String>,
    pub publisher: String,
    pub categories: Vec<String>,
    pub begun_at: Timestamp,
    pub saved_at: Timestamp,
}

/// Where a word stands: what is found in a title comes before what is found further down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Title,
    Short,
    Long,
}

impl Item {
    #[must_use]
    pub fn new(listed: &ListedApp) -> Self {
        let content = &listed.saved.content;
        Self {
            app_id: listed.app_id.clone(),
            account_id: listed.account_id.clone(),
            client_id: listed.client_id.clone(),
            title: title(&listed.name, &content.title).to_owned(),
            short_text: content.short_text.clone(),
            logo_id: listed.logo_id.clone(),
            publisher: listed.publisher.clone(),
            categories: content.categories.clone(),
            begun_at: listed.saved.begun_at,
            saved_at: listed.saved.saved_at,
        }
    }

    /// The path of its page.
    #[must_use]
    pub fn path(&self) -> String {
        path(&self.client_id)
    }

    /// Every word by which it is found.
    pub(super) fn words(&self, long_text: &str) -> Vec<(String, Field)> {
        let categories = self.categories.join(" ").replace('-', " ");
        let texts = [
            (self.title.as_str(), Field::Title),
            (&self.short_text, Field::Short),
            (&self.publisher, Field::Short),
            (&categories, Field::Short),
            (long_text, Field::Long),
        ];
        let words = texts
            .into_iter()
            .flat_map(|(text, field)| fold::words(text).into_iter().map(move |word| (word, field)));
        words.collect()
    }
}

/// The title under which an app stands in the store: what its owner wrote, as long as it begins with the app's name.
/// A name is what reviewers have seen, and only a review changes it.
#[must_use]
pub fn title<'a>(name: &'a str, wanted: &'a str) -> &'a str {
    if !wanted.is_empty() && fold::begins_with(wanted, name) { wanted } else { name }
}

/// The path of an app's page in the store: `SDXE-AC-MY_APP` is `/store/apps/sdxe-my-app`.
#[must_use]
pub fn path(client_id: &str) -> String {
    let slug = match client_id.split_once(STORE) {
        Some((account, code)) => format!("{account}-{}", code.replace('_', "-")).to_lowercase(),
        None => client_id.to_lowercase(),
    };
    format!("/store/apps/{slug}")
}

/// The client ID behind the last part of such a path. Neither code has a hyphen, so there is only one.
#[must_use]
pub fn client_id(slug: &str) -> Option<String> {
    let is_ours = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !slug.chars().all(is_ours) {
        return None;
    }
    let (account, code) = slug.split_once('-')?;
    let account = AccountCode::parse(account).ok()?;
    let code = ClientCode::parse(&code.replace('-', "_")).ok()?;
    Some(ClientId::new(&account, ClientKind::Store, &code).as_str().to_owned())
}

/// What stands between the codes in the client ID of a store app.
const STORE: &str = "-AC-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_has_one_readable_path_and_comes_back_from_it() {
        for (id, slug) in [("SDXE-AC-MYAPP", "sdxe-myapp"), ("A1BCDEFG-AC-MY_APP_2", "a1bcdefg-my-app-2")] {
            assert_eq!(path(id), format!("/store/apps/{slug}"));
            assert_eq!(client_id(slug).as_deref(), Some(id));
        }
        for strange in ["", "sdxe", "SDXE-myapp", "sdxe-my_app", "sdxe-", "-x", "sdxe-ä", "sdxe-1x", "../x"]
        {
            assert_eq!(client_id(strange), None, "{strange:?}");
        }
    }

    // security: C07
    #[test]
    fn a_title_adds_to_the_name_that_was_reviewed_and_never_replaces_it() {
        assert_eq!(title("Quick Check-in", "Quick check-in for hotels"), "Quick check-in for hotels");
        assert_eq!(title("Quick Check-in", ""), "Quick Check-in");
        assert_eq!(title("Quick Check-in", "Your Bank"), "Quick Check-in");
    }
}
