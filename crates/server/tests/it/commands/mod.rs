//! The command line: what it makes, what it says, and that a running server sees it at once.

mod apps;
mod database;
mod listing;
mod people;
mod reference;
mod words;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which the program is called, without any server.
pub(crate) struct Console {
    pub(crate) folder: TempDir,
}

impl Console {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// One with the developer account ACME.
    pub(crate) fn with_developer() -> Self {
        let console = Self::new();
        console.answers(&["account", "create", "--code", "ACME", "--name", "Acme", "--kind", "developer"]);
        console
    }

    /// Runs the program and waits for its end.
    pub(crate) fn runs(&self, words: &[&str]) -> Output {
        self.runs_with(words, &[], "")
    }

    /// The same with variables of the environment and standard input.
    pub(crate) fn runs_with(&self, words: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
        let cheap = [("GRANTRY_SECURITY_ARGON2_MEMORY_KIB", "64"), ("GRANTRY_SECURITY_ARGON2_PASSES", "1")];
        let mut child = Command::new(env!("CARGO_BIN_EXE_grantry"))
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(cheap)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that fails before it reads closes the pipe.
        let _ = child.stdin.take().expect("its input is a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("it ends")
    }

    /// Runs a command with `--json` and gives its object.
    pub(crate) fn answers(&self, words: &[&str]) -> Value {
        object(&self.runs(&[words, &["--json"]].concat()))
    }

    /// Runs a command that must fail with exit code 1, and gives what it said.
    pub(crate) fn is_refused(&self, words: &[&str]) -> String {
        let output = self.runs(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{words:?}");
        text(&output.stderr)
    }
}

/// The one object on standard output of a command that went well.
pub(crate) fn object(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "", "nothing to complain about");
    let object: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert!(object.is_object(), "{object}");
    object
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A member of an object that is a text.
pub(crate) fn field<'a>(object: &'a Value, name: &str) -> &'a str {
    let found = object.get(name).and_then(Value::as_str);
    assert!(found.is_some(), "no {name} in {object}");
    found.unwrap_or_default()
}
