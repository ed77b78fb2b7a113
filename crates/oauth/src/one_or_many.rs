//! JSON members that are a string when there is one value and an array when there are several: `aud`, `role`, `scope`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Written as a string when there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneOrMany<'a>(pub(crate) &'a [&'a str]);

impl OneOrMany<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for OneOrMany<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [one] => serializer.serialize_str(one),
            many => serializer.collect_seq(many),
        }
    }
}

/// Reads either spelling.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::One(one) => vec![one],
        Either::Many(many) => many,
    })
}
