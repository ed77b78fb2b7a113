//! `grantry listing`: a file becomes a draft, and the draft a page of the store.

use serde_json::json;

use super::Console;

#[test]
fn a_listing_is_set_from_a_file_shown_published_and_taken_out() {
    let console = Console::with_developer();
    let id = "ACME-AC-TOOL";
    let create = "app create --account ACME --kind store --code TOOL --name Tool --redirect-uri https://acme.example/cb";
    console.answers(&create.split(' ').collect::<Vec<_>>());
    let file = console.folder.path().join("listing.toml");
    let file = file.to_str().expect("a path");
    let says = "title = \"Tool for tests\"\nshort_description = \"Short\"\nlong_description = \"\"\"\nOne.\n\n- two\n\"\"\"\n\
        categories = [\"payments\"]\nlanguages = [\"de\", \"en\"]\nsupport = \"help@acme.example\"\n\
        landing_url = \"https://acme.example/start\"\n";
    std::fs::write(file, says).expect("a file");
    assert_eq!(console.answers(&["listing", "set", id, file])["changed"], true);
    assert_eq!(console.answers(&["listing", "set", id, file])["changed"], false);
    let shown = console.answers(&["listing", "show", id]);
    assert_eq!(
        (&shown["title"], &shown["long_description"]),
        (&json!("Tool for tests"), &json!("One.\n\n- two"))
    );
    assert_eq!((&shown["missing"], &shown["listing"]), (&json!(["logo", "privacy"]), &json!("unlisted")));

    assert!(console.is_refused(&["listing", "publish", id]).contains("grantry app approve"));
    console.answers(&["app", "approve", id]);
    assert!(console.is_refused(&["listing", "publish", id]).contains("logo_url: The app has no logo"));
    let published = console.answers(&["app", "publish", id]);
    assert_eq!(published["listing"], "published", "the operator answers for it");
    assert!(published["url"].as_str().is_some_and(|url| url.ends_with("/store/apps/acme-tool")));
    assert_eq!(console.answers(&["listing", "unpublish", id])["listing"], "approved");
    assert_eq!(console.answers(&["listing", "show", id])["short_description"], "Short");

    std::fs::write(file, "title = \"Another\"\ncategories = [\"nowhere\"]\n").expect("a file");
    let refused = console.is_refused(&["listing", "set", id, file]);
    assert!(refused.contains("title: ") && refused.contains("categories: "), "{refused}");
    std::fs::write(file, "titel = \"Another\"\n").expect("a file");
    assert!(console.is_refused(&["listing", "set", id, file]).contains("titel"));
    console.answers(&[
        "app",
        "create",
        "--account",
        "ACME",
        "--kind",
        "custom",
        "--code",
        "OWN",
        "--name",
        "Own",
    ]);
    assert!(console.is_refused(&["listing", "show", "ACME-SP-OWN"]).contains("only store apps"));
}
