//! A category of the store: its name in URLs, and its words.

use std::fmt;
use std::str::FromStr;

/// A shelf of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    name: String,
    words: String,
}

/// Characters of a name, and of words.
const LONGEST: usize = 60;

impl Category {
    /// As it stands in URLs and in what the API says.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As people read it.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What a platform begins with. Their words are also in `locales`, so that people read them in their language.
    pub(super) fn usual() -> Vec<Self> {
        let usual = [
            ("accounting", "Accounting"),
            ("analytics", "Analytics and reporting"),
            ("automation", "Automation"),
            ("communication", "Communication"),
            ("customer-care", "Customer care"),
            ("devices", "Devices and access"),
            ("marketing", "Marketing"),
            ("operations", "Operations"),
            ("payments", "Payments"),
            ("sales", "Sales and distribution"),
        ];
        let category = |(name, words): (&str, &str)| Self { name: name.to_owned(), words: words.to_owned() };
        usual.map(category).to_vec()
    }
}

/// Lower case, with hyphens for everything that is neither a letter nor a digit of ASCII.
fn name_from(words: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let parts: String = words.chars().map(plain).collect();
    parts.split_whitespace().collect::<Vec<_>>().join("-")
}

impl fmt::Display for Category {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name == name_from(&self.words) {
            return formatter.write_str(&self.words);
        }
        write!(formatter, "{} = {}", self.name, self.words)
    }
}

impl FromStr for Category {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, words) = match text.split_once('=') {
            Some((name, words)) => (name.trim().to_owned(), words.trim()),
            None => (name_from(text), text.trim()),
        };
        if name.is_empty() || name != name_from(&name) || name.len() > LONGEST {
            return Err(
                "its name is small letters, digits and hyphens, such as \"crm = Kundenpflege\"".to_owned()
            );
        }
        if words.is_empty() || words.chars().count() > LONGEST {
            return Err(format!("it has words, and at most {LONGEST} characters of them"));
        }
        Ok(Self { name, words: words.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_has_a_name_for_urls_and_words_for_people() {
        let parsed =
            |text: &str| text.parse::<Category>().map(|c| (c.name.clone(), c.words.clone(), c.to_string()));
        let all = |a: &str, b: &str, c: &str| Ok((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(parsed("Point of Sale"), all("point-of-sale", "Point of Sale", "Point of Sale"));
        assert_eq!(parsed("crm= Kundenpflege"), all("crm", "Kundenpflege", "crm = Kundenpflege"));
        for wrong in ["", "日本", "a b = x", "A = x", "x = ", &"x".repeat(61)] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        for usual in Category::usual() {
            assert_eq!(usual.to_string().parse::<Category>().as_ref(), Ok(&usual));
        }
    }
}
