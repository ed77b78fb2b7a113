//! Why a program may not register, or change what it registered.

use crate::apps::{self, Fault, Faults};
use crate::web::Words;
use grantry_oauth::ErrorCode;
use grantry_store::Error;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What was sent is no client metadata.
    #[error(transparent)]
    Malformed(#[from] grantry_oauth::Error),
    /// What it says may not be registered.
    #[error("the metadata has faults")]
    Faults(Faults),
    /// Nobody registers here without a person.
    #[error("registration is off")]
    Closed,
    /// An initial access token is needed.
    #[error("no initial access token was sent")]
    NoToken,
    /// The token is not one that works here.
    #[error("the token is not good")]
    BadToken,
    /// Too many lately; so many seconds remain.
    #[error("too many")]
    TooMany(u64),
    /// Somebody else changed the same app at this moment.
    #[error("changed meanwhile")]
    Changed,
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<apps::Refused> for Refused {
    fn from(refused: apps::Refused) -> Self {
        match refused {
            apps::Refused::Faults(faults) => Self::Faults(faults),
            apps::Refused::Store(error) => Self::Store(error),
            apps::Refused::TooMany(seconds) => Self::TooMany(seconds),
            apps::Refused::Missing => Self::BadToken,
            apps::Refused::Full(_)
            | apps::Refused::NeedsDeveloperAccount
            | apps::Refused::Changed
            | apps::Refused::LastSecret
            | apps::Refused::AlreadyCreated
            | apps::Refused::OtherState
            | apps::Refused::UnderReview => Self::Changed,
        }
    }
}

/// The first fault in the words of RFC 7591: its code, and a sentence that names the member.
#[must_use]
pub fn told(faults: &Faults) -> (ErrorCode, String) {
    let Some(fault) = faults.iter().next() else {
        return (ErrorCode::InvalidClientMetadata, "the metadata cannot be registered".to_owned());
    };
    let member = member(&fault.name);
    let code = match member {
        "redirect_uris" => ErrorCode::InvalidRedirectUri,
        _ => ErrorCode::InvalidClientMetadata,
    };
    (code, ascii(&format!("{member}: {}", fault.text(Words::english()))))
}

/// What RFC 7591 calls a field of the form.
fn member(field: &str) -> &str {
    let field = field.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    match field {
        "redirect_uri" => "redirect_uris",
        "post_logout_uri" => "post_logout_redirect_uris",
        "request_uri" => "request_uris",
        "logo_url" => "logo_uri",
        "auth_method" => "token_endpoint_auth_method",
        "id_token_alg" => "id_token_signed_response_alg",
        "userinfo_alg" => "userinfo_signed_response_alg",
        "request_object_alg" => "request_object_signing_alg",
        "auth_alg" => "token_endpoint_auth_signing_alg",
        "require_par" => "require_pushed_authorization_requests",
        "dpop_bound" => "dpop_bound_access_tokens",
        other => other,
    }
}

/// RFC 6749 §5.2: only `%x20-21 / %x23-5B / %x5D-7E`.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{2019}' | '\u{2018}' | '"' | '\u{201c}' | '\u{201d}' | '\\' => '\'',
            ' '..='~' => letter,
            _ => '?',
        })
        .collect()
}

/// A fault of a member that the dashboard's form does not have.
pub(super) fn fault(member: &str, key: &str) -> Fault {
    Fault::new(member, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: T20
    #[test]
    fn a_fault_is_told_in_the_words_of_the_rfc_and_in_its_letters() {
        let mut faults = Faults::default();
        faults.push(
            Fault::new("redirect_uri-2", "apps-fault-uri-wildcard").about("https://*.example/\u{e4}\"\\"),
        );
        let (code, text) = told(&faults);
        assert_eq!(code, ErrorCode::InvalidRedirectUri);
        assert!(text.starts_with("redirect_uris: "), "{text}");
        assert!(text.bytes().all(|b| matches!(b, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{text}");
        assert_eq!(member("logo_url"), "logo_uri");
        assert_eq!(told(&Faults::default()).0, ErrorCode::InvalidClientMetadata);
    }
}
