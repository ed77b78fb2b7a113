//! What may be said of an app, and what is refused with the field that says it.

use super::*;
use crate::config::Config;
use crate::web::Words;

fn checked(raw: &RawListing) -> Result<Content, Vec<(String, String)>> {
    let config = Config::default();
    let terms = Terms {
        name: "Quick Check-in",
        issuer: "https://id.example",
        categories: &config.store.categories,
        before: None,
    };
    check(raw, terms).map_err(|faults| faults.texts(Words::english()))
}

fn fields(raw: &RawListing) -> Vec<String> {
    checked(raw).expect_err("a fault").into_iter().map(|(name, _)| name).collect()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn what_is_typed_is_tidied() {
    let raw = RawListing {
        title: "  Quick  Check-in for hotels ".to_owned(),
        short_description: "Guests check in\u{a0}early".to_owned(),
        long_description: "\r\n\r\nOne\r\n\tgoes on\n\n\n- first\n-  second\n\n".to_owned(),
        categories: texts(&["payments", "", "payments", "sales"]),
        languages: texts(&["DE, en-us", "de"]),
        support: " help@app.example ".to_owned(),
        website: "https://app.example/".to_owned(),
        screenshots: vec![
            RawShot::default(),
            RawShot { url: "https://app.example/1.png".to_owned(), caption: " The  list ".to_owned() },
        ],
        ..RawListing::default()
    };
    let content = checked(&raw).expect("all is well");
    assert_eq!(content.title, "Quick Check-in for hotels");
    assert_eq!(content.short_text, "Guests check in early");
    assert_eq!(content.long_text, "One\ngoes on\n\n- first\n- second");
    assert_eq!(content.categories, ["payments", "sales"]);
    assert_eq!(content.languages, ["de", "en-US"]);
    assert_eq!(
        (content.support.as_str(), content.website.as_str()),
        ("help@app.example", "https://app.example/")
    );
    assert_eq!((content.screenshots.len(), content.screenshots[0].caption.as_str()), (1, "The list"));
    assert_eq!(checked(&RawListing::default()), Ok(Content::default()), "a draft may say nothing");
    assert_eq!(checked(&RawListing::of(&content)), Ok(content), "it stays as it is");
}

// security: C07, W09
#[test]
fn what_lies_or_leads_astray_is_refused_at_its_field() {
    let long = "x".repeat(LONG_LIMIT + 1);
    for (field, raw) in [
        ("title", RawListing { title: "Your bank".to_owned(), ..RawListing::default() }),
        ("title", RawListing { title: "Quick Check-in \u{202e}gnitset".to_owned(), ..RawListing::default() }),
        ("short_description", RawListing { short_description: "x".repeat(121), ..RawListing::default() }),
        ("short_description", RawListing { short_description: "a\nb".to_owned(), ..RawListing::default() }),
        ("long_description", RawListing { long_description: long.clone(), ..RawListing::default() }),
        ("long_description", RawListing { long_description: long.repeat(9), ..RawListing::default() }),
        (
            "long_description",
            RawListing { long_description: "a\n\u{200b}b".to_owned(), ..RawListing::default() },
        ),
        ("category", RawListing { categories: texts(&["nowhere"]), ..RawListing::default() }),
        (
            "category",
            RawListing {
                categories: texts(&["sales", "payments", "marketing", "devices"]),
                ..RawListing::default()
            },
        ),
        ("languages", RawListing { languages: texts(&["english language"]), ..RawListing::default() }),
        (
            "landing_url",
            RawListing {
                landing_url: "https://id.example/connect/authorize?client_id=X".to_owned(),
                ..RawListing::default()
            },
        ),
        ("website", RawListing { website: "javascript:alert(1)".to_owned(), ..RawListing::default() }),
        ("guide_url", RawListing { guide_url: "http://app.example/".to_owned(), ..RawListing::default() }),
        (
            "landing_url",
            RawListing { landing_url: "https://user@app.example/".to_owned(), ..RawListing::default() },
        ),
        ("support", RawListing { support: "two words@app.example".to_owned(), ..RawListing::default() }),
        ("support", RawListing { support: "call us".to_owned(), ..RawListing::default() }),
    ] {
        assert_eq!(fields(&raw)[0], field, "{raw:?}");
    }
    let shot = |url: &str, caption: &str| RawShot { url: url.to_owned(), caption: caption.to_owned() };
    let wrong = RawListing {
        screenshots: vec![
            shot("https://app.example/a.png", ""),
            shot("", "Nothing"),
            shot("file:///etc", "x"),
        ],
        ..RawListing::default()
    };
    assert_eq!(fields(&wrong), ["screenshot_caption-1", "screenshot_url-2", "screenshot_url-3"]);
    let many =
        RawListing { screenshots: vec![shot("https://app.example/a.png", "x"); 6], ..RawListing::default() };
    assert_eq!(fields(&many), ["screenshot_url-6"]);
}

#[test]
fn what_stands_there_already_stays_although_nobody_could_type_it_now() {
    let landing_url = "http://127.0.0.1:8099".to_owned();
    let before = Content { categories: texts(&["old"]), landing_url, ..Content::default() };
    let config = Config::default();
    let terms = Terms {
        name: "A",
        issuer: "https://id.example",
        categories: &config.store.categories,
        before: Some(&before),
    };
    let raw = RawListing { categories: texts(&["old", "sales"]), ..RawListing::of(&before) };
    let kept = check(&raw, terms).expect("all is well");
    assert_eq!((kept.categories, kept.landing_url), (texts(&["old", "sales"]), before.landing_url.clone()));
}
