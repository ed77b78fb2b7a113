//! Documents that are the same for everybody: made once, sent as they are, with a tag by which a cache asks for news.

use aws_lc_rs::digest;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

/// A document with its tag.
#[derive(Debug, Clone)]
pub struct Document {
    content_type: &'static str,
    body: Bytes,
    tag: HeaderValue,
}

impl Document {
    /// Writes a value whose keys are text, so that it is JSON for certain.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        Self::new("application/json", serde_json::to_vec(value).unwrap_or_default().into())
    }

    /// A document of this type.
    #[must_use]
    pub fn new(content_type: &'static str, body: Bytes) -> Self {
        let hash = digest::digest(&digest::SHA256, &body);
        let (short, _) = hash.as_ref().split_at(12);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(short));
        let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { content_type, body, tag }
    }

    /// The document; or, for a cache that has it, 304.
    #[must_use]
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let known = request.get_all(header::IF_NONE_MATCH).iter().any(|sent| {
            let list = sent.to_str().unwrap_or_default().split(',');
            // RFC 9110 §13.1.2: compared weakly.
            list.map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == "*" || self.tag == tag)
        });
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            ([kind], Body::from(self.body.clone())).into_response()
        };
        response.headers_mut().insert(header::ETAG, self.tag.clone());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(document: &Document, tag: &str) -> StatusCode {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, tag.parse().expect("a header"));
        document.answer(&headers).status()
    }

    #[test]
    fn a_cache_that_has_the_document_gets_no_body() {
        let document = Document::json(&serde_json::json!({ "a": 1 }));
        let first = document.answer(&HeaderMap::new());
        assert_eq!(
            (first.status(), first.headers()[header::CONTENT_TYPE].as_bytes()),
            (StatusCode::OK, &b"application/json"[..])
        );
        let tag = first.headers()[header::ETAG].to_str().expect("a tag").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"old\", {tag}"), "*".to_owned()] {
            assert_eq!(asked(&document, &known), StatusCode::NOT_MODIFIED, "{known}");
        }
        assert_eq!(asked(&document, "\"old\""), StatusCode::OK);
        let other = Document::json(&serde_json::json!({ "a": 2 }));
        assert_eq!(asked(&other, &tag), StatusCode::OK, "another document has another tag");
    }
}
