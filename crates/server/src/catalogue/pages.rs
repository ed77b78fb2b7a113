//! `/admin/scopes`: the catalogue as it is, and importing a file of it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use grantry_store::catalogue::{Api, TokenFormat};
use http::StatusCode;

use super::{FileError, NotImported, Others, import, parse};
use crate::app::App;
use crate::web::{Answer, Form, Page, Problem, Visitor, page};

const HERE: &str = "/admin/scopes";

#[derive(askama::Template)]
#[template(path = "catalogue/show.html")]
struct Show {
    page: Page,
    apis: Vec<ApiView>,
    scopes: i64,
    /// What was typed into the import form.
    file: String,
    /// The lines around what is wrong with it.
    excerpt: String,
    faults: Vec<FaultLine>,
}

impl Show {
    fn error(&self) -> &str {
        self.faults.first().map_or("", |fault| &fault.text)
    }
}

/// An API of the catalogue.
struct ApiView {
    name: String,
    title: String,
    resources: Vec<String>,
    is_opaque: bool,
    signing_alg: String,
    scopes: Vec<ScopeView>,
}

struct ScopeView {
    name: String,
    sentence: String,
    description: String,
    sensitive: bool,
    machine: bool,
    is_default: bool,
    internal: bool,
    retired: bool,
}

/// What is wrong with the file.
struct FaultLine {
    name: &'static str,
    text: String,
}

/// A file that was not imported, and why.
#[derive(Default)]
struct Typed {
    file: String,
    wrong: Option<String>,
    /// The lines around what is wrong.
    excerpt: String,
}

/// `GET /admin/scopes`
///
/// # Errors
/// The store's.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    render(&app, &visitor, StatusCode::OK, Typed::default()).await
}

/// `POST /admin/scopes`
///
/// # Errors
/// The store's.
pub async fn import_file(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Answer {
    let file = form.get("file");
    let mut excerpt = String::new();
    let wrong = match parse(file, app.clock.now()) {
        Ok(apis) => match import(&app.store, &app.clock, &visitor.origin(), (&apis, Others::Stay)).await {
            Ok(_) => return Ok(page::with_flash(page::see_other(HERE), "flash-catalogue-imported")),
            Err(NotImported::Store(error)) => return Err(error.into()),
            Err(refused) => said(&refused, &visitor),
        },
        Err(FileError { place, problem }) => {
            // The reader of TOML draws where it stopped, and says what was wrong in its last line.
            let (drawing, last) = problem.rsplit_once('\n').unwrap_or(("", &problem));
            drawing.clone_into(&mut excerpt);
            visitor.words.all("catalogue-fault-file", &[("place", &place), ("problem", last)])
        }
    };
    let typed = Typed { file: file.to_owned(), wrong: Some(wrong), excerpt };
    render(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, typed).await
}

fn said(refused: &NotImported, visitor: &Visitor) -> String {
    let words = visitor.words;
    match refused {
        NotImported::InUse(scopes) => {
            let each = scopes.iter().map(|used| {
                let (apps, connections) = (used.apps.to_string(), used.connections.to_string());
                let values = [("scope", used.scope.as_str()), ("apps", &apps), ("connections", &connections)];
                words.all("catalogue-fault-used-by", &values)
            });
            words.with("catalogue-fault-in-use", "scopes", each.collect::<Vec<_>>().join(", "))
        }
        NotImported::ScopeTaken => words.get("catalogue-fault-scope-taken"),
        NotImported::ResourceTaken => words.get("catalogue-fault-resource-taken"),
        NotImported::Store(error) => error.to_string(),
    }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    Typed { file, wrong, excerpt }: Typed,
) -> Result<Response, Problem> {
    let apis = app.store.reader().list_apis().await?;
    let scopes = apis.iter().map(|api| api.scopes.len()).sum::<usize>();
    let template = Show {
        page: visitor.page(app, visitor.words.get("catalogue-title"), "operator-scopes"),
        apis: apis.into_iter().map(view).collect(),
        scopes: i64::try_from(scopes).unwrap_or(i64::MAX),
        file,
        excerpt,
        faults: wrong.into_iter().map(|text| FaultLine { name: "file", text }).collect(),
    };
    Ok(page::render(status, &template))
}

fn view(api: Api) -> ApiView {
    let scope = |scope: grantry_store::catalogue::ApiScope| ScopeView {
        name: scope.name,
        sentence: scope.display_name,
        description: scope.description.unwrap_or_default(),
        sensitive: scope.sensitive,
        machine: scope.machine,
        is_default: scope.is_default,
        internal: scope.internal,
        retired: scope.retired_at.is_some(),
    };
    ApiView {
        name: api.name,
        title: api.display_name,
        resources: api.resources,
        is_opaque: api.token_format == TokenFormat::Opaque,
        signing_alg: api.signing_alg,
        scopes: api.scopes.into_iter().map(scope).collect(),
    }
}
