//! The pages of `docs/reference` that are made from the program itself.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command, CommandFactory as _};
use grantry::cli::Arguments;
use grantry::routes::{self, Guard};
use grantry_testkit::{World, is_fresh};

#[test]
fn the_command_line_in_the_documentation_is_fresh() {
    let mut program = Arguments::command();
    program.build();
    let mut page = "# Command line\n\n\
        <!-- Made from the program by a test, which fails and writes it anew when it is stale. -->\n\n\
        Commands work on a live data directory or database, beside a running server or without one; the server sees\n\
        what they did within a second. What goes wrong is said on standard error, with exit code 1, or 2 when the\n\
        command line itself is wrong. Every command but `serve` and `demo` accepts `--json`: then it answers one JSON\n\
        object on standard output, and nothing else there.\n\n\
        Accepted by every command:\n\n"
        .to_owned();
    flags(&mut page, &program, true);
    command(&mut page, &program, "grantry");
    is_fresh("cli.md", &page);
}

fn command(page: &mut String, known: &Command, path: &str) {
    let subcommands: Vec<&Command> = known.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
    let is_program = path == "grantry";
    if subcommands.is_empty() || is_program {
        let usage = if is_program { "[serve]".to_owned() } else { String::new() };
        let positional = known.get_positionals().map(|arg| {
            let name = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
            let name = name.unwrap_or_else(|| arg.get_id().as_str().to_uppercase());
            if arg.is_required_set() { format!(" {name}") } else { format!(" [{name}]") }
        });
        let positional: String = positional.collect();
        let gap = if usage.is_empty() { "" } else { " " };
        let about = known.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = write!(page, "\n## `{path}{gap}{usage}{positional}`\n\n{}.\n", about.trim_end_matches('.'));
        let own = known.get_arguments().any(is_own);
        if own {
            page.push('\n');
            flags(page, known, false);
        }
    }
    for sub in subcommands.into_iter().filter(|sub| sub.get_name() != "serve") {
        command(page, sub, &format!("{path} {}", sub.get_name()));
    }
}

fn is_own(arg: &Arg) -> bool {
    !arg.is_positional()
        && !is_everywhere(arg)
        && !["json", "help", "version"].contains(&arg.get_id().as_str())
}

fn is_everywhere(arg: &Arg) -> bool {
    ["config", "data", "database"].contains(&arg.get_id().as_str())
}

/// A table of flags: those of every command, or the command's own.
fn flags(page: &mut String, known: &Command, everywhere: bool) {
    page.push_str("| flag | |\n|---|---|\n");
    let wanted = |arg: &&Arg| if everywhere { is_everywhere(arg) } else { is_own(arg) };
    for arg in known.get_arguments().filter(wanted) {
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
        let value = value.and_then(|names| names.first()).map(|name| format!(" {name}")).unwrap_or_default();
        let required = if arg.is_required_set() { " *(required)*" } else { "" };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let _ =
            writeln!(page, "| `--{}{value}` | {help}{required} |", arg.get_id().as_str().replace('_', "-"));
    }
}

#[tokio::test]
async fn the_routes_in_the_documentation_are_fresh() {
    let world = World::new().await;
    let mut page = "# Routes\n\n\
        <!-- Made from the route table by a test, which fails and writes it anew when it is stale. -->\n\n\
        Every URL of the public listener, who may call it, and what it answers. `docs/reference/config.md` names the\n\
        operations listener, which has `/healthz`, `/readyz`, `/metrics` and the local mailbox.\n\n\
        | method | path | who may call | answers |\n|---|---|---|---|\n"
        .to_owned();
    for row in routes::table(world.app()).rows() {
        let (who, what) = (guard(row.guard), format!("{:?}", row.kind).to_lowercase());
        let _ = writeln!(page, "| {} | `{}` | {who} | {what} |", row.method, row.path);
    }
    is_fresh("routes.md", &page);
}

fn guard(guard: Guard) -> String {
    match guard {
        Guard::Open => "everybody".to_owned(),
        Guard::Door => "everybody with a browser".to_owned(),
        Guard::SignedIn => "who is signed in".to_owned(),
        Guard::Member => "members of an account".to_owned(),
        Guard::Admin => "account admins".to_owned(),
        Guard::Operator => "operators".to_owned(),
        Guard::Reviewer => "reviewers and operators".to_owned(),
        Guard::Bearer([]) => "a bearer token".to_owned(),
        Guard::Bearer(scopes) => {
            let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
            format!("a bearer token with {}", scopes.join(" or "))
        }
    }
}

#[tokio::test]
async fn every_route_of_the_rest_api_is_described() {
    let world = World::new().await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/api.md");
    let page = std::fs::read_to_string(file).expect("the page");
    let table = routes::table(world.app());
    let missing: Vec<String> = table
        .rows()
        .iter()
        .filter(|row| row.path.starts_with("/api/v1"))
        .map(|row| format!("`{} {}`", row.method, row.path))
        .filter(|route| !page.contains(route.as_str()))
        .collect();
    assert!(missing.is_empty(), "docs/reference/api.md does not describe {missing:?}");
}
