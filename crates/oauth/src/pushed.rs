//! Pushed authorization requests (RFC 9126): their names, their time, and what a browser must bring.

use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;

/// How a `request_uri` that this server gave begins (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Time to send a browser with a `request_uri`. FAPI 2.0 §5.3.2.2: under 600 seconds.
pub const LIFETIME: Duration = Duration::from_secs(300);

/// The `request_uri` of a request; `id` is random and known to nobody else.
#[must_use]
pub fn uri(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// What a `request_uri` of this server carries; `None` for one that is an address.
#[must_use]
pub fn id(uri: &str) -> Option<&str> {
    uri.strip_prefix(PREFIX)
}

/// Refuses what cannot be pushed.
///
/// # Errors
/// `invalid_request` for a `request_uri` (RFC 9126 §2.1), or anything sent twice.
pub fn check(parameters: &Parameters) -> Result<(), Error> {
    parameters.check_single()?;
    if parameters.get("request_uri").is_some() {
        return Err(Error::new(ErrorCode::InvalidRequest, "request_uri cannot be pushed"));
    }
    Ok(())
}

/// What an app pushed, without what only proved who it is (RFC 9126 §2.1).
///
/// # Errors
/// `invalid_request` when there is too much of it.
pub fn parameters(form: &Parameters, client_id: &str) -> Result<Parameters, Error> {
    const PROOFS: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];
    let kept = form.pairs().filter(|(name, _)| !PROOFS.contains(name));
    let named = std::iter::once(("client_id", client_id));
    Parameters::new(named.chain(kept).map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// The refusal of a name that stands for nothing: it never did, its time is over, it was used, or it is another app's.
/// They look alike.
#[must_use]
pub fn unknown() -> Error {
    let description = "request_uri is not known here, was used before, or has expired";
    Error::new(ErrorCode::InvalidRequestUri, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::form;

    #[test]
    fn what_proved_the_app_is_not_kept_and_its_name_is_added() {
        let form = form(&[
            ("scope", "openid"),
            ("client_secret", "s"),
            ("client_assertion", "a"),
            ("resource", "r"),
        ]);
        let kept = parameters(&form, "SDXE-AC-MYAPP").expect("few");
        let kept: Vec<_> = kept.pairs().map(|(name, _)| name).collect();
        assert_eq!(kept, ["client_id", "scope", "resource"]);
    }

    // security: P01
    #[test]
    fn a_request_uri_cannot_be_pushed_and_its_name_comes_back_whole() {
        assert_eq!(check(&form(&[("request", "x")])), Ok(()));
        for uri in [uri("abc"), "https://app.example/r".to_owned()] {
            let error = check(&form(&[("request_uri", &uri)])).expect_err("refused");
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
        assert_eq!(id(&uri("abc")), Some("abc"));
        assert_eq!(id("https://app.example/abc"), None);
        assert!(LIFETIME > Duration::from_secs(5) && LIFETIME < Duration::from_secs(600));
    }
}
