//! Scopes as the pages show them: all that may be chosen, or those that an app has.

use grantry_store::app::AppKind;

use crate::apps::details::OWN_APPS_SCOPE;
use crate::cached::{KnownApi, KnownCatalogue, KnownScope};

/// An API with some of its scopes.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) scopes: Vec<Line>,
}

/// A scope in words.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) sentence: String,
    pub(super) description: String,
    pub(super) sensitive: bool,
    pub(super) checked: bool,
}

/// What an app of this kind may choose from; what it has already stays on offer.
pub(super) fn offered(
    catalogue: &KnownCatalogue,
    kind: AppKind,
    (chosen, has): (&[String], &[String]),
) -> Vec<Group> {
    let own = |scope: &KnownScope| kind == AppKind::Custom && scope.name == OWN_APPS_SCOPE;
    let open = |scope: &&KnownScope| {
        let closed = scope.retired || (scope.internal && !own(scope));
        !closed || has.contains(&scope.name)
    };
    groups(catalogue, |api| api.scopes.iter().filter(open).map(|scope| line(scope, chosen)).collect())
}

/// What an app may do, by API; what is sensitive stands first.
pub(super) fn chosen(catalogue: &KnownCatalogue, scopes: &[String]) -> Vec<Group> {
    groups(catalogue, |api| {
        let has = |scope: &&KnownScope| scopes.contains(&scope.name);
        let mut lines: Vec<Line> = api.scopes.iter().filter(has).map(|scope| line(scope, scopes)).collect();
        lines.sort_by_key(|line| !line.sensitive);
        lines
    })
}

fn groups(catalogue: &KnownCatalogue, scopes: impl Fn(&KnownApi) -> Vec<Line>) -> Vec<Group> {
    let group = |api: &KnownApi| Group {
        name: api.name.clone(),
        title: api.display_name.clone(),
        scopes: scopes(api),
    };
    catalogue.apis.iter().map(group).filter(|group| !group.scopes.is_empty()).collect()
}

fn line(scope: &KnownScope, chosen: &[String]) -> Line {
    Line {
        name: scope.name.clone(),
        sentence: scope.display_name.clone(),
        description: scope.description.clone().unwrap_or_default(),
        sensitive: scope.sensitive,
        checked: chosen.contains(&scope.name),
    }
}
