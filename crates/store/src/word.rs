//! The closed lists of words that columns such as `kind` and `state` hold.

/// Declares an enum whose variants are stored, printed and sent as one word each.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every word, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as it is stored.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The opposite of [`Self::as_str`].
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl From<$name> for $crate::Value {
            fn from(word: $name) -> Self {
                $crate::Value::from(word.as_str())
            }
        }

        impl $crate::columns::FromColumn for $name {
            fn from_column(row: &$crate::Row, index: usize) -> Result<Self, $crate::Error> {
                let word = row.text(index)?;
                Self::parse(&word).ok_or_else(|| {
                    $crate::Error::Corrupt(format!("{word:?} is no {}", stringify!($name)))
                })
            }
        }
    )*};
}
pub(crate) use words;
