//! From a code that somebody typed to an authorization that waits in their browser.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::authorize::{Reading, read};
use grantry_oauth::client::{Client, GrantType, Profile};
use grantry_oauth::parameters::Parameters;
use grantry_oauth::redirect_uri::RedirectUri;
use grantry_oauth::user_code::UserCode;
use grantry_store::device_authorization::DeviceAuthorization;

use super::pages::DONE;
use crate::app::App;
use crate::cached::KnownApp;
use crate::sign_in::pending::{self, Begun, Device};
use crate::sign_in::{Wait, count_device_code};

/// Why nothing began.
#[derive(Debug)]
pub(super) enum NotBegun {
    /// No device shows this code: it was mistyped, decided on, or its time is over.
    Unknown,
    /// Too many codes were tried from here.
    TooMany(Wait),
    Store(grantry_store::Error),
}

impl From<grantry_store::Error> for NotBegun {
    fn from(error: grantry_store::Error) -> Self {
        Self::Store(error)
    }
}

/// Begins the authorization of the device that shows a code, and says where the browser goes on. Every code that is
/// tried counts, the right ones too: whoever has a device of their own must not be able to guess without end.
pub(super) async fn begin(app: &App, typed: &str, ip: &str) -> Result<String, NotBegun> {
    let code = UserCode::parse(typed).ok_or(NotBegun::Unknown)?;
    let (now, letters) = (app.clock.now(), code.letters());
    let found = app.store.write(now, |tx| async move {
        match count_device_code(&tx, ip).await? {
            Ok(()) => Ok(tx.find_waiting_device(&letters, now).await?),
            Err(wait) => Err(NotBegun::TooMany(wait)),
        }
    });
    let device = found.await?.ok_or(NotBegun::Unknown)?;
    let known = app.cached.find_app(&device.client_id).await?;
    let known = known.filter(|known| known.is_active() && known.client.may_use(GrantType::DeviceCode));
    let known = known.ok_or(NotBegun::Unknown)?;
    wait_for_person(app, &known, &device, code).await
}

/// Keeps the device's wish as an authorization request whose answer goes to a page of ours.
async fn wait_for_person(
    app: &App,
    known: &KnownApp,
    device: &DeviceAuthorization,
    code: UserCode,
) -> Result<String, NotBegun> {
    let done = format!("{}{DONE}", app.issuer());
    // What the app must do at the authorization endpoint is not for a device that has no browser.
    let client = Client {
        redirect_uris: vec![RedirectUri::from_stored(done.clone())],
        profile: Profile::Standard,
        require_par: false,
        ..known.client.clone()
    };
    let challenge = URL_SAFE_NO_PAD.encode(app.random.bytes::<32>());
    let asked = [
        ("response_type", "code"),
        ("client_id", device.client_id.as_str()),
        ("redirect_uri", done.as_str()),
        ("scope", device.scopes.as_str()),
        // No code ever comes of it, so nobody has the verifier.
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        // RFC 8628 §5.4: a person looks at it each time, whatever they allowed before.
        ("prompt", "consent"),
    ];
    let resources = device.resource.iter().map(|resource| ("resource", resource.as_str()));
    let pairs = asked.into_iter().chain(resources);
    let parameters = Parameters::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    // What was fine when the device asked may not be any more; the device learns so when its time is over.
    let parameters = parameters.map_err(|_| NotBegun::Unknown)?;
    let catalogue = app.cached.catalogue().await?;
    match read(&parameters, Some(&client), &catalogue.rules) {
        Reading::Valid(request) => {
            let begun = Begun::ByDevice(Device { hash: device.device_hash, code });
            Ok(pending::begin(app, known, &request, (begun, None)).await?)
        }
        Reading::SendBack(..) | Reading::ShowPage(_) => Err(NotBegun::Unknown),
    }
}
