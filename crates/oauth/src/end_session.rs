//! Logout that an app asks for (OIDC RP-Initiated Logout): whether the person is asked, and where they go afterwards.
//!
//! | `id_token_hint` | the browser's session | the person is asked | afterwards |
//! |---|---|---|---|
//! | ours, fits `client_id` | of that person | no | the registered URI, or our page |
//! | ours, fits `client_id` | another's | yes | the registered URI, or our page |
//! | ours, fits `client_id` | none | no, there is nothing to end | the registered URI, or our page |
//! | absent, forged or unfit | any | yes | our page |
//! | absent, forged or unfit | none | no, there is nothing to end | our page |

use crate::answer;
use crate::client::Client;
use crate::error::Error;
use crate::id_token::Hint;
use crate::parameters::Parameters;
use crate::redirect_uri::RedirectUri;

/// Longest `state` that is returned.
const STATE_LIMIT_BYTES: usize = 4096;

/// What an app asks for. Nothing is proved yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// An ID token that was issued to the app, for [`Hint::verify`].
    pub id_token_hint: Option<String>,
    /// The app, as it says itself.
    pub client_id: Option<String>,
    /// Where the person should go afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// To be returned there.
    pub state: Option<String>,
    /// Preferred languages.
    pub ui_locales: Option<String>,
}

impl Request {
    /// Reads a query or a form.
    ///
    /// # Errors
    /// `invalid_request` for a parameter that was sent twice. It becomes a page.
    pub fn parse(parameters: &Parameters) -> Result<Self, Error> {
        parameters.check_single()?;
        Ok(Self {
            id_token_hint: parameters.owned("id_token_hint"),
            client_id: parameters.owned("client_id"),
            post_logout_redirect_uri: parameters.owned("post_logout_redirect_uri"),
            state: parameters.owned("state"),
            ui_locales: parameters.owned("ui_locales"),
        })
    }
}

/// A place to return to that the app registered for it. Only [`decide`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackTo(String);

impl BackTo {
    /// The whole URI, with the state.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.0
    }

    /// What the confirmation page's `form-action` must name beside ourselves.
    #[must_use]
    pub fn form_action(&self) -> Option<String> {
        RedirectUri::from_stored(self.0.clone()).form_action()
    }
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Ask the person before the session ends. Any page of the web can send a browser here.
    pub ask: bool,
    /// Where the browser goes once the session has ended; `None` for our own page.
    pub then: Option<BackTo>,
}

/// Decides. `hint` is the request's verified hint, `client` what the server found under the hint's client ID (suspended
/// clients are absent), `signed_in` the person of the browser's session.
#[must_use]
pub fn decide(
    request: &Request,
    hint: Option<&Hint>,
    client: Option<&Client>,
    signed_in: Option<&str>,
) -> Decision {
    // RP-Initiated Logout §2: a client_id beside the hint must be the hint's, or neither is worth anything.
    let fits = |hint: &&Hint| request.client_id.is_none() || request.client_id.as_deref() == hint.client_id();
    let Some(hint) = hint.filter(fits) else {
        return Decision { ask: signed_in.is_some(), then: None };
    };
    let ask = signed_in.is_some_and(|person_id| person_id != hint.person_id);
    // RP-Initiated Logout §3: only where the client registered it, compared exactly.
    let client = client.filter(|client| hint.client_id() == Some(&client.client_id));
    let then = client.zip(request.post_logout_redirect_uri.as_deref()).and_then(|(client, requested)| {
        client.find_post_logout_redirect_uri(requested)?;
        let state = request.state.as_deref().filter(|state| state.len() <= STATE_LIMIT_BYTES);
        Some(BackTo(answer::with_query(requested, state.map(|state| ("state", state)).as_ref())))
    });
    Decision { ask, then }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Timestamp;
    use crate::error::ErrorCode;
    use crate::examples::{ISSUER, form, key, store_app};
    use crate::id_token::IdToken;
    use crate::jose::{Alg, Jwks};

    const TONY: &str = "07070707-0707-4707-8707-070707070707";
    const BYE: &str = "https://app.example/bye";

    fn hint_for(client_id: &str) -> Hint {
        let key = key(Alg::Es256);
        let token = IdToken {
            issuer: ISSUER,
            client_id,
            person_id: TONY,
            account_code: "HOTL",
            auth_time: Timestamp(0),
            amr: &[],
            session_id: None,
            nonce: None,
            access_token: None,
            issued_at: Timestamp(0),
            asked: None,
        };
        let text = token.sign(&key).expect("signed");
        Hint::verify(&Jwks::new([key.public().clone()]), ISSUER, &text).expect("ours")
    }

    fn request(uri: &str) -> Request {
        Request {
            post_logout_redirect_uri: Some(uri.to_owned()),
            state: Some("s&x".to_owned()),
            ..Request::default()
        }
    }

    fn back() -> Option<BackTo> {
        Some(BackTo(format!("{BYE}?state=s%26x")))
    }

    // security: S09
    #[test]
    fn with_a_hint_of_ours_the_person_returns_to_the_registered_uri() {
        let (hint, app) = (hint_for("SDXE-AC-MYAPP"), store_app());
        let decide = |signed_in| decide(&request(BYE), Some(&hint), Some(&app), signed_in);
        assert_eq!(decide(Some(TONY)), Decision { ask: false, then: back() });
        assert_eq!(decide(None), Decision { ask: false, then: back() });
        assert_eq!(decide(Some("somebody else")), Decision { ask: true, then: back() });
        let named = Request { client_id: Some("SDXE-AC-MYAPP".to_owned()), ..request(BYE) };
        assert_eq!(super::decide(&named, Some(&hint), Some(&app), Some(TONY)).then, back());
        assert_eq!(back().and_then(|to| to.form_action()).as_deref(), Some("https:"));
        assert_eq!(back().expect("a place").location(), "https://app.example/bye?state=s%26x");
    }

    // security: S09
    #[test]
    fn without_a_hint_the_person_is_asked_and_goes_nowhere() {
        let app = store_app();
        let nowhere = |ask| Decision { ask, then: None };
        assert_eq!(decide(&request(BYE), None, None, Some(TONY)), nowhere(true));
        assert_eq!(decide(&request(BYE), None, Some(&app), Some(TONY)), nowhere(true));
        assert_eq!(decide(&request(BYE), None, None, None), nowhere(false));
        let named = Request { client_id: Some("SDXE-AC-MYAPP".to_owned()), ..request(BYE) };
        assert_eq!(decide(&named, None, Some(&app), Some(TONY)), nowhere(true));
    }

    // security: S09
    #[test]
    fn a_hint_that_does_not_fit_the_client_is_worth_nothing() {
        let (hint, app) = (hint_for("SDXE-AC-OTHER"), store_app());
        let then = |request: &Request| decide(request, Some(&hint), Some(&app), Some(TONY));
        assert_eq!(then(&request(BYE)).then, None, "another client's hint opens none of this one's URIs");
        let named = Request { client_id: Some("SDXE-AC-MYAPP".to_owned()), ..request(BYE) };
        assert_eq!(then(&named), Decision { ask: true, then: None });
    }

    // security: S09, A01
    #[test]
    fn no_spelling_of_an_unregistered_uri_is_returned_to() {
        let (hint, app) = (hint_for("SDXE-AC-MYAPP"), store_app());
        for uri in crate::examples::hostile_spellings(BYE) {
            let decision = decide(&request(&uri), Some(&hint), Some(&app), Some(TONY));
            assert_eq!(decision.then, None, "{uri:?}");
        }
        let login = decide(&request("https://app.example/cb"), Some(&hint), Some(&app), Some(TONY));
        assert_eq!(login.then, None, "a redirect URI of the sign-in is none of the logout");
        let gone = decide(&request(BYE), Some(&hint), None, Some(TONY));
        assert_eq!(gone.then, None, "the app was suspended");
    }

    // security: A05
    #[test]
    fn a_parameter_sent_twice_is_refused() {
        let twice = form(&[("post_logout_redirect_uri", BYE), ("post_logout_redirect_uri", BYE)]);
        assert_eq!(Request::parse(&twice).map_err(|e| e.code), Err(ErrorCode::InvalidRequest));
    }

    proptest! {
        #[test]
        fn no_uri_but_the_registered_one_is_returned_to(uri in ".{0,40}", state in ".{0,20}") {
            let (hint, app) = (hint_for("SDXE-AC-MYAPP"), store_app());
            let asked = Request { state: Some(state), ..request(&uri) };
            let then = decide(&asked, Some(&hint), Some(&app), None).then;
            prop_assert!(then.is_none_or(|to| to.location().starts_with(BYE)));
        }
    }
}
