//! What is found, in which order, and that twenty thousand apps are no trouble.

use super::*;
use grantry_oauth::time::Timestamp;
use grantry_store::id::AccountId;
use grantry_store::listing::{Content, Saved};

const ALL: Window = Window { skip: 0, take: 1000 };

/// An app that came into the store as the `n`th.
fn listed(n: u32, name: &str, short: &str, long: &str) -> ListedApp {
    let mut random = [0; 10];
    random[..4].copy_from_slice(&n.to_be_bytes());
    let at = Timestamp(i64::from(n) * 1000);
    let content = Content {
        short_text: short.to_owned(),
        long_text: long.to_owned(),
        categories: vec![if n.is_multiple_of(2) { "customer-care" } else { "sales" }.to_owned()],
        ..Content::default()
    };
    ListedApp {
        app_id: AppId::new(at, random),
        client_id: format!("ACME-AC-N{n}"),
        account_id: AccountId::new(Timestamp(0), [u8::from(n.is_multiple_of(3)); 10]),
        publisher: "Acme Software".to_owned(),
        name: name.to_owned(),
        logo_id: None,
        saved: Saved { content, begun_at: at, saved_at: at },
    }
}

fn stocked(apps: &[ListedApp]) -> Index {
    let mut index = Index::default();
    apps.iter().for_each(|app| index.put(app));
    index
}

fn titles(part: &Part) -> Vec<&str> {
    part.items.iter().map(|item| item.title.as_str()).collect()
}

#[test]
fn the_title_counts_before_the_short_text_and_that_before_the_long_one_and_typos_come_last() {
    let index = stocked(&[
        listed(1, "Alpha", "Opens doors", "Works with every lock."),
        listed(2, "Beta", "A lock for every door", ""),
        listed(3, "Locksmith", "Opens doors", ""),
        listed(4, "Lock", "", ""),
        listed(5, "Look", "Brochures", ""),
        listed(6, "Gamma", "Nothing of this", ""),
        listed(7, "Lock two", "", ""),
    ]);
    let found = index.search("lock", None, ALL);
    assert_eq!(titles(&found), ["Lock two", "Lock", "Locksmith", "Beta", "Alpha", "Look"]);
    assert_eq!(found.total, 6);
    let page = index.search("LOCK", None, Window { skip: 1, take: 2 });
    assert_eq!((titles(&page), page.total), (vec!["Lock", "Locksmith"], 6));
    assert_eq!(titles(&index.search("lock", Some("customer-care"), ALL)), ["Lock", "Beta"]);
    assert_eq!(titles(&index.search("door lock", None, ALL)), ["Locksmith", "Beta", "Alpha"], "every word");
    assert_eq!(titles(&index.search("acme gamma", None, ALL)), ["Gamma"], "the publisher counts, too");
    assert_eq!(titles(&index.search("customer gamma", None, ALL)), ["Gamma"], "and the category");
    assert_eq!(index.search("gamma lock", None, ALL).total, 0);
    assert_eq!(index.search(" – ", None, ALL).total, 7, "nothing asked is everything");
}

#[test]
fn marks_and_one_typo_do_not_hide_an_app() {
    let index = stocked(&[
        listed(1, "Schlüsselkasten", "Für Gäste ohne Rezeption", ""),
        listed(2, "Quick Check-in", "Before they arrive", "Menüs und Crème brûlée"),
    ]);
    for (question, title) in [
        ("schlusselkasten", "Schlüsselkasten"),
        ("SCHLÜSSEL", "Schlüsselkasten"),
        ("gaste", "Schlüsselkasten"),
        ("rezepion", "Schlüsselkasten"),
        ("schluesselkasten", "Schlüsselkasten"),
        ("checkin", "Quick Check-in"),
        ("chekcin", "Quick Check-in"),
        ("check-in", "Quick Check-in"),
        ("quikc", "Quick Check-in"),
        ("brulee", "Quick Check-in"),
        ("creme bru", "Quick Check-in"),
    ] {
        assert_eq!(titles(&index.search(question, None, ALL)), [title], "{question}");
    }
}

#[test]
fn what_is_taken_out_is_gone_from_every_list_and_what_is_put_in_anew_stands_once() {
    let apps = [listed(1, "Lock one", "", ""), listed(2, "Lock two", "", ""), listed(3, "Key", "lock", "")];
    let mut index = stocked(&apps);
    index.put(&listed(2, "Door two", "", ""));
    assert_eq!(titles(&index.newest(None, ALL)), ["Key", "Door two", "Lock one"]);
    assert_eq!(titles(&index.search("lock", None, ALL)), ["Lock one", "Key"]);
    assert_eq!((index.len(), index.count("sales"), index.count("customer-care")), (3, 2, 1));
    let of = index.of_account(apps[2].account_id.as_str());
    assert_eq!(of, [apps[2].app_id.clone()]);
    index.remove(&apps[2].app_id);
    index.remove(&apps[2].app_id);
    assert_eq!(titles(&index.search("lock", None, ALL)), ["Lock one"]);
    assert_eq!(titles(&index.newest(Some("sales"), ALL)), ["Lock one"]);
    index.put(&listed(9, "Ninth lock", "", ""));
    assert_eq!(titles(&index.newest(None, Window { skip: 0, take: 1 })), ["Ninth lock"]);
    apps.iter().for_each(|app| index.remove(&app.app_id));
    index.remove(&listed(9, "", "", "").app_id);
    assert!(index.is_empty() && index.search("lock", None, ALL).items.is_empty());
}

/// Made of syllables, so that words have many neighbours, as words of people do.
fn word(mut n: u32) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "ro", "mi", "ten", "lu", "sor", "ve", "pi", "ga", "nel", "tu", "ber", "do", "fi", "ran", "es"];
    let mut word = String::new();
    for _ in 0..4 {
        word.push_str(SYLLABLES[(n % 16) as usize]);
        n /= 16;
    }
    word
}

#[test]
fn every_one_of_twenty_thousand_apps_is_found_by_its_name_with_a_typo() {
    let mut index = Index::default();
    for n in 0..20_000_u32 {
        let words = |from: u32, count: u32| {
            let one = |i| word(n.wrapping_mul(31).wrapping_add(i * 7919) % 40_000);
            (from..from + count).map(one).collect::<Vec<_>>().join(" ")
        };
        index.put(&listed(n, &format!("{} {}", word(n), words(0, 1)), &words(1, 10), &words(11, 40)));
    }
    assert_eq!(index.len(), 20_000);
    let top = Window { skip: 0, take: 24 };
    for n in (0..20_000).step_by(997) {
        let (name, wanted) = (word(n), format!("ACME-AC-N{n}"));
        let found = index.search(&name, None, top);
        assert!(found.items.iter().any(|item| item.client_id == wanted), "{name}");
        let mut letters: Vec<char> = name.chars().collect();
        letters.swap(3, 4);
        let typo: String = letters.iter().collect();
        let question = format!("{typo} {}", word(n.wrapping_mul(31) % 40_000));
        let found = index.search(&question, None, top);
        assert!(found.items.iter().any(|item| item.client_id == wanted), "{question} for {name}");
    }
}
