//! Flags, variables, exit codes and what goes where.

use super::{Console, text};

#[test]
fn a_wrong_command_line_ends_with_2_and_the_usage() {
    let console = Console::new();
    let wrong: [&[&str]; 7] = [
        &["nonsense"],
        &["app"],
        &["app", "create", "--code", "X"],
        &["account", "create", "--name", "A", "--kind", "self"],
        &["app", "update"],
        &["serve", "--json"],
        &["--listen", "127.0.0.1:0", "account", "list"],
    ];
    for words in wrong {
        let output = console.runs(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{words:?}");
        assert!(text(&output.stderr).contains("--help"), "{output:?}");
    }
    assert!(!console.folder.path().join("grantry-data").exists(), "nothing was made");
}

#[test]
fn help_and_version_are_answers() {
    let console = Console::new();
    for words in [&["--help"][..], &["app", "create", "--help"], &["help", "secret"], &["--version"]] {
        let output = console.runs(words);
        assert!(output.status.success(), "{words:?}");
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn the_data_directory_is_named_before_or_behind_the_command_or_by_a_variable() {
    let console = Console::new();
    console.answers(&["--data", "one", "migrate"]);
    console.answers(&["migrate", "--data", "two"]);
    assert!(console.runs_with(&["migrate"], &[("GRANTRY_DATA", "three")], "").status.success());
    std::fs::write(console.folder.path().join("own.toml"), "data = \"four\"\n").expect("a file");
    console.answers(&["migrate", "--config", "own.toml"]);
    for name in ["one", "two", "three", "four"] {
        assert!(console.folder.path().join(name).join("grantry.db").exists(), "{name}");
    }
}

#[test]
fn a_key_that_does_not_exist_is_refused_by_every_command() {
    let console = Console::new();
    std::fs::write(console.folder.path().join("own.toml"), "[limits]\nconections = 5\n").expect("a file");
    for words in [&["config", "check"][..], &["account", "list"], &["serve"]] {
        let said = console.is_refused(&[words, &["--config", "own.toml"]].concat());
        assert!(
            said.contains("limits.conections") && said.contains("did you mean limits.connections?"),
            "{said}"
        );
        assert!(said.contains("own.toml line 2"), "{said}");
    }
    let unknown = console.runs_with(&["account", "list"], &[("GRANTRY_COLOUR", "red")], "");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("GRANTRY_COLOUR"), "{unknown:?}");
    assert!(!console.folder.path().join("grantry-data").exists());
}

#[test]
fn the_configuration_is_checked_without_a_start() {
    let console = Console::new();
    let checked = console.answers(&["config", "check", "--data", "elsewhere"]);
    assert_eq!(
        (&checked["data"], &checked["public_url"]),
        (&"elsewhere".into(), &"http://localhost:8080".into())
    );
    let secret = [("GRANTRY_DATABASE", "postgres://me:hunter2@localhost/grantry")];
    let shown = console.runs_with(&["config", "check"], &secret, "");
    assert!(!text(&shown.stdout).contains("hunter2"), "{shown:?}");
    assert!(!console.folder.path().join("elsewhere").exists());
}
