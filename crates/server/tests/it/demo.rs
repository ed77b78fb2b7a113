//! `grantry demo` as a visitor meets it: connect, consent, tokens, disconnect.

use grantry_testkit::http::{Client, Reply};
use grantry_testkit::{Browser, Process, Theme};
use url::Url;

/// A running demo, and what its output says.
struct Demo {
    process: Process,
    /// The sample app.
    party: Url,
}

impl Demo {
    async fn start() -> Self {
        let process = Process::of(env!("CARGO_BIN_EXE_grantry"))
            .saying(&["demo"])
            .knowing("GRANTRY_LISTEN", "127.0.0.1:0")
            .knowing("GRANTRY_OPS_LISTEN", "127.0.0.1:0")
            .start()
            .await;
        let out = process.out();
        let line = out.lines().find(|line| line.contains("Begin here")).unwrap_or_default();
        let url = line.split_whitespace().find(|word| word.starts_with("http")).unwrap_or_default();
        let party = Url::parse(url).expect("the output names the sample app");
        Self { process, party }
    }

    /// The password that the output shows beside an address.
    fn password(&self, email: &str) -> String {
        let out = self.process.out();
        let line = out.lines().find(|line| line.contains(email)).unwrap_or_default();
        line.split_whitespace().last().unwrap_or_default().to_owned()
    }

    /// A browser's side that talks to the sample app.
    fn visitor(&self) -> Client {
        let address = self.party.socket_addrs(|| None).expect("an address");
        Client::new(self.party.origin().ascii_serialization().as_str(), address[0])
    }

    /// Follows the platform's pages from the authorize URL as this person; gives the answer that leaves the platform.
    async fn decides(&self, browser: &mut Client, authorize: &str, email: &str, decision: &str) -> Reply {
        let login = browser.opens(authorize).await;
        let consent = browser
            .submits(&login.form("Sign in").with("email", email).with("password", &self.password(email)))
            .await;
        assert!(consent.says("Quick Check-in") && consent.says("Seaside Software"), "{}", consent.body);
        assert!(consent.says("Grand Hotel Aurora") && consent.body.contains("/logos/"), "{}", consent.body);
        browser.submits(&consent.form(decision).pressing(decision)).await
    }
}

#[tokio::test]
async fn a_visitor_connects_the_sample_app_sees_its_tokens_and_disconnects_it() {
    let demo = Demo::start().await;
    let (mut shop, mut alma) = (demo.visitor(), demo.process.client());
    let start = shop.gets("/").await;
    assert!(start.says("Connect to Lodgeworks"), "{}", start.body);
    let sent = shop.gets("/connect").await;
    let back = demo.decides(&mut alma, sent.location(), "alma@aurora.example", "Allow").await;
    assert!(back.location().starts_with(demo.party.as_str()), "{}", back.location());
    let connected = shop.opens(back.location()).await;
    assert!(connected.says("Connected to Lodgeworks") && connected.says("GRND"), "{}", connected.body);
    assert!(connected.says("alma@aurora.example"), "userinfo says who: {}", connected.body);
    assert!(connected.says("POST /connect/token"), "{}", connected.body);

    for (button, request) in [
        ("Ask the API who I am", "GET /api/v1/users/me"),
        ("Ask for userinfo", "GET /connect/userinfo"),
        ("Refresh the tokens", "POST /connect/token"),
    ] {
        let answer = shop.submits(&connected.form(button)).await;
        assert!(answer.says(request) && answer.body.contains(">200<"), "{button}: {}", answer.body);
    }

    let list = alma.gets("/apps/connected-apps").await;
    let start = list.body.find("/apps/connected-apps/connection/").expect("a connection is listed");
    let path: String = list.body[start..].chars().take_while(|letter| *letter != '"').collect();
    let form = alma.gets(&path).await.form("Disconnect").with("confirm", "Quick Check-in");
    assert_eq!(alma.posts(&form).await.status, 303);
    for button in ["Ask the API who I am", "Ask for userinfo", "Refresh the tokens"] {
        let answer = shop.submits(&connected.form(button)).await;
        assert!(!answer.body.contains(">200<"), "{button} is refused at once: {}", answer.body);
    }
    let begun = shop.submits(&connected.form("Forget the tokens and begin again")).await;
    assert!(begun.says("Connect to Lodgeworks"));
    let log = demo.process.log();
    assert!(
        !log.contains("grs_") && !log.contains("grr_") && !log.contains("eyJ"),
        "no secret is logged: {log}"
    );
}

// security: C06, A07
#[tokio::test]
async fn the_sample_app_takes_no_answer_that_it_did_not_ask_for() {
    let demo = Demo::start().await;
    let (mut shop, mut alma) = (demo.visitor(), demo.process.client());
    let sent = shop.gets("/connect").await;
    let back = demo.decides(&mut alma, sent.location(), "alma@aurora.example", "Cancel").await;
    assert!(shop.opens(back.location()).await.says("Access was not granted"));

    shop.gets("/connect").await;
    let forged = shop.opens("/callback?code=stolen&state=guessed&iss=http%3A%2F%2Flocalhost").await;
    assert!(forged.says("from another server"), "{}", forged.body);
    let mut stranger = demo.visitor();
    assert!(
        stranger.opens(back.location()).await.says("Connect to Lodgeworks"),
        "another browser has nothing"
    );
}

#[tokio::test]
async fn each_start_makes_the_platform_anew_and_two_at_once_are_refused() {
    let mut demo = Demo::start().await;
    let first = demo.password("alma@aurora.example");
    assert_eq!(first.len(), 14, "three groups of four: {first}");
    let second = demo.process.runs(&["demo"]).await;
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("a demo is running in ./grantry-demo already"), "{said}");
    let elsewhere = demo.process.runs(&["demo", "--data", "elsewhere"]).await;
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("leave --data"), "{elsewhere:?}");
    let open = demo.process.runs(&["demo", "--config", "open.toml"]).await;
    assert_eq!(open.status.code(), Some(1));

    assert!(demo.process.ends().await.success());
    demo.process.starts().await;
    let shown: Vec<String> = demo
        .process
        .out()
        .lines()
        .filter(|line| line.contains("alma@aurora.example"))
        .filter_map(|line| line.split_whitespace().last().map(str::to_owned))
        .collect();
    assert_eq!(shown.len(), 2);
    assert_ne!(shown[0], shown[1], "new passwords");
    let accounts = demo.process.folder().join("grantry-demo/grantry.db");
    assert!(accounts.exists());
}

#[tokio::test]
async fn a_visitor_clicks_through_the_demo_in_a_browser() {
    let demo = Demo::start().await;
    let browser = Browser::open().await;
    browser.goes_to(demo.party.as_str()).await;
    browser.follows("Connect to Lodgeworks").await;
    browser.types("E-mail", "alma@aurora.example").await;
    browser.types("Password", &demo.password("alma@aurora.example")).await;
    browser.presses("Sign in").await;
    browser.sees("Quick Check-in by Seaside Software wants access to Grand Hotel Aurora").await;
    browser.presses("Allow").await;
    browser.sees("Connected to Lodgeworks").await;
    for (width, theme) in [(360, Theme::Light), (360, Theme::Dark), (1280, Theme::Light), (1280, Theme::Dark)]
    {
        browser.screenshot("demo-connected", width, theme).await;
        browser.has_no_accessibility_violations().await;
    }
    browser.presses("Ask the API who I am").await;
    browser.sees("alma@aurora.example").await;
    browser.shows_no_dialog().await;
}
