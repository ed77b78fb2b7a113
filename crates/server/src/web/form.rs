//! Posted forms. Only the guard makes one, after the cross-site checks, so no handler can read an unchecked form.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::Problem;

/// The fields of a posted form, in order, repeated keys kept.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    pub(super) fn parse(body: &[u8]) -> Self {
        let pairs =
            url::form_urlencoded::parse(body).map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        Self { pairs }
    }

    /// The first value of a field; the empty string when absent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a repeated field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The form as a struct (repeated keys become lists).
    ///
    /// # Errors
    /// A 400 problem when a field has the wrong shape.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let text = serde_html_form::to_string(&self.pairs).map_err(Problem::internal)?;
        serde_html_form::from_str(&text).map_err(|e| Problem::bad_request(e.to_string()))
    }
}

impl<S: Sync> FromRequestParts<S> for Form {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::internal("route takes no form"))
    }
}
