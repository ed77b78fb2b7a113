//! The words on the screen: Fluent messages, embedded per locale, English behind every other.

use std::borrow::Borrow;
use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/locales.rs"));
}

type Bundle = FluentBundle<FluentResource>;

struct Language {
    tag: &'static str,
    bundle: Bundle,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    embedded::LOCALES
        .iter()
        .filter_map(|(tag, files)| {
            let language: LanguageIdentifier = tag.parse().ok()?;
            let mut bundle = Bundle::new_concurrent(vec![language]);
            // Names are isolated by <bdi> in the page; isolation marks would end up in attributes and mails.
            bundle.set_use_isolating(false);
            for (_, text) in *files {
                let resource = match FluentResource::try_new((*text).to_owned()) {
                    Ok(resource) | Err((resource, _)) => resource,
                };
                bundle.add_resource_overriding(resource);
            }
            Some(Language { tag, bundle })
        })
        .collect()
});

/// The words of one language.
#[derive(Clone, Copy)]
pub struct Words {
    language: Option<&'static Language>,
    fallback: Option<&'static Language>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.tag())
    }
}

impl Words {
    /// English, which is complete.
    #[must_use]
    pub fn english() -> Self {
        let english = LANGUAGES.iter().find(|l| l.tag == "en");
        Self { language: english, fallback: english }
    }

    /// The best match for an `Accept-Language` header or a `ui_locales` value.
    #[must_use]
    pub fn preferred(header: Option<&str>) -> Self {
        let english = Self::english();
        let mut wanted: Vec<(i32, &str)> = header
            .unwrap_or_default()
            .split([',', ' '])
            .filter_map(|item| {
                let (tag, q) = item.trim().split_once(";q=").unwrap_or((item.trim(), "1"));
                let weight = q.trim().parse::<f32>().ok()?;
                #[expect(clippy::cast_possible_truncation, reason = "a weight is between 0 and 1")]
                (!tag.is_empty()).then_some(((weight * -1000.0) as i32, tag))
            })
            .collect();
        wanted.sort_by_key(|(weight, _)| *weight);
        let chosen = wanted.iter().find_map(|(_, tag)| {
            let primary = tag.split('-').next().unwrap_or(tag);
            LANGUAGES.iter().find(|l| l.tag.eq_ignore_ascii_case(primary))
        });
        Self { language: chosen.or(english.language), fallback: english.fallback }
    }

    /// The tag of every language that there are words in.
    #[must_use]
    pub fn tags() -> Vec<&'static str> {
        LANGUAGES.iter().map(|language| language.tag).collect()
    }

    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.language.map_or("en", |l| l.tag)
    }

    /// The message of `key`; the key itself when nobody wrote it (a test finds those).
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The message of `key` with one named value.
    #[must_use]
    pub fn with(&self, key: &str, name: &str, value: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), FluentValue::from(value.to_string()));
        self.format(key, Some(&args))
    }

    /// The message of `key` with two named values.
    #[must_use]
    pub fn with2(&self, key: &str, first: (&str, &str), second: (&str, &str)) -> String {
        self.all(key, &[first, second])
    }

    /// The message of `key` with any number of named values.
    #[must_use]
    pub fn all(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set((*name).to_owned(), FluentValue::from((*value).to_owned()));
        }
        self.format(key, Some(&args))
    }

    /// The message of `key` with `$count`, which chooses the plural form. (Templates pass numbers by reference.)
    #[must_use]
    pub fn count(&self, key: &str, count: impl Borrow<i64>) -> String {
        let mut args = FluentArgs::new();
        args.set("count", FluentValue::from(*count.borrow()));
        self.format(key, Some(&args))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        for language in [self.language, self.fallback].into_iter().flatten() {
            if let Some(pattern) = language.bundle.get_message(key).and_then(|m| m.value()) {
                let mut errors = Vec::new();
                return language.bundle.format_pattern(pattern, args, &mut errors).into_owned();
            }
        }
        key.to_owned()
    }

    /// Whether English has the message.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.fallback.is_some_and(|l| l.bundle.has_message(key))
    }
}
