//! The client credentials grant: a custom app gets a token for itself. The hot path: nothing is read or written here
//! that is not in memory.

use grantry_oauth::access_token::{LIFETIME, Owner};
use grantry_oauth::grant::client_credentials as rules;

use super::access::{Bearer, Reach, mint};
use super::{Asking, Failed, Given};
use crate::app::App;

/// Gives a token to an app that has authenticated and may use the grant.
///
/// # Errors
/// A scope or resource that the app may not have.
pub async fn client_credentials(
    app: &App,
    asking: Asking<'_>,
    request: &rules::Request,
) -> Result<Given, Failed> {
    let known = asking.known;
    let scopes = rules::check(request, &known.client)?;
    let catalogue = app.cached.catalogue().await?;
    let reach = Reach::new(&catalogue.rules, &scopes, &[], &request.resource)?;
    let (client, account_code) = (&known.client, known.owner.code.as_str());
    let bearer = Bearer {
        client,
        owner: Owner::Client,
        account_code,
        jkt: asking.jkt,
        actor: None,
        parent: None,
        is_test: false,
        lifetime: LIFETIME,
    };
    let access_token = mint(app, &catalogue.rules, bearer, &reach, app.clock.now()).await?;
    Ok(Given {
        access_token,
        expires_in: LIFETIME.as_secs(),
        scopes: reach.scopes,
        refresh_token: None,
        id_token: None,
    })
}
