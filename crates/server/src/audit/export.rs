//! The trail as a CSV file: everything that the filter means, a page at a time, safe to open in a spreadsheet.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use grantry_store::audit::{AuditFilter, AuditRow};
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use http::{HeaderValue, header};

use super::Owner;
use crate::app::App;
use crate::web::moment;

const HEAD: &str =
    "number,time,actor_kind,actor,actor_id,action,object_kind,object,object_id,detail,address,request\r\n";

/// A whole trail as a file to keep.
pub(super) fn export(app: &Arc<App>, owner: Owner, filter: AuditFilter) -> Response {
    let app = Arc::clone(app);
    let first = Some(PageRequest::first(LARGEST_PAGE));
    let pages = stream::try_unfold((first, HEAD.to_owned()), move |(request, mut text)| {
        let (app, owner, filter) = (Arc::clone(&app), owner.clone(), filter.clone());
        async move {
            let Some(request) = request else { return Ok(None) };
            let page = app.store.reader().list_audit(owner.trail(), &filter, &request).await?;
            page.items.iter().for_each(|row| line(&mut text, row));
            let next = page.next.map(|after| PageRequest { after: Some(after), ..request });
            Ok::<_, grantry_store::Error>(Some((Bytes::from(text), (next, String::new()))))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\"")),
    ];
    (headers, Body::from_stream(pages)).into_response()
}

fn line(text: &mut String, row: &AuditRow) {
    let (number, time) = (row.seq.to_string(), moment::iso(row.at));
    let cells = [
        number.as_str(),
        &time,
        row.actor.kind.as_str(),
        &row.actor.label,
        &row.actor.id,
        row.action.as_str(),
        row.object.kind.as_str(),
        &row.object.label,
        &row.object.id,
        &row.detail,
        &row.ip,
        &row.request_id,
    ];
    text.push_str(&cells.map(cell).join(","));
    text.push_str("\r\n");
}

/// One cell, always in quotes. A text that a spreadsheet would run as a formula gets an apostrophe in front.
fn cell(value: &str) -> String {
    let runs = value.trim_start().starts_with(['=', '+', '-', '@']) || value.starts_with(['\t', '\r', '\n']);
    let guard = if runs { "'" } else { "" };
    format!("\"{guard}{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: W10
    #[test]
    fn no_cell_is_a_formula_or_ends_its_row() {
        for formula in ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "  =cmd|' /c calc'!a0"] {
            assert!(cell(formula).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(cell("Acme \"Inns\", Lisbon\r\n"), "\"Acme \"\"Inns\"\", Lisbon\r\n\"");
        assert_eq!(cell("ada@acme.example"), "\"ada@acme.example\"");
    }
}
