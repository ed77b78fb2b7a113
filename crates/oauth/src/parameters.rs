//! The decoded parameters of one request, from a query or a form: bounded, and honest about what was sent twice.

use crate::error::{Error, ErrorCode};

/// Most parameters of one request; the longest real ones have about twenty.
const COUNT_LIMIT: usize = 100;
/// Most bytes of names and values together.
const TOTAL_LIMIT_BYTES: usize = 32 * 1024;
/// Parameters that may occur more than once (RFC 8707 §2, RFC 8693 §2.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// The parameters of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    twice: Option<String>,
}

impl Parameters {
    /// Takes decoded pairs.
    ///
    /// # Errors
    /// `invalid_request` when there are more than anybody needs.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut kept: Vec<(String, String)> = Vec::new();
        let mut total = 0;
        let mut twice = None;
        for (name, value) in pairs {
            total += name.len() + value.len();
            if kept.len() == COUNT_LIMIT || total > TOTAL_LIMIT_BYTES {
                return Err(Error::new(ErrorCode::InvalidRequest, "the request has too many parameters"));
            }
            // RFC 6749 §3.1, §3.2: no parameter more than once, whether we know it or not. Two programs that read one
            // request differently are how checks are passed by.
            if !REPEATABLE.contains(&name.as_str()) && kept.iter().any(|(known, _)| *known == name) {
                twice.get_or_insert_with(|| name.clone());
            }
            kept.push((name, value));
        }
        Ok(Self { pairs: kept, twice })
    }

    /// The value of a parameter. RFC 6749 §3.1: one without a value counts as absent. So does one that was sent twice:
    /// neither value is better than the other.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// Like [`Parameters::get`], for what is kept.
    #[must_use]
    pub fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// The values of a parameter that may be repeated.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Every parameter as it was sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// True when this parameter was sent twice.
    #[must_use]
    pub fn is_twice(&self, name: &str) -> bool {
        self.twice.is_some() && self.pairs.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// Refuses a request with any parameter sent twice.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check_single(&self) -> Result<(), Error> {
        match &self.twice {
            None => Ok(()),
            Some(name) => {
                let error = Error::new(ErrorCode::InvalidRequest, "a parameter was sent twice");
                Err(error.with_hint(name))
            }
        }
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request` with this description.
    pub fn require(&self, name: &str, description: &'static str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| Error::new(ErrorCode::InvalidRequest, description))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let owned = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Parameters::new(owned).expect("few parameters")
    }

    // security: A05
    #[test]
    fn what_was_sent_twice_has_no_value_and_is_reported() {
        let twice = parameters(&[("scope", "a"), ("state", "s"), ("scope", "b")]);
        assert_eq!(twice.get("scope"), None);
        assert!(twice.is_twice("scope") && !twice.is_twice("state"));
        assert_eq!(twice.check_single().map_err(|e| (e.code, e.hint)), {
            Err((ErrorCode::InvalidRequest, Some("scope".to_owned())))
        });
        let empty = parameters(&[("scope", ""), ("scope", "b")]);
        assert_eq!(empty.get("scope"), None, "an empty one counts");
        assert!(empty.check_single().is_err());
    }

    #[test]
    fn resource_may_be_repeated_and_empty_is_absent() {
        let many = parameters(&[("resource", "a"), ("resource", "b"), ("resource", ""), ("nonce", "")]);
        assert_eq!(many.check_single(), Ok(()));
        assert_eq!(many.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(many.get("nonce"), None);
    }

    // security: A21
    #[test]
    fn more_parameters_than_anybody_needs_are_refused() {
        let many = (0..=COUNT_LIMIT).map(|n| (format!("p{n}"), String::new()));
        assert!(Parameters::new(many).is_err());
        let long = [("state".to_owned(), "s".repeat(TOTAL_LIMIT_BYTES))];
        assert!(Parameters::new(long).is_err());
    }

    proptest! {
        #[test]
        fn a_value_is_given_only_for_a_name_that_occurs_once(
            pairs in proptest::collection::vec(("[a-c]{1}", "[x-z]{0,1}"), 0..6),
        ) {
            let read = Parameters::new(pairs.clone()).expect("few parameters");
            for name in ["a", "b", "c"] {
                let values: Vec<_> = pairs.iter().filter(|(k, _)| k == name).map(|(_, v)| v.as_str()).collect();
                match read.get(name) {
                    Some(value) => prop_assert_eq!(values, [value]),
                    None => prop_assert!(values.len() != 1 || values == [""]),
                }
            }
        }
    }
}
