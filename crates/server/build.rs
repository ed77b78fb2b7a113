//! Embeds assets (under content-hashed names) and locale files, so that the binary needs no files beside it.

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=locales");
    let Some(out) = std::env::var_os("OUT_DIR").map(PathBuf::from) else { return Ok(()) };
    let Some(root) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else { return Ok(()) };
    fs::write(out.join("assets.rs"), assets(&root.join("assets"))?)?;
    fs::write(out.join("locales.rs"), locales(&root.join("locales")))
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok).map(|e| e.path()).collect();
    found.sort();
    found
}

fn assets(directory: &Path) -> io::Result<String> {
    let mut code = String::from("pub(crate) static EMBEDDED: &[Embedded] = &[\n");
    for path in files(directory).iter().filter(|p| p.is_file()) {
        let bytes = fs::read(path)?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let extension = path.extension().and_then(|s| s.to_str()).unwrap_or_default();
        let content_type = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            _ => continue,
        };
        let _ = writeln!(
            code,
            "  Embedded {{ name: {:?}, url: {:?}, content_type: {content_type:?}, bytes: include_bytes!({:?}) }},",
            format!("{stem}.{extension}"),
            format!("/assets/{stem}-{:016x}.{extension}", hasher.finish()),
            path
        );
    }
    code.push_str("];\n");
    Ok(code)
}

fn locales(directory: &Path) -> String {
    let mut code = String::from("pub(crate) static LOCALES: &[(&str, &[(&str, &str)])] = &[\n");
    for locale in files(directory).iter().filter(|p| p.is_dir()) {
        let name = locale.file_name().and_then(|s| s.to_str()).unwrap_or_default();
        let _ = writeln!(code, "  ({name:?}, &[");
        for file in files(locale).iter().filter(|p| p.extension().is_some_and(|e| e == "ftl")) {
            let feature = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            let _ = writeln!(code, "    ({feature:?}, include_str!({file:?})),");
        }
        code.push_str("  ]),\n");
    }
    code.push_str("];\n");
    code
}
