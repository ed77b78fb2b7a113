//! Sets of scopes: parse, print, compare.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The scopes of OpenID Connect: they need no registration and are never given by client credentials.
pub const OIDC_SCOPES: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// Whether a scope is one of OpenID Connect's.
#[must_use]
pub fn is_oidc(scope: &str) -> bool {
    OIDC_SCOPES.contains(&scope)
}

/// Why a scope string was refused: it has a character outside RFC 6749 §3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope has a character that is not allowed")]
pub struct MalformedScope;

/// Scopes in the order in which they were asked for, each once. Cheap to clone: a client that asks for nothing special
/// gets all that it registered, on every token request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet(Arc<[String]>);

impl ScopeSet {
    /// Takes the value of a `scope` parameter. Several spaces count as one, as real clients send them.
    ///
    /// # Errors
    /// A character outside `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
        let allowed = |b: u8| matches!(b, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if !text.bytes().all(allowed) {
            return Err(MalformedScope);
        }
        Ok(text.split(' ').filter(|s| !s.is_empty()).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without any scope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when `scope` is in the set; scopes are compared byte for byte.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|s| s == scope)
    }

    /// True when every scope of this set is in `other`.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|s| other.contains(s))
    }

    /// The scopes that both sets have, in this set's order.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.kept(|s| other.contains(s))
    }

    /// The scopes that only this set has.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.kept(|s| !other.contains(s))
    }

    /// This set's scopes, then those that only `other` has.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// The scopes of OpenID Connect in this set.
    #[must_use]
    pub fn oidc(&self) -> Self {
        self.kept(is_oidc)
    }

    /// The scopes of APIs in this set.
    #[must_use]
    pub fn api(&self) -> Self {
        self.kept(|s| !is_oidc(s))
    }

    /// The scopes that pass, which are still each once.
    fn kept(&self, passes: impl Fn(&str) -> bool) -> Self {
        if self.iter().all(&passes) {
            return self.clone();
        }
        Self(self.0.iter().filter(|s| passes(s)).cloned().collect())
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = &'a str>>(scopes: I) -> Self {
        // A request may carry thousands: comparing each with each would be an easy way to keep the server busy.
        let mut known = HashSet::new();
        Self(scopes.into_iter().filter(|scope| known.insert(*scope)).map(str::to_owned).collect())
    }
}

/// One string, as on the wire.
impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn several_spaces_are_one_and_order_is_kept() {
        let set = ScopeSet::parse("  openid  reservations.read openid offline_access ").expect("scopes");
        assert_eq!(set.to_string(), "openid reservations.read offline_access");
        assert_eq!(set.api().to_string(), "reservations.read");
        assert_eq!(set.oidc().to_string(), "openid offline_access");
        for bad in ["a\"b", "a\\b", "a\tb", "a\nb", "ä", "a\u{0}"] {
            assert_eq!(ScopeSet::parse(bad), Err(MalformedScope), "{bad:?}");
        }
    }

    // security: A21
    #[test]
    fn thousands_of_scopes_are_each_kept_once() {
        let text: String = (0..10_000).map(|n| format!("s{} ", n % 5_000)).collect();
        let set = ScopeSet::parse(&text).expect("scopes");
        assert_eq!(set.len(), 5_000);
        assert_eq!(set.iter().next(), Some("s0"));
    }

    // security: T11
    proptest! {
        #[test]
        fn narrowing_never_widens(a in "[a-e ]{0,12}", b in "[a-e ]{0,12}") {
            let (a, b) = (ScopeSet::parse(&a).expect("scopes"), ScopeSet::parse(&b).expect("scopes"));
            let both = a.intersection(&b);
            prop_assert!(both.is_subset_of(&a) && both.is_subset_of(&b));
            prop_assert!(a.is_subset_of(&a.union(&b)) && b.is_subset_of(&a.union(&b)));
            prop_assert!(a.difference(&b).intersection(&b).is_empty());
            prop_assert_eq!(a.is_subset_of(&b), a.difference(&b).is_empty());
            let json = serde_json::to_string(&a).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<ScopeSet>(&json).expect("scopes"), &a);
            prop_assert_eq!(ScopeSet::parse(&a.to_string()), Ok(a));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = ScopeSet::parse(&text);
        }
    }
}
