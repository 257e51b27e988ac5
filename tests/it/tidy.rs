//! The rules of the house that the compiler does not know, read off the sources.
#![expect(clippy::unwrap_used, reason = "sources that cannot be read fail the test")]

use std::fs;
use std::path::{Path, PathBuf};

/// A file with more lines wants to be two.
const MAX_LINES: usize = 400;

/// What each half of the crate may not import. See ARCHITECTURE.md.
const FORBIDDEN_IMPORTS: [(&str, &[&str]); 5] = [
    ("disk", &["engine", "rec", "report", "stages", "cli"]),
    ("engine", &["rec", "report", "stages", "cli"]),
    ("rec", &["engine", "report", "stages", "cli"]),
    ("report", &["engine", "rec", "stages", "cli"]),
    ("stages", &["cli"]),
];

/// Names that could mean anything.
const VAGUE_NAMES: [&str; 6] = ["utils", "util", "helpers", "common", "misc", "types"];

/// One source file.
struct Source {
    /// Relative to the project, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// Its lines and their numbers, up to the tests at its end; none of a file that holds only tests.
    fn production_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test_file = self.declared_as_test();
        let lines: Vec<&str> = self.text.lines().collect();
        let tests_begin = lines
            .windows(2)
            .position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod tests {"));
        let end = if is_test_file { 0 } else { tests_begin.unwrap_or(lines.len()) };
        lines.into_iter().enumerate().take(end).map(|(index, line)| (index + 1, line))
    }

    /// Whether the module is declared under `#[cfg(test)]` by its parent, or lies in such a module's folder.
    fn declared_as_test(&self) -> bool {
        let path = Path::new(&self.path);
        let ancestors = path.ancestors().take_while(|path| *path != Path::new("src"));
        ancestors.into_iter().any(|path| {
            let (Some(name), Some(folder)) = (path.file_stem().and_then(|name| name.to_str()), path.parent()) else {
                return false;
            };
            let as_file = folder.with_extension("rs");
            [folder.join("mod.rs"), as_file, folder.join("lib.rs")].iter().any(|parent| {
                let text = fs::read_to_string(root().join(parent)).unwrap_or_default();
                let lines: Vec<&str> = text.lines().map(str::trim).collect();
                let declarations =
                    [format!("mod {name};"), format!("pub mod {name};"), format!("pub(crate) mod {name};")];
                lines.windows(2).any(|pair| pair[0] == "#[cfg(test)]" && declarations.iter().any(|d| d == pair[1]))
            })
        })
    }

    /// Code without what stands behind `//`.
    fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.production_lines().map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `src/`, in order.
fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "this does not look like the sources: {} files", files.len());
    let read = |path: PathBuf| Source {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/"),
    };
    files.into_iter().map(read).collect()
}

/// Fails with one line for each violation.
fn assert_none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}:\n  {}", violations.join("\n  "));
}

/// The places where one of the words stands as code in a production line.
fn places_of(words: &[&str], sources: &[Source]) -> Vec<String> {
    let mut places = Vec::new();
    for source in sources {
        for (number, line) in source.code_lines() {
            let found = words.iter().filter(|word| line.contains(**word));
            places.extend(found.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    places
}

#[test]
fn the_halves_of_the_crate_do_not_know_each_other() {
    let mut violations = Vec::new();
    let sources = sources();
    for (half, forbidden) in FORBIDDEN_IMPORTS {
        let own: Vec<&Source> =
            sources.iter().filter(|source| source.path.starts_with(&format!("src/{half}/"))).collect();
        assert!(!own.is_empty(), "there is no src/{half}");
        for source in own {
            // Tests too: a half must be testable without the others.
            for (index, line) in source.text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                let imports = |name: &&&str| imports(code, name);
                violations.extend(
                    forbidden.iter().filter(imports).map(|name| format!("{}:{}: {name}", source.path, index + 1)),
                );
            }
        }
    }
    assert_none("these imports cross the line between two halves", &violations);
}

/// Whether a line of code names a top-level module of this crate.
fn imports(code: &str, module: &str) -> bool {
    let starts_a_path = |path: &str| {
        code.match_indices(path).any(|(at, _)| {
            let rest = &code[at + path.len()..];
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    };
    let grouped = code.trim_start().starts_with("use crate::{")
        && code.split(['{', ',', '}']).any(|part| part.trim().split("::").next() == Some(module));
    starts_a_path(&format!("crate::{module}")) || grouped
}

#[test]
fn the_import_rule_sees_what_it_should() {
    assert!(imports("use crate::rec::model;", "rec"));
    assert!(imports("    let x = crate::rec;", "rec"));
    assert!(imports("use crate::{engine::Event, rec::Split};", "rec"));
    assert!(!imports("use crate::record::Book;", "rec"));
    assert!(!imports("use super::rec_order;", "rec"));
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    let mut violations = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if !source.text.starts_with("//! ") {
            violations.push(format!("{}: does not begin with a `//!` line", source.path));
        }
        if lines > MAX_LINES {
            violations.push(format!("{}: {lines} lines, more than {MAX_LINES}", source.path));
        }
        if Path::new(&source.path).components().any(|part| {
            let stem = Path::new(part.as_os_str()).file_stem().and_then(|stem| stem.to_str());
            stem.is_some_and(|stem| VAGUE_NAMES.contains(&stem))
        }) {
            violations.push(format!("{}: the name could mean anything", source.path));
        }
    }
    assert_none("these files break the rules for files", &violations);
}

#[test]
fn nothing_is_left_open() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", ".unwrap()"];
    assert_none("these must not stand outside tests", &places_of(&words, &sources()));
    let mut marks = Vec::new();
    for source in sources() {
        let lines = source.text.lines().enumerate();
        let open = lines.filter(|(_, line)| ["TODO", "FIXME", "XXX"].iter().any(|mark| line.contains(mark)));
        marks.extend(open.map(|(index, _)| format!("{}:{}", source.path, index + 1)));
    }
    assert_none("these lines say that something is missing", &marks);
}

#[test]
fn unsafe_code_stays_behind_its_seam() {
    let outside: Vec<Source> =
        sources().into_iter().filter(|source| !source.path.starts_with("src/rec/linalg/")).collect();
    assert_none("unsafe code outside of rec/linalg", &places_of(&["unsafe ", "unsafe{", "unsafe_code"], &outside));
}

/// What changes something on disk has to be done through `disk`, so that a fault point stands before it.
#[test]
fn nothing_changes_the_store_behind_the_fault_points() {
    let changes = [
        "fs::write(",
        "fs::rename(",
        "fs::remove_",
        "fs::create_dir",
        "fs::copy(",
        "fs::hard_link(",
        "fs::set_",
        "fs::symlink(",
        "File::create",
        "File::options",
        "OpenOptions",
        ".set_len(",
        ".set_times(",
        ".set_modified(S",
        ".set_permissions(",
        ".sync_all(",
        ".sync_data(",
        ".lock()?",
        ".lock().map_err",
        ".try_lock()",
        "tempfile",
        "rustix::fs",
        ".write_all_at(",
    ];
    let writers: Vec<Source> = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("src/engine/") || source.path == "src/rec/nn/checkpoint.rs")
        .collect();
    assert_none("these calls change the store without a fault point", &places_of(&changes, &writers));
}

#[test]
fn printing_is_left_to_the_command_line() {
    let outside: Vec<Source> = sources().into_iter().filter(|source| !source.path.starts_with("src/cli/")).collect();
    assert_none("prints outside of cli", &places_of(&["println!(", "eprintln!(", "print!(", "eprint!("], &outside));
}

#[test]
fn the_project_has_its_pages() {
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
    for page in pages {
        let text = fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.lines().count() > 10, "{page} is too short to be of use");
    }
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(architecture.lines().count() <= 200, "ARCHITECTURE.md is a map, not a book");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (run, test) = (readme.find("make run"), readme.find("make test"));
    assert!(run.is_some_and(|at| at < 200) && test.is_some_and(|at| at < 300), "README opens with the two commands");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let local = targets.filter(|target| !target.starts_with("http") && !target.starts_with('#'));
        broken.extend(local.filter(|target| !root().join(target).exists()).map(|target| format!("{page}: {target}")));
    }
    assert_none("these links lead nowhere", &broken);
}
