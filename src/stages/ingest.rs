//! `ingest`: reads a data set.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bridge::Bridge;
use super::figures::{dataset_figure_names, dataset_figures, save_dataset};
use super::memory;
use super::ports::DATASET;
use crate::engine::{
    Figures, Inputs, ParameterProblem, ReadFile, Source, SourceFile, Stage, StageCtx, StageError, StageKind,
    StageProgress, Workspace,
};
use crate::rec::data::{
    CATALOGUE, Columns, DataError, Delimiter, DownloadError, Format, KnownDataset, Layout, OnBadLine, ReadOptions,
    SampleParams, closest_dataset, detect, download, locate, read, read_user_attributes,
};

/// The name of the built-in data set.
const SAMPLE: &str = "sample";

/// A server to download from instead of the data sets' own.
const MIRROR: &str = "RECFLOW_MIRROR";

/// The kind.
pub(super) fn kind() -> StageKind {
    StageKind::of::<Ingest>(
        "ingest",
        3,
        "Reads a data set: the built-in sample, a MovieLens release (downloaded if need be), or your own ratings file.",
    )
    .writes("dataset", DATASET)
}

/// Where the data is and how it is read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Ingest {
    /// `sample` (built in), `ml-100k`, `ml-1m`, `ml-10m`, `ml-20m`, `ml-25m`, `ml-32m`, `ml-latest-small`, the name of a
    /// folder among the data folders, or the path of a file or folder.
    #[schemars(length(min = 1), extend("x-key" = false))]
    dataset: String,
    /// A file with the items' titles: CSV or TSV with named columns, or `id::title`, or `id|title`. MovieLens folders
    /// bring their own.
    #[schemars(extend("x-key" = false))]
    titles: Option<PathBuf>,
    /// A file with what is known of users, such as their age, for `user-groups` of `evaluate`: CSV or TSV whose first line names
    /// the columns, the first of which holds the users' ids. MovieLens 100K and 1M bring their own.
    #[schemars(extend("x-key" = false))]
    users: Option<PathBuf>,
    /// The columns of a CSV or TSV file; those not named are looked for under their usual names.
    columns: Columns,
    /// What separates the fields of a CSV or TSV file.
    delimiter: Delimiter,
    /// What to do with a line that cannot be used: malformed, or the same user and item a second time.
    on_bad_line: OnBadLine,
}

impl Default for Ingest {
    fn default() -> Self {
        let ReadOptions { columns, delimiter, on_bad_line } = ReadOptions::default();
        Self { dataset: SAMPLE.to_owned(), titles: None, users: None, columns, delimiter, on_bad_line }
    }
}

impl Ingest {
    /// The files to read; `None` if they have to be downloaded first.
    fn layout(&self, workspace: &Workspace) -> Result<Option<Layout>, StageError> {
        let path = workspace.root.join(&self.dataset);
        let here = path.exists().then_some(path);
        let found = here.or_else(|| locate(&self.dataset, &workspace.data_dirs));
        let layout = match found {
            Some(path) => detect(&path)?,
            None if KnownDataset::named(&self.dataset).is_some() => return Ok(None),
            None => return Err(self.not_found(workspace)),
        };
        let layout = match &self.titles {
            Some(titles) => layout.with_titles(&workspace.root.join(titles)),
            None => layout,
        };
        Ok(Some(match &self.users {
            Some(users) => layout.with_users(&workspace.root.join(users)),
            None => layout,
        }))
    }

    fn not_found(&self, workspace: &Workspace) -> StageError {
        let dirs: Vec<_> = workspace.data_dirs.iter().map(|dir| format!("`{}`", dir.display())).collect();
        let dirs = dirs.join(", ");
        let names: Vec<_> = [SAMPLE].into_iter().chain(CATALOGUE.iter().map(|known| known.name)).collect();
        let error =
            StageError::new(format!("there is no data set `{}`: nothing of that name here or in {dirs}", self.dataset));
        match closest_dataset(&self.dataset, names.iter().copied()) {
            Some(name) => error.help(format!("did you mean `{name}`?")),
            None => error.help(format!("give the path of a ratings file, or one of {}", names.join(", "))),
        }
    }

    fn options(&self) -> ReadOptions {
        ReadOptions { columns: self.columns.clone(), delimiter: self.delimiter, on_bad_line: self.on_bad_line }
    }
}

impl Stage for Ingest {
    fn check(&self) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        if self.dataset == SAMPLE && self.titles.is_some() {
            let help = Some("remove it: the sample has titles of its own".to_owned());
            problems.push(ParameterProblem::of("titles", "the data set `sample` takes no file of titles", help));
        }
        if self.dataset == SAMPLE && self.users.is_some() {
            let help = Some("remove it: the users of the sample are made up".to_owned());
            problems.push(ParameterProblem::of("users", "the data set `sample` takes no file of users", help));
        }
        problems
    }

    fn sources(&self, workspace: &Workspace) -> Result<Vec<Source>, StageError> {
        if self.dataset == SAMPLE {
            return Ok(Vec::new());
        }
        let Some(layout) = self.layout(workspace)? else {
            return Ok(vec![Source::Absent(format!("the data set {}", self.dataset))]);
        };
        let format = format_name(layout.format);
        let source = |(role, path)| Source::Present(SourceFile { role: format!("{format} {role}"), path });
        Ok(layout.files.into_iter().map(source).collect())
    }

    fn fetch(&self, workspace: &Workspace, progress: &dyn StageProgress) -> Result<(), StageError> {
        let dir = workspace.data_dirs.first().cloned().unwrap_or_else(|| workspace.root.join("data"));
        let mirror = std::env::var(MIRROR).ok().filter(|mirror| !mirror.is_empty());
        download(&self.dataset, &dir, mirror.as_deref(), &Bridge::fetching(progress))?;
        Ok(())
    }

    fn max_threads(&self) -> usize {
        1
    }

    fn memory_bytes(&self, inputs: &dyn Inputs) -> Option<u64> {
        // Events are about as long in memory as in a file of text, and are there a second time while they are stored.
        Some(memory::PROCESS_BYTES + inputs.source_bytes().saturating_mul(7) / 4)
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let monitor = Bridge::of(ctx);
        let out = ctx.output("dataset");
        if self.dataset == SAMPLE {
            return save_dataset(&SampleParams::default().generate(&monitor)?, &out);
        }
        let layout = self.layout(&ctx.workspace)?.ok_or_else(|| self.not_found(&ctx.workspace))?;
        let mut dataset = read(&layout, &self.options(), &monitor)?;
        if let Some((attributes, n_skipped)) = read_user_attributes(&layout, &self.options(), &monitor)? {
            attributes.restricted_to(&dataset.users).save(&out)?;
            if n_skipped > 0 {
                dataset.about.skipped_lines += n_skipped;
                dataset.about.skipped_by_reason.insert("user without its fields".to_owned(), n_skipped);
            }
        }
        save_dataset(&dataset, &out)
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        dataset_figures(read)
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        Some(dataset_figure_names())
    }
}

/// The format as it enters the key: equal bytes read in another way are another input.
fn format_name(format: Format) -> &'static str {
    match format {
        Format::Ml100k => "ml-100k",
        Format::DoubleColon => "double-colon",
        Format::Table => "table",
        Format::LightGcn => "lightgcn",
    }
}

impl From<DataError> for StageError {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Interrupted(_) => Self::interrupted(),
            other => Self { message: other.to_string(), help: other.help(), interrupted: false },
        }
    }
}

impl From<DownloadError> for StageError {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::Interrupted(_) => Self::interrupted(),
            other => Self { message: other.to_string(), help: other.help(), interrupted: false },
        }
    }
}
