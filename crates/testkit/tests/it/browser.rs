//! The browser does what its words say, under a strict policy and with scripts switched off.

use grantry_testkit::{Browser, Theme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const PAGE: &str = r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A page</title>
<link rel="icon" href="data:,"><main><h1>A page</h1>
<p id="said">no script ran</p>
<form action="/sent"><p><label for="a"><span>Client name</span> <span>(optional)</span></label><input id="a" name="client_name" value="old"></p>
<p><label><input type="checkbox" name="scope" value="read"> Read things</label></p>
<p><label for="k">Kind</label><select id="k" name="kind"><option>First</option><option value="2">Second</option></select></p>
<button>Save</button></form>
<ul><li>One <a href="/one">Open</a></li><li>Two <a href="/two">Open</a></li></ul></main>
<script src="/script"></script></html>"#;

const SCRIPT: &str = "document.getElementById('said').textContent = 'the script ran';\
    if (location.hash === '#alert') alert('hello')";

const POLICY: &str = "default-src 'none'; script-src 'self'; form-action 'self'; img-src data:";

async fn site() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { return };
                    head.push(byte);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let (kind, body) = if head.starts_with("GET /script") {
                    ("text/javascript", SCRIPT)
                } else {
                    ("text/html; charset=utf-8", PAGE)
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-security-policy: {POLICY}\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("http://localhost:{port}")
}

async fn fills_the_form(alice: &Browser, site: &str) {
    alice.goes_to(site).await;
    assert_eq!(alice.value("Client name").await, "old");
    alice.types("Client name", "Ann & Bob").await;
    alice.ticks("Read things").await;
    alice.ticks("Read things").await;
    alice.chooses("Kind", "Second").await;
    alice.presses("Save").await;
    alice.arrives_at("/sent").await;
    assert!(alice.url().await.ends_with("/sent?client_name=Ann+%26+Bob&scope=read&kind=2"));
    alice.follows_beside("Two", "Open").await;
    alice.arrives_at("/two").await;
}

#[tokio::test]
async fn two_browsers_are_two_people() {
    let site = site().await;
    let (alice, bob) = tokio::join!(Browser::open(), Browser::open().without_javascript());
    fills_the_form(&alice, &site).await;
    alice.sees("THE SCRIPT ran").await;
    alice.shows_no_dialog().await;
    fills_the_form(&bob, &site).await;
    bob.sees("no script ran").await;
    bob.sees_no("the script ran").await;
}

#[tokio::test]
async fn a_page_is_pictured_and_examined() {
    let site = site().await;
    let alice = Browser::open().await;
    alice.goes_to(&site).await;
    for (width, theme) in [(360, Theme::Light), (1280, Theme::Dark)] {
        let file = alice.screenshot("testkit", width, theme).await;
        alice.scrolls_only_down().await;
        let bytes = std::fs::read(file).unwrap();
        assert_eq!(&bytes[16..20], width.to_be_bytes(), "a PNG says its width");
    }
    alice.has_no_accessibility_violations().await;
}

#[tokio::test]
#[should_panic(expected = "a script opened a dialog: \"hello\"")]
async fn an_alert_is_seen() {
    let site = site().await;
    let alice = Browser::open().await;
    alice.goes_to(format!("{site}/#alert")).await;
    alice.shows_no_dialog().await;
}

#[tokio::test]
#[should_panic(expected = "label")]
async fn a_field_without_a_label_is_a_violation() {
    let alice = Browser::open().await;
    alice.goes_to("data:text/html,<html lang=en><title>x</title><main><h1>x</h1><input></main>").await;
    alice.has_no_accessibility_violations().await;
}

#[tokio::test]
#[should_panic(expected = "there is no button \"Delete\"; there are: [\"Save\"]")]
async fn what_is_not_there_is_told_with_what_is() {
    let site = site().await;
    let alice = Browser::open().await;
    alice.goes_to(&site).await;
    alice.presses("Delete").await;
}

#[tokio::test]
async fn nothing_outside_this_computer_is_reached() {
    let alice = Browser::open().await;
    let outside = tokio::spawn(async move { alice.goes_to("http://example.com/").await }).await;
    let why = outside.unwrap_err().into_panic();
    let why = why.downcast_ref::<String>().unwrap();
    assert!(why.contains("ERR_NAME_NOT_RESOLVED"), "{why}");
}
