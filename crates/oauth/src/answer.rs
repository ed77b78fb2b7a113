//! Where the browser goes after an authorization, and what it carries.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::error::Error;
use crate::redirect_uri::{Destination, RedirectUri};

/// How the answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// A redirect URI that the client registered. Only `authorize::read` makes one, after the comparison: an answer
/// cannot be sent anywhere else, because nothing else has this type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTo {
    pub(crate) uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

/// An answer on its way through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Redirect (303) to this location.
    Redirect(String),
    /// Post these fields to this URI.
    FormPost {
        /// The form's action.
        action: String,
        /// Its hidden fields; values are not escaped yet.
        fields: Vec<(&'static str, String)>,
    },
}

impl ReturnTo {
    /// The requested URI, as it was sent: the token request must repeat it.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How the answer travels.
    #[must_use]
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// Where it leads.
    #[must_use]
    pub fn destination(&self) -> Destination {
        RedirectUri::from_stored(self.uri.clone()).destination()
    }

    /// What `Content-Security-Policy: form-action` must name so that a form on our pages may end here.
    #[must_use]
    pub fn form_action(&self) -> Option<String> {
        RedirectUri::from_stored(self.uri.clone()).form_action()
    }

    /// Hands out a code.
    #[must_use]
    pub fn with_code(&self, code: &str, issuer: &str) -> Answer {
        self.answer(vec![("code", code.to_owned())], issuer)
    }

    /// Tells the client about a refusal. The hint stays here.
    #[must_use]
    pub fn with_error(&self, error: &Error, issuer: &str) -> Answer {
        let fields = vec![
            ("error", error.code.as_str().to_owned()),
            ("error_description", error.description.to_owned()),
        ];
        self.answer(fields, issuer)
    }

    fn answer(&self, mut fields: Vec<(&'static str, String)>, issuer: &str) -> Answer {
        if let Some(state) = &self.state {
            fields.push(("state", state.clone()));
        }
        // RFC 9207 §2: the issuer is in every answer, error or not.
        fields.push(("iss", issuer.to_owned()));
        match self.mode {
            ResponseMode::FormPost => Answer::FormPost { action: self.uri.clone(), fields },
            ResponseMode::Query => Answer::Redirect(with_query(&self.uri, &fields)),
        }
    }
}

/// Where a browser goes to let a client begin a sign-in (OIDC Core §4): the address that it registered, with who sends it
/// and, where that is known, which of its own pages it should show afterwards. Whom is not said: the client asks us at
/// once.
#[must_use]
pub fn initiate_login(uri: &str, issuer: &str, target_link_uri: Option<&str>) -> String {
    let target = target_link_uri.map(|target| ("target_link_uri", target));
    let pairs: Vec<(&str, &str)> = std::iter::once(("iss", issuer)).chain(target).collect();
    with_query(uri, &pairs)
}

/// A URI with more in its query.
pub(crate) fn with_query<'p, N, V>(uri: &str, pairs: impl IntoIterator<Item = &'p (N, V)>) -> String
where
    N: AsRef<str> + 'p,
    V: AsRef<str> + 'p,
{
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    let query = query.finish();
    // RFC 6749 §3.1.2: a query that the URI already has must be kept.
    let joint = match uri.split_once('?') {
        _ if query.is_empty() => "",
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_client_learns_who_lets_it_begin_a_sign_in() {
        let at = |uri| initiate_login(uri, "https://id.example", None);
        assert_eq!(at("https://app.example/start"), "https://app.example/start?iss=https%3A%2F%2Fid.example");
        let query = at("https://app.example/start?from=a%26b");
        assert_eq!(query, "https://app.example/start?from=a%26b&iss=https%3A%2F%2Fid.example");
        assert_eq!(
            at("https://app.example/start?"),
            "https://app.example/start?iss=https%3A%2F%2Fid.example"
        );
        let target = initiate_login(
            "https://app.example/start",
            "https://id.example",
            Some("https://app.example/?a=b&c"),
        );
        let wanted = "https://app.example/start?iss=https%3A%2F%2Fid.example\
            &target_link_uri=https%3A%2F%2Fapp.example%2F%3Fa%3Db%26c";
        assert_eq!(target, wanted);
    }

    #[test]
    fn a_uri_to_which_nothing_is_added_stays_as_it_is() {
        for uri in ["https://app.example/bye", "https://app.example/bye?", "https://app.example/bye?a=1"] {
            assert_eq!(with_query::<&str, &str>(uri, &[]), uri);
        }
    }

    fn to(uri: &str, state: Option<&str>, mode: ResponseMode) -> ReturnTo {
        ReturnTo { uri: uri.to_owned(), mode, state: state.map(str::to_owned) }
    }

    // security: A12
    #[test]
    fn a_form_on_our_pages_may_end_where_the_answer_goes_and_nowhere_else() {
        let allowed = |uri| to(uri, None, ResponseMode::Query).form_action();
        assert_eq!(allowed("https://app.example:8443/cb?x=1").as_deref(), Some("https:"));
        assert_eq!(allowed("com.example.app:/cb").as_deref(), Some("com.example.app:"));
    }

    // security: A09, A10
    #[test]
    fn an_answer_keeps_the_query_returns_the_state_and_names_the_issuer() {
        let state = "a b&c=\"><script>\u{e4}";
        let answer = to("https://app.example/cb?tenant=1", Some(state), ResponseMode::Query)
            .with_code("grc_1", "https://id.example");
        let Answer::Redirect(location) = answer else { unreachable!() };
        assert!(location.starts_with("https://app.example/cb?tenant=1&code=grc_1&state="));
        let url = url::Url::parse(&location).expect("a URL");
        let value = |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        assert_eq!(value("state").as_deref(), Some(state));
        assert_eq!(value("iss").as_deref(), Some("https://id.example"));
        assert!(!location.contains('<'));
    }

    // security: A10, A12
    #[test]
    fn a_refusal_says_code_and_sentence_but_not_the_hint() {
        let error =
            Error::new(ErrorCode::InvalidScope, "a scope is not allowed").with_hint("payments.manage");
        let query =
            to("https://app.example/cb", None, ResponseMode::Query).with_error(&error, "https://id.example");
        assert_eq!(
            query,
            Answer::Redirect(
                "https://app.example/cb?error=invalid_scope&error_description=a+scope+is+not+allowed&iss=https%3A%2F%2Fid.example".into()
            )
        );
        let post = to("https://app.example/cb", Some("s"), ResponseMode::FormPost)
            .with_error(&error, "https://id.example");
        let Answer::FormPost { action, fields } = post else { unreachable!() };
        assert_eq!(action, "https://app.example/cb");
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["error", "error_description", "state", "iss"]);
        assert!(!format!("{fields:?}").contains("payments.manage"));
    }
}
