//! Token exchange: a living access token becomes a smaller one. Nothing is stored for it; it hangs on the same grant.

use grantry_oauth::access_token::Claims;
use grantry_oauth::catalogue::Catalogue;
use grantry_oauth::grant::token_exchange as rules;
use grantry_store::grant::GrantState;

use super::access::{Bearer, Reach, mint};
use super::{Asking, Dead, Failed, Given, Holder, Living, person};
use crate::app::App;

/// Gives a token for another one to an app that has authenticated and may use the grant.
///
/// # Errors
/// `invalid_request` for a token that is dead or not exchanged for this app, and for more than it allows.
pub async fn token_exchange(
    app: &App,
    asking: Asking<'_>,
    request: &rules::Request,
) -> Result<Given, Failed> {
    let living = match Living::find(app, &request.subject_token).await {
        Ok(living) => living,
        Err(Dead::Unknown(error)) => return Err(error.into()),
        Err(Dead::Invalid(invalid)) => return Err(rules::invalid(invalid.to_string()).into()),
        Err(Dead::Ended(why)) => return Err(rules::invalid(why).into()),
    };
    let (now, client) = (app.clock.now(), &asking.known.client);
    let (claims, holder) = (&living.claims, &living.holder);
    let same_owner = is_of_same_owner(app, claims, asking).await?;
    let subject = rules::Subject { claims, same_owner };
    let (scopes, lifetime) = rules::check(request, subject, asking.rules(), now)?;
    let (state, subject) = match holder {
        Holder::Grant(state, subject) => (state.as_ref(), *subject),
        Holder::App(_) => return Err(rules::invalid("the subject token has no grant").into()),
    };

    let catalogue = app.cached.catalogue().await?;
    let bounds = Bounds::of(claims, &catalogue.rules);
    let reach = Reach::new(&catalogue.rules, &scopes, &bounds.resources, &request.resource)?;
    let asked = !request.audience.is_empty() || !request.resource.is_empty();
    let reach = reach.named(&catalogue.rules, if asked { &request.audience } else { &bounds.names })?;
    let roles = person::roles_in_token(app, state, &reach.scopes).await?;
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    // By the name that the app that asks knows them by: it may be of another sector than the one that had the token.
    let name = person::name(app, client, state, subject);
    let bearer = Bearer {
        client,
        owner: person::owner(state, (subject, &name), &roles),
        account_code: &state.account.code,
        jkt: asking.jkt,
        actor: acts_for_another(state, asking),
        // Whoever revokes the old one means this one, too.
        parent: Some(&claims.jti),
        is_test: claims.is_test,
        lifetime,
    };
    let access_token = mint(app, &catalogue.rules, bearer, &reach, now).await?;
    app.touched.connection(&state.grant.connection_id, now);
    Ok(Given {
        access_token,
        expires_in: lifetime.as_secs(),
        scopes: reach.scopes,
        refresh_token: None,
        id_token: None,
    })
}

/// Whether the app that holds the token belongs to the account that owns the app that asks.
async fn is_of_same_owner(app: &App, claims: &Claims, asking: Asking<'_>) -> Result<bool, Failed> {
    let holder = app.cached.find_app(&claims.client_id).await?;
    Ok(holder.is_some_and(|holder| holder.owner.id == asking.known.owner.id))
}

/// Beyond which the new token must not reach: what a token that was made smaller is for. Both are empty for one that was
/// not; it is for the server's own API, too.
struct Bounds {
    resources: Vec<String>,
    names: Vec<String>,
}

impl Bounds {
    fn of(claims: &Claims, catalogue: &Catalogue) -> Self {
        if claims.is_for(catalogue.own_resource()) {
            return Self { resources: Vec::new(), names: Vec::new() };
        }
        let is_name = |audience: &String| catalogue.apis().iter().any(|api| api.name == *audience);
        let (names, resources) = claims.audience.iter().cloned().partition(is_name);
        Self { resources, names }
    }
}

/// The app that asks, when the grant was given to another one.
fn acts_for_another<'a>(state: &GrantState, asking: Asking<'a>) -> Option<&'a str> {
    let client_id = asking.known.client.client_id.as_str();
    (client_id != state.client_id).then_some(client_id)
}
