//! Accessibility: axe-core looks at the page as it is now.

use serde_json::{Value, json};

use crate::Browser;

/// Runs axe and gives back what it found, one line for each element.
const RUN: &str = r#"
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  ({ violations }) => done(violations.flatMap(({ id, impact, help, helpUrl, nodes }) =>
    nodes.map(({ target, failureSummary }) =>
      `${id} (${impact}): ${help}\n    at ${target.flat().join(" ")}\n    ${failureSummary.replace(/\s+/g, " ")}\n    ${helpUrl}`))),
  (error) => done([`axe failed: ${error}`]),
);
"#;

impl Browser {
    /// Fails with every violation that axe-core finds, its element and what would help. Needs a browser with scripts.
    pub async fn has_no_accessibility_violations(&self) {
        self.notes("has no accessibility violations".to_owned());
        if self.runs("return typeof axe", vec![]).await == json!("undefined") {
            // The driver gives scripts to the page, so that no CSP has to be opened for this one.
            self.runs(&source(), vec![]).await;
        }
        let found = match self.driver().execute_async(RUN, Vec::new()).await {
            Ok(found) => found.json().clone(),
            Err(error) => self.fails(&error.to_string()).await,
        };
        if found != json!([]) {
            let lines: Vec<&str> = found.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            self.fails(&format!("{} accessibility violations:\n{}", lines.len(), lines.join("\n"))).await;
        }
    }
}

fn source() -> String {
    let file = crate::third_party("axe.stamp").join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file).expect("scripts/third-party installs axe-core")
}
