//! The house rules that the compiler cannot know: walls between crates and features, names, sizes, what may be depended on.

mod conformance;
mod dependencies;
mod names;
mod source;
mod suites;
mod walls;
