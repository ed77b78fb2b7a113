//! Ids as types, so that an app's id cannot be passed where an account's is wanted.
//!
//! Most ids are a prefix and a UUID v7 without hyphens: ordered by time, telling in a log what they name. People,
//! connections and sessions are bare UUIDs v4, because they appear in tokens and must tell nothing. Random bytes are
//! given by the caller.

use grantry_oauth::time::Timestamp;
use uuid::{Builder, Uuid};

/// A text that is not an id of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of a {0}")]
pub struct NotAnId(&'static str);

macro_rules! id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Self::parse(text).ok_or(NotAnId(stringify!($name)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl From<&$name> for $crate::Value {
            fn from(id: &$name) -> Self {
                $crate::Value::from(id.as_str())
            }
        }

        impl From<&&$name> for $crate::Value {
            fn from(id: &&$name) -> Self {
                $crate::Value::from(id.as_str())
            }
        }

        impl $crate::columns::FromColumn for $name {
            fn from_column(row: &$crate::Row, index: usize) -> Result<Self, $crate::Error> {
                row.text(index).map(Self)
            }
        }
    };
}

macro_rules! ordered_ids {
    ($($(#[$about:meta])* $name:ident = $prefix:literal;)*) => {$(
        id! { $(#[$about])* $name }

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &str = $prefix;

            /// A new id, made of the time and ten random bytes.
            #[must_use]
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(format!("{}{}", $prefix, ordered(now, &random).simple()))
            }

            /// An id from outside, if it has the shape of one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let digits = text.strip_prefix($prefix)?;
                let canonical = Uuid::try_parse(digits).ok()?.simple().to_string() == digits;
                canonical.then(|| Self(text.to_owned()))
            }
        }
    )*};
}

macro_rules! random_ids {
    ($($(#[$about:meta])* $name:ident;)*) => {$(
        id! { $(#[$about])* $name }

        impl $name {
            /// A new id, made of sixteen random bytes.
            #[must_use]
            pub fn new(random: [u8; 16]) -> Self {
                Self(Builder::from_random_bytes(random).into_uuid().hyphenated().to_string())
            }

            /// An id from outside, if it has the shape of one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let canonical = Uuid::try_parse(text).ok()?.hyphenated().to_string() == text;
                canonical.then(|| Self(text.to_owned()))
            }
        }
    )*};
}

fn ordered(now: Timestamp, random: &[u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(now.0).unwrap_or(0), random).into_uuid()
}

ordered_ids! {
    /// An account.
    AccountId = "acc_";
    /// An app.
    AppId = "app_";
    /// A version of an app.
    VersionId = "ver_";
    /// A client secret of an app.
    SecretId = "sec_";
    /// A secret of an API, for introspection.
    ApiSecretId = "aps_";
    /// An invitation.
    InvitationId = "inv_";
    /// Somebody's wish that an admin connects an app.
    ConnectionRequestId = "ask_";
    /// A grant: what one authorization gave.
    GrantId = "grt_";
    /// An initial access token, with which programs register themselves.
    RegistrationTokenId = "irt_";
    /// A mail in the outbox.
    MailId = "mail_";
    /// A version of an app that somebody submitted for approval.
    SubmissionId = "sub_";
    /// What somebody said about a submission.
    CommentId = "cmt_";
}

random_ids! {
    /// A person. Also the `sub` of the person's tokens.
    PersonId;
    /// A connection. Also the `sub` of its tokens once the person is gone.
    ConnectionId;
    /// The public name of a session: the `sid` of ID tokens.
    SessionId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_it_names_and_sorts_by_time() {
        let early = AppId::new(Timestamp(1_000), [255; 10]);
        let late = AppId::new(Timestamp(1_001), [0; 10]);
        assert!(early.as_str().starts_with("app_"));
        assert!(early < late);
        assert_eq!(AppId::parse(early.as_str()), Some(early.clone()));
        assert_eq!(AccountId::parse(early.as_str()), None);
        assert_eq!(serde_json::from_str::<AppId>(&serde_json::to_string(&late).unwrap()).unwrap(), late);
    }

    #[test]
    fn a_person_is_a_bare_uuid_of_version_four() {
        let person = PersonId::new([7; 16]);
        assert_eq!(person.as_str(), "07070707-0707-4707-8707-070707070707");
        assert_eq!(PersonId::parse(person.as_str()), Some(person));
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        for text in [
            "",
            "app_",
            "app_x",
            "07070707-0707-4707-8707-070707070707",
            "app_07070707-0707-4707-8707-070707070707",
            "app_0707070707074707870707070707070Z",
        ] {
            assert_eq!(AppId::parse(text), None, "{text}");
        }
        for text in [
            "0707070707074707870707070707070a",
            "{07070707-0707-4707-8707-07070707070a}",
            "07070707-0707-4707-8707-07070707070A",
        ] {
            assert_eq!(PersonId::parse(text), None, "{text}");
        }
    }
}
