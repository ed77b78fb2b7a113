//! An e-mail address as people sign in with it: every spelling of one mailbox is the same address.

use url::Host;

/// An address that mail can be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    key: String,
}

/// RFC 5321 §4.5.3.1: the part before the `@`, and the whole path without its brackets.
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;

impl Address {
    /// Takes what was typed; white space around it is dropped.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let text = typed.trim();
        let (local, domain) = text.rsplit_once('@')?;
        if local.is_empty() || local.len() > LONGEST_LOCAL || text.len() > LONGEST {
            return None;
        }
        // RFC 5322 §3.2.3, dot-atom. Quoted and non-ASCII mailboxes are left out: they would give one mailbox more
        // spellings than anybody could count.
        let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_text);
        if !local.split('.').all(is_atom) {
            return None;
        }
        // Folds letter case, full-width letters and internationalised names; refuses what is no name.
        let Ok(Host::Domain(host)) = Host::parse(domain) else { return None };
        let named = host.contains('.') || host == "localhost";
        if !named || host.split('.').any(str::is_empty) {
            return None;
        }
        Some(Self { text: text.to_owned(), key: format!("{}@{host}", local.to_ascii_lowercase()) })
    }

    /// As typed: what mail is sent to and pages show.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Folded: what is unique and looked up.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn is_atom_text(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: S06
    #[test]
    fn every_spelling_of_a_mailbox_has_the_same_key() {
        for typed in ["Ana.Lima@Example.com", " ana.lima@example.COM\t", "ana.lima@ｅxample.com"] {
            let address = Address::parse(typed).expect("an address");
            assert_eq!(address.key(), "ana.lima@example.com", "{typed:?}");
            assert_eq!(address.as_str(), typed.trim());
        }
        let international = Address::parse("ana@Bücher.example").expect("an address");
        assert_eq!(international.key(), "ana@xn--bcher-kva.example");
        assert_eq!(Address::parse("ana@localhost").expect("an address").key(), "ana@localhost");
    }

    #[test]
    fn what_no_mail_can_reach_is_no_address() {
        let long = format!("{}@example.com", "a".repeat(65));
        for typed in [
            "",
            "@",
            "ana",
            "ana@",
            "@example.com",
            "ana@example",
            "ana@example.com.",
            "a..b@example.com",
            "a b@example.com",
            "ana\0@example.com",
            "ana@[127.0.0.1]",
            "ana@127.0.0.1",
            "\"ana\"@example.com",
            "ana@evil.example\r\nBcc: x@y.example",
            "ána@example.com",
            &long,
        ] {
            assert_eq!(Address::parse(typed), None, "{typed:?}");
        }
    }
}
