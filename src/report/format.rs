//! The forms in which a comparison is written into files: one module each, and one line in [`formats`].

use std::path::Path;

use super::{Comparison, Measured, csv, html, json, latex, markdown};

/// A form of document.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The ending of its files; of a name that ends in several ways, the longest counts.
    pub extension: &'static str,
    /// What it is and for what, in a few words.
    pub about: &'static str,
    /// Makes the document. The same comparison and measurements give the same text.
    pub render: fn(&Comparison, &Measured) -> String,
}

static FORMATS: [Format; 7] = [
    Format { extension: "md", about: "Markdown, for a repository", render: markdown::render },
    Format { extension: "html", about: "one page with plots, for a browser", render: html::render },
    Format { extension: "tex", about: "a LaTeX table, for a paper", render: latex::render },
    Format { extension: "csv", about: "one line a model, for a spreadsheet", render: csv::render },
    Format { extension: "groups.csv", about: "the breakdowns, one line a number", render: csv::groups },
    Format {
        extension: "differences.csv",
        about: "the tests against the best, one line each",
        render: csv::differences,
    },
    Format { extension: "json", about: "everything, for programs", render: json::render },
];

/// Every format, in the order in which users should read of them.
pub fn formats() -> &'static [Format] {
    &FORMATS
}

/// The format of files with that name's ending, upper and lower case being the same.
pub fn format_of(path: &Path) -> Option<&'static Format> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    let ends_so = |format: &&Format| {
        let stem = name.strip_suffix(format.extension).and_then(|stem| stem.strip_suffix('.'));
        stem.is_some_and(|stem| !stem.is_empty())
    };
    FORMATS.iter().filter(ends_so).max_by_key(|format| format.extension.len())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{format_of, formats};
    use crate::report::example;

    #[test]
    fn endings_are_unique_and_known() {
        for format in formats() {
            let name = format!("a.b/report.{}", format.extension.to_uppercase());
            assert_eq!(format_of(Path::new(&name)).map(|found| found.about), Some(format.about));
        }
        let about = |name: &str| format_of(Path::new(name)).map(|format| format.extension);
        assert_eq!(
            [about("r.groups.csv"), about("r.csv"), about("groups.csv")],
            [Some("groups.csv"), Some("csv"), Some("csv")]
        );
        for name in ["report", "report.pdf", "md", ".md", "csv", "groups.tsv"] {
            assert!(format_of(Path::new(name)).is_none(), "{name}");
        }
    }

    #[test]
    fn every_format_ends_in_a_line_break_and_is_the_same_twice() {
        for format in formats() {
            let text = (format.render)(&example::comparison(), &example::measured());
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", format.extension);
            assert_eq!(text, (format.render)(&example::comparison(), &example::measured()), "{}", format.extension);
        }
    }
}
