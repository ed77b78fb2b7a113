//! The consent page in a browser: how it looks, that it works without JavaScript, and that no name breaks out of its place.

use grantry_testkit::world::{AppWish, Tenant};
use grantry_testkit::{Browser, Theme};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::connecting::Scene;

const LOOKS: [(u32, Theme); 4] =
    [(360, Theme::Light), (360, Theme::Dark), (1280, Theme::Light), (1280, Theme::Dark)];

async fn pictures(browser: &Browser, name: &str) {
    for (width, theme) in LOOKS {
        browser.screenshot(name, width, theme).await;
        browser.scrolls_only_down().await;
        browser.has_no_accessibility_violations().await;
    }
}

async fn asks(scene: &Scene, browser: &Browser, changes: &[(&str, &str)]) {
    browser.goes_to(scene.world.url(&scene.url(changes))).await;
}

#[tokio::test]
async fn the_consent_page_and_its_neighbours_are_pictured() {
    let scene = Scene::new().await;
    let browser = Browser::open().await;
    scene.world.signs_in_quietly(&scene.hotel.admin, &browser).await;
    let wide = "openid profile email offline_access reservations.read reservations.manage payments.manage";
    asks(&scene, &browser, &[("scope", wide)]).await;
    browser.sees("wants access to").await;
    pictures(&browser, "consent").await;

    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    browser.forgets_cookies().await;
    scene.world.signs_in_quietly(&bob, &browser).await;
    asks(&scene, &browser, &[]).await;
    pictures(&browser, "consent-ask-admin").await;
    browser.presses("Ask an admin").await;
    browser.sees("Your admins have been asked").await;
    pictures(&browser, "consent-asked").await;

    let other: Tenant = scene.world.customer("PENS").await;
    scene.world.joins(&bob, &other, true).await;
    asks(&scene, &browser, &[]).await;
    browser.sees("Choose an account").await;
    pictures(&browser, "consent-accounts").await;
}

#[tokio::test]
async fn the_pages_of_a_device_are_pictured() {
    let scene = Scene::new().await;
    let mut wish = AppWish::store("TV").named("Lobby TV").public().asking_for(&["reservations.read"]);
    wish.raw.device_grant = Some(true);
    let tv = scene.world.registers(&scene.acme, wish).await;
    let form = format!("client_id={}&scope=openid+reservations.read", tv.client_id);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let begun = scene.world.post("/connect/deviceauthorization", &headers, &form).await.json();
    let code = begun["user_code"].as_str().expect("a code").to_owned();

    let browser = Browser::open().await;
    scene.world.signs_in_quietly(&scene.hotel.admin, &browser).await;
    browser.goes_to(scene.world.url("/device")).await;
    browser.types("Code on the device", "BCDF-GHJK").await;
    browser.presses("Continue").await;
    browser.sees("No device shows this code now").await;
    pictures(&browser, "device-unknown-code").await;
    browser.types("Code on the device", &code.to_lowercase()).await;
    browser.presses("Continue").await;
    browser.sees(&code).await;
    pictures(&browser, "consent-device").await;
    browser.presses("Allow").await;
    browser.sees("Your device is connected").await;
    pictures(&browser, "device-done").await;
}

/// An app that answers every request with this.
async fn app_at(address: &str, answer: String) -> u16 {
    let listener = TcpListener::bind((address, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn an_app_may_send_people_on_to_another_host_after_its_callback() {
    let scene = Scene::new().await;
    let home =
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<title>Home</title>At home";
    let home = app_at("127.0.0.1", home.to_owned()).await;
    let on = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{home}/home\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let port = app_at("127.0.0.1", on).await;
    let browser = Browser::open().await;
    scene.world.signs_in_quietly(&scene.hotel.admin, &browser).await;
    let callback = format!("http://127.0.0.1:{port}/callback");
    scene.edits(|details| details.redirect_uris = vec![callback.clone()]).await;
    asks(&scene, &browser, &[("redirect_uri", &callback)]).await;
    browser.presses("Allow").await;
    browser.sees("At home").await;

    // The test's browser reaches no such host; that it tries is what a policy could forbid.
    let callback = "http://[::1]:9/callback";
    scene.edits(|details| details.redirect_uris = vec![callback.to_owned()]).await;
    asks(&scene, &browser, &[("redirect_uri", callback), ("prompt", "consent")]).await;
    browser.presses("Allow").await;
    browser.arrives_at(callback).await;
}
