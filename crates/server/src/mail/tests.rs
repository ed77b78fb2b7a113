//! What mails say, and what a hostile name in one cannot do.

use std::time::Duration;

use super::*;
use crate::config::Branding;
use crate::web::Words;

const DAY: Duration = Duration::from_hours(24);

fn branding() -> Branding {
    Branding {
        name: "Innkeeper".to_owned(),
        support: Some("help@inn.example".parse().unwrap()),
        ..Branding::default()
    }
}

fn written(message: &impl Message) -> Mail {
    write(message, "ada@inn.example", &branding(), Words::english()).unwrap()
}

fn every(name: &str) -> Vec<Mail> {
    let url = "https://connect.example/account/confirm?token=abc".to_owned();
    let name = name.to_owned();
    vec![
        written(&ConfirmEmail {
            name: name.clone(),
            account: name.clone(),
            url: url.clone(),
            valid_for: DAY,
        }),
        written(&AlreadyKnown { name: name.clone(), url: url.clone() }),
        written(&SetPassword { name: name.clone(), account: name.clone(), url: url.clone(), valid_for: DAY }),
        written(&Invitation {
            name: name.clone(),
            inviter: name.clone(),
            account: name.clone(),
            url: url.clone(),
            valid_for: 30 * DAY,
        }),
        written(&PasswordReset { name: name.clone(), url: url.clone(), valid_for: Duration::from_hours(1) }),
        written(&AddedToAccount {
            name: name.clone(),
            inviter: name.clone(),
            account: name.clone(),
            url: url.clone(),
        }),
        written(&AskToConnect {
            name: name.clone(),
            person: name.clone(),
            email: "bob@inn.example".to_owned(),
            app: name.clone(),
            publisher: name.clone(),
            account: name,
            url,
        }),
    ]
}

#[test]
fn a_mail_reads_like_this() {
    let mail = written(&Invitation {
        name: "Ada".to_owned(),
        inviter: "Bob Berg".to_owned(),
        account: "Hotel Sonne".to_owned(),
        url: "https://connect.example/invitation/abc".to_owned(),
        valid_for: 30 * DAY,
    });
    assert_eq!(mail.recipient, "ada@inn.example");
    assert_eq!(mail.subject, "Bob Berg invites you to Hotel Sonne");
    insta::assert_snapshot!(mail.text, @r"
    Hello Ada,

    Bob Berg invites you to the account Hotel Sonne at Innkeeper.

    See the invitation:
    https://connect.example/invitation/abc

    The link works once, for 30 days.

    If you did not expect this, do nothing: you become a member only if you accept.

    -- 
    You get this mail from Innkeeper because this address is used there.
    Questions? help@inn.example
    ");
}

#[test]
fn every_mail_has_its_words_its_link_and_an_end() {
    for mail in every("Ada") {
        assert!(!mail.subject.is_empty() && !mail.subject.starts_with("mail-"), "{}", mail.subject);
        for body in [&mail.text, &mail.html] {
            assert!(body.contains("https://connect.example/account/confirm?token=abc"), "{body}");
            assert!(body.contains("Innkeeper") && body.contains("help@inn.example"), "{body}");
            assert!(!body.contains("mail-") && !body.contains('{'), "{body}");
        }
    }
}

#[test]
fn a_name_with_markup_is_text() {
    for mail in every("<img src=x onerror=alert(1)> & \"Sons\"") {
        assert!(!mail.html.contains("<img"), "{}", mail.html);
        assert!(mail.text.contains("<img src=x onerror=alert(1)> & \"Sons\""), "{}", mail.text);
    }
}

#[test]
fn a_name_cannot_add_a_header_a_line_or_a_link() {
    let hostile =
        "Ada\r\nBcc: eve@evil.example\r\n\r\nClick https://evil.example\u{202e}\u{200b} or www.evil.example";
    for mail in every(hostile) {
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        for body in [&mail.text, &mail.html] {
            assert!(!body.contains("https://evil") && !body.contains("www.evil"), "{body}");
            assert!(!body.contains(['\r', '\u{202e}', '\u{200b}']), "{body:?}");
            assert!(
                !body.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("Click")),
                "{body}"
            );
        }
    }
    for mail in every(&"long ".repeat(500)) {
        assert!(mail.subject.chars().count() <= 200 && mail.text.len() < 2000, "{}", mail.text);
    }
}

#[test]
fn a_link_says_how_long_it_works() {
    let said =
        |valid_for| written(&PasswordReset { name: "Ada".to_owned(), url: String::new(), valid_for }).text;
    assert!(said(Duration::from_hours(1)).contains("works once, for one hour."));
    assert!(said(DAY).contains("works once, for 24 hours."));
    assert!(said(7 * DAY).contains("works once, for 7 days."));
}
