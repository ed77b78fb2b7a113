//! What a client calls a person (OIDC Core §8): the same as every other client, or a name that only its sector knows.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::hmac;

use crate::client::Client;

/// Makes the subjects of one server. The same key, sector and person give the same subject for ever; nothing is stored.
pub struct Subjects(hmac::Key);

impl fmt::Debug for Subjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subjects(…)")
    }
}

impl Subjects {
    /// The key is the salt of OIDC Core §8.1: with another one, every pairwise subject is another.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// What the client calls the person.
    #[must_use]
    pub fn of<'a>(&self, client: &Client, person_id: &'a str) -> Cow<'a, str> {
        match client.sector() {
            None => person_id.into(),
            Some(sector) => self.pairwise(&sector, person_id).into(),
        }
    }

    /// OIDC Core §8.1: a keyed hash, so that two sectors cannot find out that theirs is one person. Written as a UUID of
    /// version 8 (RFC 9562 §5.8), because every other subject of a person is a UUID.
    fn pairwise(&self, sector: &str, person_id: &str) -> String {
        // A person's id has a fixed length, so the two parts cannot be cut in another place.
        let tag = hmac::sign(&self.0, [sector, "\n", person_id].concat().as_bytes());
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        let number = u128::from_be_bytes(bytes);
        // The version and the variant, in the places that are cleared for them.
        let number = (number & !(0xf << 76) & !(0b11 << 62)) + (8 << 76) + (0b10 << 62);
        let hex = format!("{number:032x}");
        let mut text = String::with_capacity(36);
        for (at, digit) in hex.chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            text.push(digit);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::SubjectType;
    use crate::examples::store_app;
    use crate::redirect_uri::RedirectUri;

    const TONY: &str = "07070707-0707-4707-8707-070707070707";

    fn client(uri: &str, list: Option<&str>) -> Client {
        Client {
            subject_type: SubjectType::Pairwise,
            redirect_uris: vec![RedirectUri::from_stored(uri.to_owned())],
            sector_identifier_uri: list.map(str::to_owned),
            ..store_app()
        }
    }

    #[test]
    fn public_clients_know_a_person_by_one_name() {
        let subjects = Subjects::new(&[1; 32]);
        assert_eq!(subjects.of(&store_app(), TONY), TONY);
        assert_eq!(format!("{subjects:?}"), "Subjects(…)", "the key is in no log");
    }

    // security: K10
    #[test]
    fn a_sector_knows_a_person_by_one_name_that_no_other_knows() {
        let subjects = Subjects::new(&[1; 32]);
        let of = |client: &Client| subjects.of(client, TONY).into_owned();
        let one = of(&client("https://a.example/cb", None));
        for n in 0..32 {
            // RFC 9562 §5.8: version 8, of the usual variant.
            let subject =
                subjects.of(&client("https://a.example/cb", None), &format!("{TONY}{n}")).into_owned();
            let places = [subject.chars().nth(14), subject.chars().nth(19)].map(Option::unwrap_or_default);
            assert!(places[0] == '8' && matches!(places[1], '8' | '9' | 'a' | 'b'), "{subject}");
        }
        assert_eq!(one, of(&client("https://a.example/other?x=1", None)), "one host is one sector");
        assert_eq!(one, of(&client("https://b.example/cb", Some("https://a.example/uris.json"))));
        let others = [
            of(&client("https://b.example/cb", None)),
            of(&client("https://www.a.example/cb", None)),
            of(&client("com.example.app:/cb", None)),
            Subjects::new(&[2; 32]).of(&client("https://a.example/cb", None), TONY).into_owned(),
            subjects
                .of(&client("https://a.example/cb", None), "17070707-0707-4707-8707-070707070707")
                .into_owned(),
            TONY.to_owned(),
        ];
        let different: std::collections::BTreeSet<_> = others.iter().collect();
        assert_eq!(different.len(), others.len());
        assert!(!others.contains(&one));
    }

    #[test]
    fn it_is_written_as_a_uuid_and_never_changes() {
        let subject = Subjects::new(&[1; 32]).pairwise("a.example", TONY);
        assert_eq!(subject, "be2d7246-e127-8364-a7a8-63ab33ee55f2");
    }
}
