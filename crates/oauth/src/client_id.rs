//! The parts of a client identifier: `{ACCOUNT}-AC-{CODE}` for store apps, `{ACCOUNT}-SP-{CODE}` for custom apps.

use std::fmt;

/// Why a code was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeProblem {
    /// Nothing was typed.
    #[error("the code is empty")]
    Empty,
    /// Longer or shorter than allowed.
    #[error("the code has the wrong length")]
    Length,
    /// Something else than A-Z, 0-9 and (in client codes) `_`, or no letter in front.
    #[error("the code has a character that is not allowed")]
    Characters,
}

/// The key of an account: 4 to 8 characters, `[A-Z][A-Z0-9]*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountCode(String);

impl AccountCode {
    /// Takes what was typed; lower case is raised, white space around it dropped.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, CodeProblem> {
        code(raw, 4..=8, false).map(Self)
    }

    /// A code of four letters from random bytes; each letter is equally likely to within 0.4 per mille.
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let pairs = bytes.chunks_exact(2);
        let letter = |pair: &[u8]| pair.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) % 26;
        Self(pairs.filter_map(|pair| char::from_u32(u32::from(b'A') + letter(pair))).collect())
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key that a developer gives an app: `^[A-Z][A-Z0-9_]{0,29}$`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientCode(String);

impl ClientCode {
    /// Takes what was typed; lower case is raised, white space around it dropped.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, CodeProblem> {
        code(raw, 1..=30, true).map(Self)
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn code(raw: &str, length: std::ops::RangeInclusive<usize>, underscore: bool) -> Result<String, CodeProblem> {
    let code = raw.trim().to_ascii_uppercase();
    if code.is_empty() {
        return Err(CodeProblem::Empty);
    }
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || (underscore && c == '_');
    if !code.chars().all(allowed) || !code.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Err(CodeProblem::Characters);
    }
    if !length.contains(&code.len()) {
        return Err(CodeProblem::Length);
    }
    Ok(code)
}

/// Which of the two kinds of app an identifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// Connected by any account through the code grant (`AC`).
    Store,
    /// Works for its own account by client credentials (`SP`).
    Custom,
}

impl ClientKind {
    fn infix(self) -> &'static str {
        match self {
            Self::Store => "-AC-",
            Self::Custom => "-SP-",
        }
    }
}

/// A client identifier of a registered app.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

impl ClientId {
    /// Puts the parts together.
    #[must_use]
    pub fn new(account: &AccountCode, kind: ClientKind, code: &ClientCode) -> Self {
        Self(format!("{}{}{}", account.0, kind.infix(), code.0))
    }

    /// The parts, when `raw` is exactly an identifier that [`ClientId::new`] could have made.
    #[must_use]
    pub fn parse(raw: &str) -> Option<(AccountCode, ClientKind, ClientCode)> {
        [ClientKind::Store, ClientKind::Custom].into_iter().find_map(|kind| {
            let (account, code) = raw.split_once(kind.infix())?;
            let (account, code) = (AccountCode::parse(account).ok()?, ClientCode::parse(code).ok()?);
            (Self::new(&account, kind, &code).0 == raw).then_some((account, kind, code))
        })
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: R03
    #[test]
    fn a_client_code_is_raised_and_checked() {
        assert_eq!(ClientCode::parse(" my_app2 ").as_ref().map(ClientCode::as_str), Ok("MY_APP2"));
        assert_eq!(ClientCode::parse(""), Err(CodeProblem::Empty));
        for bad in ["2APP", "_APP", "MY-APP", "MY APP", "ÄPP", "MY\u{200b}APP", "A.B"] {
            assert_eq!(ClientCode::parse(bad), Err(CodeProblem::Characters), "{bad}");
        }
        assert!(ClientCode::parse(&"A".repeat(30)).is_ok());
        assert_eq!(ClientCode::parse(&"A".repeat(31)), Err(CodeProblem::Length));
    }

    #[test]
    fn an_identifier_has_three_parts_and_one_spelling() {
        let account = AccountCode::parse("sdxe").expect("a code");
        let code = ClientCode::parse("myapp").expect("a code");
        let id = ClientId::new(&account, ClientKind::Store, &code);
        assert_eq!(id.as_str(), "SDXE-AC-MYAPP");
        assert_eq!(ClientId::parse("SDXE-AC-MYAPP"), Some((account, ClientKind::Store, code)));
        for bad in ["sdxe-AC-MYAPP", "SDXE-AC-", "SDXE-XX-MYAPP", "SDXE-AC-MYAPP ", "-AC-MYAPP"] {
            assert_eq!(ClientId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_random_account_code_is_a_valid_one() {
        for byte in 0..=255 {
            let code = AccountCode::from_random([byte; 8]);
            assert_eq!(AccountCode::parse(code.as_str()), Ok(code));
        }
        // Both bytes of a pair count: 0x0100 is 256, which is 22 more than nine alphabets.
        assert_eq!(AccountCode::from_random([0, 0, 0, 25, 1, 0, 1, 1]).as_str(), "AZWX");
        assert_eq!(AccountCode::from_random([0xff, 0xff, 0, 26, 0x10, 0x0f, 0, 1]).as_str(), "PADB");
    }
}
