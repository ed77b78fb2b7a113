//! What a browser brings to an endpoint: parameters from the query or from a posted form, and not more than anybody needs.

use axum::body::to_bytes;
use axum::extract::Request;
use grantry_oauth::parameters::Parameters;
use grantry_oauth::{Error, display_text};
use http::{Method, StatusCode};
use url::form_urlencoded;

use crate::apps::details::NAME_LIMIT;
use crate::cached::KnownApp;
use crate::web::{Problem, Words, guard};

/// Most bytes of a request's parameters: the longest real ones have a few kilobytes, most of it an ID token.
const LIMIT_BYTES: usize = 16 * 1024;

/// Reads the parameters. OIDC Core §3.1.2.1: a query and a form mean the same. With a form, the query is not looked at:
/// two places that may contradict each other are one too many.
///
/// # Errors
/// A page: nothing is known yet to which an error could be sent.
pub(super) async fn read(words: Words, request: Request) -> Result<Parameters, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = if parts.method == Method::POST {
        if !guard::is_form(&parts.headers) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-a-form"));
        }
        to_bytes(body, LIMIT_BYTES).await.map_err(|_| Problem::too_large())?
    } else {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > LIMIT_BYTES {
            return Err(Problem::new(StatusCode::URI_TOO_LONG, "too-large"));
        }
        query.to_owned().into()
    };
    let pairs = form_urlencoded::parse(&bytes).map(|(name, value)| (name.into_owned(), value.into_owned()));
    Parameters::new(pairs).map_err(|error| refused(words, &error))
}

/// The page for an error of a request of this app: that the app is suspended says more than anything else.
#[must_use]
pub fn refused_of(words: Words, known: Option<&KnownApp>, error: &Error) -> Problem {
    let Some(known) = known.filter(|known| !known.is_active()) else { return refused(words, error) };
    let name = display_text::show(&known.version.details.name, NAME_LIMIT);
    let detail = words.with("refused-suspended", "app", name);
    Problem::new(StatusCode::BAD_REQUEST, "suspended-app").code(error.code.as_str()).detail(detail)
}

/// The page for an error that can be told to nobody but the person.
#[must_use]
pub fn refused(words: Words, error: &Error) -> Problem {
    let detail = words.with("refused-detail", "description", error.description);
    Problem::new(StatusCode::BAD_REQUEST, "request-refused").code(error.code.as_str()).detail(detail)
}
