//! The files that a report is written to: one or many, in the forms that their endings name.

use std::path::{Component, Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::{ParameterProblem, Step};
use crate::report::{Format, format_of, formats};

/// A path, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Outputs {
    /// One file.
    One(PathBuf),
    /// Several.
    Many(#[schemars(length(min = 1))] Vec<PathBuf>),
}

impl Outputs {
    /// The paths with the forms of their documents; none whose ending names no form.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&Path, &'static Format)> {
        self.paths().filter_map(|path| Some((path, format_of(path)?)))
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        let paths = match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Many(paths) => paths.as_slice(),
        };
        paths.iter().map(PathBuf::as_path)
    }

    /// Paths that lead out of the folder, whose endings name no form, or that stand twice.
    pub(super) fn check(&self, parameter: &str) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        let mut known: Vec<PathBuf> = Vec::new();
        for (index, path) in self.paths().enumerate() {
            let plain: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
            let is_inside = plain.components().all(|part| matches!(part, Component::Normal(_)));
            let shown = path.display();
            let found = if !is_inside || plain.file_name().is_none() {
                let message = format!("`{shown}` is not a file inside of the folder where recflow is run");
                Some((message, "give a relative path without `..`, for example `reports/comparison.md`".to_owned()))
            } else if format_of(path).is_none() {
                let message = format!("the ending of `{shown}` names no form of report");
                let forms = formats().iter().map(|format| format!("`.{}` ({})", format.extension, format.about));
                Some((message, format!("it can be {}", forms.collect::<Vec<_>>().join(", "))))
            } else if known.contains(&plain) {
                Some((format!("`{shown}` is written twice"), "remove one of them".to_owned()))
            } else {
                None
            };
            known.push(plain);
            if let Some((message, help)) = found {
                let mut path = vec![Step::Key(parameter.to_owned())];
                path.extend(matches!(self, Self::Many(_)).then_some(Step::Index(index)));
                problems.push(ParameterProblem { path, message, help: Some(help) });
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_list_and_each_problem_in_its_place() {
        let read = |value: serde_json::Value| serde_json::from_value::<Outputs>(value).unwrap();
        let one = read("a/b.HTML".into());
        assert!(one.check("output").is_empty());
        assert_eq!(one.documents().map(|(_, format)| format.extension).collect::<Vec<_>>(), ["html"]);
        let many = read(serde_json::json!(["a.md", "../b.md", "c.pdf", "./a.md", "d.tex"]));
        let problems = many.check("output");
        let places: Vec<&Step> = problems.iter().map(|problem| &problem.path[1]).collect();
        assert_eq!(places, [&Step::Index(1), &Step::Index(2), &Step::Index(3)]);
        assert_eq!(many.documents().count(), 4);
        assert_eq!(read("".into()).check("output").len(), 1);
    }
}
