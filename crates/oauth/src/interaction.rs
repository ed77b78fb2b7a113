//! What a valid authorization request needs from the person next. Asked again after each page, until a code may be
//! issued.

use std::time::Duration;

use crate::Timestamp;
use crate::authorize::AuthorizeRequest;
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::id_token::Hint;
use crate::redirect_uri::{ClientType, Destination};
use crate::scope::ScopeSet;

/// Whose browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn<'a> {
    /// The person.
    pub person_id: &'a str,
    /// When they last proved who they are.
    pub auth_time: Timestamp,
}

/// For which account the person acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountChoice {
    /// There are several, and nothing says which.
    Open,
    /// There is only one that it could be.
    Obvious,
    /// The person chose it in answer to this request.
    Chosen,
}

/// How far the person and the browser are.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// When the request arrived.
    pub asked_at: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Who is signed in.
    pub signed_in: Option<SignedIn<'a>>,
    /// The request's hint, once it is verified.
    pub hint: Option<&'a Hint>,
    /// The account.
    pub account: AccountChoice,
    /// What this person has consented to before, for this app and account.
    pub consented: &'a ScopeSet,
    /// The person allowed it in answer to this request.
    pub allowed: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Prove who they are, even when they are signed in.
    SignIn,
    /// Choose an account.
    ChooseAccount,
    /// Say yes or no.
    Consent,
    /// Nothing: issue a code.
    Issue,
}

/// Finds the next step.
///
/// # Errors
/// For `prompt=none`, the error that says which step would be needed (OIDC Core §3.1.2.6). Also `login_required` when
/// the person who signed in for this request is not the one of the hint. Both go back to the client.
pub fn next(request: &AuthorizeRequest, client: &Client, situation: &Situation<'_>) -> Result<Step, Error> {
    let step = step(request, client, situation)?;
    // OIDC Core §3.1.2.1: nothing is shown.
    let refuse = |code, description| Err(Error::new(code, description));
    match step {
        Step::SignIn | Step::ChooseAccount | Step::Consent if !request.prompt.none => Ok(step),
        Step::SignIn => refuse(ErrorCode::LoginRequired, "the user must sign in"),
        Step::ChooseAccount => refuse(ErrorCode::AccountSelectionRequired, "the user must choose an account"),
        Step::Consent => refuse(ErrorCode::ConsentRequired, "the user must consent"),
        Step::Issue => Ok(Step::Issue),
    }
}

fn step(request: &AuthorizeRequest, client: &Client, situation: &Situation<'_>) -> Result<Step, Error> {
    let Some(person) = situation.signed_in else { return Ok(Step::SignIn) };
    // A sign-in that answers this request is fresh, however slow the person was. Without this, max_age=0 would ask for ever.
    let answered = person.auth_time >= situation.asked_at;
    let age = situation.now.since(person.auth_time);
    // Compared as exactly as it is known: whole seconds would let a sign-in of 1.9 seconds pass for max_age=1.
    let too_old = request.max_age.is_some_and(|seconds| age > Duration::from_secs(seconds) || seconds == 0);
    // OIDC Core §3.1.2.1: prompt=login and max_age ask for a new proof.
    if !answered && (request.prompt.login || too_old) {
        return Ok(Step::SignIn);
    }
    // OIDC Core §3.1.2.1: a hint names the only person to whom the client wants an answer.
    // §5.5.1: so does a `sub` that it asks for.
    let hinted = situation.hint.map(|hint| hint.person_id.as_str());
    let asked = request.claims.as_ref().and_then(|claims| claims.subject.as_deref());
    if hinted.into_iter().chain(asked).any(|meant| meant != person.person_id) {
        if answered {
            let error =
                Error::new(ErrorCode::LoginRequired, "another user than that of id_token_hint signed in");
            return Err(error);
        }
        return Ok(Step::SignIn);
    }
    match situation.account {
        AccountChoice::Open => return Ok(Step::ChooseAccount),
        AccountChoice::Obvious if request.prompt.select_account => return Ok(Step::ChooseAccount),
        AccountChoice::Obvious | AccountChoice::Chosen => {}
    }
    let remembered = request.consent_scopes().is_subset_of(situation.consented);
    let must_ask = request.prompt.consent || !remembered || is_always_asked(request, client);
    Ok(if must_ask && !situation.allowed { Step::Consent } else { Step::Issue })
}

/// RFC 8252 §8.6: any program on the device can take the redirect of a native app, so consent to the real one is no
/// consent to what calls now. RFC 9700 §4.11: nobody has looked at a client that declared itself, so nothing happens
/// for it that the person in front of the browser has not just asked for.
fn is_always_asked(request: &AuthorizeRequest, client: &Client) -> bool {
    let native =
        client.client_type == ClientType::Public && request.return_to.destination() != Destination::Web;
    native || client.provenance.is_self_declared()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::authorize::{Reading, read};
    use crate::examples::{self, CHALLENGE, ISSUER, NOW, catalogue, key, scopes};
    use crate::id_token::IdToken;
    use crate::jose::{Alg, Jwks};
    use crate::redirect_uri::RedirectUri;

    const TONY: &str = "07070707-0707-4707-8707-070707070707";
    const ASKED: &str = "openid reservations.read";

    fn request_of(client: &Client, uri: &str, changes: &[(&str, &str)]) -> AuthorizeRequest {
        let good = [
            ("response_type", "code"),
            ("client_id", "SDXE-AC-MYAPP"),
            ("redirect_uri", uri),
            ("scope", ASKED),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let parameters = examples::form(&[&good, changes].concat());
        match read(&parameters, Some(client), &catalogue()) {
            Reading::Valid(request) => *request,
            refused @ (Reading::SendBack(..) | Reading::ShowPage(_)) => panic!("{refused:?}"),
        }
    }

    fn request(changes: &[(&str, &str)]) -> AuthorizeRequest {
        request_of(&examples::store_app(), "https://app.example/cb", changes)
    }

    /// Signed in a minute ago, one account, everything consented before.
    fn settled(consented: &ScopeSet) -> Situation<'_> {
        Situation {
            asked_at: NOW,
            now: NOW,
            signed_in: Some(SignedIn { person_id: TONY, auth_time: NOW - Duration::from_secs(60) }),
            hint: None,
            account: AccountChoice::Obvious,
            consented,
            allowed: false,
        }
    }

    fn after(situation: &Situation<'_>, changes: &[(&str, &str)]) -> Result<Step, ErrorCode> {
        next(&request(changes), &examples::store_app(), situation).map_err(|error| error.code)
    }

    fn signed_in_again<'a>(situation: &Situation<'a>) -> Situation<'a> {
        let later = NOW + Duration::from_secs(300);
        let signed_in = Some(SignedIn { person_id: TONY, auth_time: NOW + Duration::from_secs(20) });
        Situation { now: later, signed_in, ..*situation }
    }

    // security: C02
    #[test]
    fn consent_is_remembered_while_no_more_is_asked_for() {
        let wider = scopes("openid reservations.read folios.read");
        assert_eq!(after(&settled(&wider), &[]), Ok(Step::Issue));
        let narrower = scopes("openid");
        assert_eq!(after(&settled(&narrower), &[]), Ok(Step::Consent));
        assert_eq!(after(&Situation { allowed: true, ..settled(&narrower) }, &[]), Ok(Step::Issue));
    }

    // security: A14
    #[test]
    fn prompt_none_shows_nothing_and_says_what_would_be_needed() {
        let (all, none) = (scopes(ASKED), ScopeSet::default());
        let quiet = [("prompt", "none")];
        let good = settled(&all);
        assert_eq!(after(&good, &quiet), Ok(Step::Issue));
        assert_eq!(after(&Situation { signed_in: None, ..good }, &quiet), Err(ErrorCode::LoginRequired));
        assert_eq!(after(&settled(&none), &quiet), Err(ErrorCode::ConsentRequired));
        let open = Situation { account: AccountChoice::Open, ..good };
        assert_eq!(after(&open, &quiet), Err(ErrorCode::AccountSelectionRequired));
        let stale = [("prompt", "none"), ("max_age", "59")];
        assert_eq!(after(&good, &stale), Err(ErrorCode::LoginRequired));
    }

    // security: A15
    #[test]
    fn prompt_login_and_max_age_ask_for_a_new_sign_in_and_once_it_came_no_more() {
        let all = scopes(ASKED);
        let good = settled(&all);
        let again = signed_in_again(&good);
        for asks in [[("prompt", "login")], [("max_age", "59")], [("max_age", "0")]] {
            assert_eq!(after(&good, &asks), Ok(Step::SignIn), "{asks:?}");
            assert_eq!(after(&again, &asks), Ok(Step::Issue), "{asks:?}, five minutes after the request");
        }
        assert_eq!(after(&good, &[("max_age", "60")]), Ok(Step::Issue));
        // A whole second later would be too late for whoever asks for one.
        let now = good.now + Duration::from_millis(1);
        assert_eq!(after(&Situation { now, ..good }, &[("max_age", "60")]), Ok(Step::SignIn));
        assert_eq!(after(&good, &[("max_age", "18446744073709551615")]), Ok(Step::Issue));
    }

    // security: A15
    #[test]
    fn prompt_consent_and_select_account_always_ask_once() {
        let all = scopes(ASKED);
        let good = settled(&all);
        assert_eq!(after(&good, &[("prompt", "consent")]), Ok(Step::Consent));
        assert_eq!(after(&Situation { allowed: true, ..good }, &[("prompt", "consent")]), Ok(Step::Issue));
        assert_eq!(after(&good, &[("prompt", "select_account")]), Ok(Step::ChooseAccount));
        let chosen = Situation { account: AccountChoice::Chosen, ..good };
        assert_eq!(after(&chosen, &[("prompt", "select_account")]), Ok(Step::Issue));
        let open = Situation { account: AccountChoice::Open, ..good };
        assert_eq!(after(&open, &[]), Ok(Step::ChooseAccount));
    }

    #[test]
    fn steps_come_in_their_order() {
        let none = ScopeSet::default();
        let all = [("prompt", "consent login select_account")];
        let start = Situation { account: AccountChoice::Open, ..settled(&none) };
        assert_eq!(after(&start, &all), Ok(Step::SignIn));
        let in_again = signed_in_again(&start);
        assert_eq!(after(&in_again, &all), Ok(Step::ChooseAccount));
        let chosen = Situation { account: AccountChoice::Chosen, ..in_again };
        assert_eq!(after(&chosen, &all), Ok(Step::Consent));
        assert_eq!(after(&Situation { allowed: true, ..chosen }, &all), Ok(Step::Issue));
    }

    // security: A16
    #[test]
    fn a_hint_for_somebody_else_gets_nobodys_code() {
        let all = scopes(ASKED);
        let key = key(Alg::Es256);
        let hint_for = |person_id: &str| {
            let token = IdToken {
                issuer: ISSUER,
                client_id: "SDXE-AC-MYAPP",
                person_id,
                account_code: "HOTL",
                auth_time: NOW,
                amr: &[],
                session_id: None,
                nonce: None,
                access_token: None,
                asked: None,
                issued_at: NOW,
            };
            let text = token.sign(&key).expect("signed");
            Hint::verify(&Jwks::new([key.public().clone()]), ISSUER, &text).expect("ours")
        };
        let (same, other) = (hint_for(TONY), hint_for("11111111-1111-4111-8111-111111111111"));
        let with = |hint| Situation { hint: Some(hint), ..settled(&all) };
        assert_eq!(after(&with(&same), &[("prompt", "none")]), Ok(Step::Issue));
        assert_eq!(after(&with(&other), &[("prompt", "none")]), Err(ErrorCode::LoginRequired));
        assert_eq!(after(&with(&other), &[]), Ok(Step::SignIn));
        assert_eq!(after(&signed_in_again(&with(&other)), &[]), Err(ErrorCode::LoginRequired));
    }

    // security: C02, A19
    #[test]
    fn a_client_that_declared_itself_is_asked_every_time() {
        use crate::client::Provenance;
        let all = scopes(ASKED);
        for (provenance, expected) in [
            (Provenance::Owner, Step::Issue),
            (Provenance::InitialToken, Step::Consent),
            (Provenance::Open, Step::Consent),
            (Provenance::Document, Step::Consent),
        ] {
            let app = Client { provenance, ..examples::store_app() };
            let after = |changes: &[(&str, &str)], situation| {
                let request = request_of(&app, "https://app.example/cb", changes);
                next(&request, &app, &situation).map_err(|error| error.code)
            };
            assert_eq!(after(&[], settled(&all)), Ok(expected), "{provenance:?}");
            assert_eq!(after(&[], Situation { allowed: true, ..settled(&all) }), Ok(Step::Issue));
            let silent = after(&[("prompt", "none")], settled(&all));
            let refused = Err(ErrorCode::ConsentRequired);
            assert_eq!(silent, if expected == Step::Issue { Ok(expected) } else { refused });
        }
    }

    // security: A16, A17
    #[test]
    fn a_subject_that_is_asked_for_is_as_good_as_a_hint() {
        let all = scopes(ASKED);
        let named = |person: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{person}"}}}}}}"#);
        let (same, other) = (named(TONY), named("11111111-1111-4111-8111-111111111111"));
        let none = ("prompt", "none");
        assert_eq!(after(&settled(&all), &[("claims", &same), none]), Ok(Step::Issue));
        assert_eq!(after(&settled(&all), &[("claims", &other), none]), Err(ErrorCode::LoginRequired));
        assert_eq!(after(&settled(&all), &[("claims", &other)]), Ok(Step::SignIn));
    }

    // security: C02, A17
    #[test]
    fn claims_beyond_the_scopes_are_consented_to_as_their_scopes_are() {
        let (asked, wider) = (scopes(ASKED), scopes("openid reservations.read email"));
        let claims = [("claims", r#"{"userinfo":{"email":null}}"#)];
        assert_eq!(after(&settled(&asked), &claims), Ok(Step::Consent));
        assert_eq!(after(&settled(&wider), &claims), Ok(Step::Issue));
    }

    // security: C02
    #[test]
    fn a_native_app_is_asked_every_time_unless_its_redirect_is_a_claimed_https_uri() {
        let all = scopes(ASKED);
        let uris = ["https://app.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb"];
        let uris_of = |uri: &&str| RedirectUri::register(uri, ClientType::Public).expect("fine");
        let app = Client { redirect_uris: uris.iter().map(uris_of).collect(), ..examples::public_app() };
        let after = |uri: &str, situation| next(&request_of(&app, uri, &[]), &app, &situation);
        assert_eq!(after("https://app.example/cb", settled(&all)), Ok(Step::Issue));
        for uri in ["http://127.0.0.1:51004/cb", "com.example.app:/cb"] {
            assert_eq!(after(uri, settled(&all)), Ok(Step::Consent), "{uri}");
            assert_eq!(after(uri, Situation { allowed: true, ..settled(&all) }), Ok(Step::Issue), "{uri}");
        }
    }
}
