//! A token that somebody presents to introspection or revocation: what it is, by its looks.

use crate::error::Error;
use crate::parameters::Parameters;
use crate::secret::TokenKind;

/// Reads the token that a request is about. RFC 7009 §2.2, RFC 7662 §2.1: a wrong `token_type_hint` changes nothing, and
/// our tokens show what they are, so it is not read at all.
///
/// # Errors
/// `invalid_request` for a parameter that is missing or sent twice.
pub fn read(form: &Parameters) -> Result<&str, Error> {
    form.check_single()?;
    form.require("token", "token is missing")
}

/// What is made here and is no token.
const NO_TOKENS: [TokenKind; 5] =
    [TokenKind::Code, TokenKind::ClientSecret, TokenKind::ApiSecret, TokenKind::Link, TokenKind::DeviceCode];

/// Where a presented token is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Verify it as a signed access token.
    Jwt,
    /// Look its hash up among the refresh tokens.
    Refresh,
    /// Open it: an access token that only this server can read.
    Access,
    /// Something else that is made here: a code, a secret, a link.
    NoToken,
    /// None of ours.
    Foreign,
}

impl Shape {
    /// The shape of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let begins = |kind: TokenKind| token.starts_with(kind.prefix());
        if begins(TokenKind::Refresh) {
            Self::Refresh
        } else if begins(TokenKind::Access) {
            Self::Access
        } else if NO_TOKENS.into_iter().any(begins) {
            Self::NoToken
        } else if token.bytes().filter(|b| *b == b'.').count() == 2 {
            Self::Jwt
        } else {
            Self::Foreign
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorCode;
    use crate::examples::form;
    use crate::secret;

    #[test]
    fn each_token_shows_where_it_is_looked_for() {
        let minted = |kind| Shape::of(secret::mint(kind, [9; 32]).expose());
        assert_eq!(minted(TokenKind::Refresh), Shape::Refresh);
        assert_eq!(minted(TokenKind::Access), Shape::Access);
        for kind in NO_TOKENS {
            assert_eq!(minted(kind), Shape::NoToken);
        }
        assert_eq!(Shape::of("ey.ey.x"), Shape::Jwt);
        for foreign in ["", "_A4Cp", "a.b", "a.b.c.d.e"] {
            assert_eq!(Shape::of(foreign), Shape::Foreign);
        }
    }

    // security: A05
    #[test]
    fn a_request_names_exactly_one_token_and_a_wrong_hint_changes_nothing() {
        assert_eq!(read(&form(&[("token", "a"), ("token_type_hint", "dance")])), Ok("a"));
        for bad in [vec![], vec![("token", "")], vec![("token", "a"), ("token", "b")]] {
            assert_eq!(read(&form(&bad)).map_err(|e| e.code), Err(ErrorCode::InvalidRequest));
        }
    }

    proptest! {
        #[test]
        fn every_text_has_a_shape(text in ".*") {
            let _ = Shape::of(&text);
        }
    }
}
