//! What a value in the configuration can be: read from TOML, an environment variable or a flag, and shown again.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::category::Category;
use super::value::{Accent, Bytes, HostPort, PublicUrl, Support};

/// A value as somebody wrote it: structured in the file, plain text elsewhere.
#[derive(Clone)]
pub(super) enum Raw {
    Toml(toml::Value),
    Text(String),
}

impl Raw {
    /// The text, when this is one; a number or a list in the file is not.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Toml(value) => value.as_str(),
        }
    }
}

/// A type that a key of the configuration can have. Errors finish the sentence "listen: …".
pub(super) trait Setting: Sized {
    /// A secret has a `*_file` twin and is never shown.
    const SECRET: bool = false;
    /// What the reference calls it.
    fn kind() -> String;
    fn parse(raw: &Raw) -> Result<Self, String>;
    /// The value in TOML; `None` when there is none.
    fn show(&self) -> Option<String>;
}

/// A value of one word: the same text in the file, the environment and a flag.
macro_rules! word {
    ($type:ty, $kind:literal) => {
        impl Setting for $type {
            fn kind() -> String {
                $kind.to_owned()
            }
            fn parse(raw: &Raw) -> Result<Self, String> {
                let text = raw.text().ok_or_else(|| concat!("expected ", $kind, " in quotes").to_owned())?;
                text.trim().parse::<Self>().map_err(|why| format!("{} is not {}: {why}", quoted(text), $kind))
            }
            fn show(&self) -> Option<String> {
                Some(quoted(&self.to_string()))
            }
        }
    };
}

word!(SocketAddr, "an address with a port");
word!(PublicUrl, "a public URL");
word!(HostPort, "a host:port");
word!(Accent, "a colour");
word!(Category, "a category");
word!(Support, "an e-mail address or https URL");
word!(lettre::message::Mailbox, "a mail address");

impl Setting for String {
    fn kind() -> String {
        "text".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text().map(str::to_owned).ok_or_else(|| "expected text in quotes".to_owned())
    }
    fn show(&self) -> Option<String> {
        Some(quoted(self))
    }
}

impl Setting for PathBuf {
    fn kind() -> String {
        "a path".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw.text() {
            Some("") => Err("a path cannot be empty".to_owned()),
            Some(text) => Ok(Self::from(text)),
            None => Err("expected a path in quotes".to_owned()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.display().to_string()))
    }
}

impl Setting for IpNet {
    fn kind() -> String {
        "an address or network".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text().ok_or("expected an address or network in quotes")?.trim();
        if let Ok(one) = text.parse::<std::net::IpAddr>() {
            return Ok(one.into());
        }
        text.parse().map_err(|_| format!("{} is not an address or network (10.0.0.0/8)", quoted(text)))
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl Setting for bool {
    fn kind() -> String {
        "true or false".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Toml(toml::Value::Boolean(value)) => Ok(*value),
            Raw::Text(text) if text.trim() == "true" => Ok(true),
            Raw::Text(text) if text.trim() == "false" => Ok(false),
            Raw::Toml(_) | Raw::Text(_) => Err("expected true or false".to_owned()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for u32 {
    fn kind() -> String {
        "a number".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        let number = match raw {
            Raw::Toml(value) => value.as_integer().and_then(|number| Self::try_from(number).ok()),
            Raw::Text(text) => text.trim().parse().ok(),
        };
        number.ok_or_else(|| format!("expected a whole number from 0 to {}", Self::MAX))
    }
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for Duration {
    fn kind() -> String {
        "a time span".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text().and_then(super::value::duration_from).ok_or_else(|| {
            "expected a time span such as \"500ms\", \"10s\", \"5m\", \"24h\" or \"180d\"".to_owned()
        })
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&super::value::duration_text(*self)))
    }
}

impl Setting for Bytes {
    fn kind() -> String {
        "a size".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| "expected a size such as \"512B\", \"64KiB\" or \"1MiB\"".to_owned())
    }
    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

impl Setting for super::value::Secret {
    const SECRET: bool = true;
    fn kind() -> String {
        "a secret".to_owned()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        // The value itself never goes into the message.
        match raw.text() {
            Some("") => Err("a secret cannot be empty".to_owned()),
            Some(text) => Ok(Self::new(text.to_owned())),
            None => Err("expected text in quotes".to_owned()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(quoted("…"))
    }
}

impl<T: Setting> Setting for Option<T> {
    const SECRET: bool = T::SECRET;
    fn kind() -> String {
        T::kind()
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        T::parse(raw).map(Some)
    }
    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn kind() -> String {
        format!("a list, each {}", T::kind())
    }
    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Toml(toml::Value::Array(items)) => {
                items.iter().map(|item| T::parse(&Raw::Toml(item.clone()))).collect()
            }
            Raw::Toml(_) => Err(format!("expected a list in brackets, each {}", T::kind())),
            Raw::Text(text) => text
                .split(',')
                .filter(|item| !item.trim().is_empty())
                .map(|item| T::parse(&Raw::Text(item.trim().to_owned())))
                .collect(),
        }
    }
    fn show(&self) -> Option<String> {
        let items: Vec<String> = self.iter().filter_map(Setting::show).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

/// TOML's basic string.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A closed list of words.
macro_rules! choice {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $crate::config::setting::Setting for $name {
            fn kind() -> String {
                [$(concat!("`\"", $word, "\"`")),*].join(" or ")
            }
            fn parse(raw: &$crate::config::setting::Raw) -> Result<Self, String> {
                let word = <String as $crate::config::setting::Setting>::parse(raw)?;
                match word.trim() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!(
                        "{} is not one of {}",
                        $crate::config::setting::quoted(&word),
                        [$($word),*].join(", "),
                    )),
                }
            }
            fn show(&self) -> Option<String> {
                let word = match self { $(Self::$variant => $word,)* };
                Some($crate::config::setting::quoted(word))
            }
        }
    };
}
pub(super) use choice;

/// A section of the tree: the struct, its defaults, its keys for the reference, and how it is read.
macro_rules! section {
    ($(#[doc = $about:literal])* $name:ident in $path:literal {
        $($(#[doc = $doc:literal])* $field:ident: $type:ty = $default:expr;)*
    }) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[doc = $doc])* pub $field: $type,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            pub(in $crate::config) fn section() -> $crate::config::reference::Section {
                use $crate::config::setting::Setting as _;
                let defaults = Self::default();
                $crate::config::reference::Section {
                    path: $path,
                    about: [$($about),*].concat(),
                    keys: vec![$($crate::config::reference::Key {
                        section: $path,
                        name: stringify!($field),
                        about: [$($doc),*].concat(),
                        kind: <$type>::kind(),
                        default: defaults.$field.show(),
                        secret: <$type as $crate::config::setting::Setting>::SECRET,
                    }),*],
                }
            }

            pub(in $crate::config) fn read(given: &mut $crate::config::load::Given) -> Self {
                let defaults = Self::default();
                Self { $($field: given.take($path, stringify!($field)).unwrap_or(defaults.$field),)* }
            }
        }
    };
}
pub(super) use section;
