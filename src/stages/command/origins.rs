//! What a program's files were made of, and whether a model may be made of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::engine::{InputArtifact, StageCtx, StageError};
use crate::stages::bridge::{read_json, write_json};
use crate::stages::evaluate::{Part, SCORES_FILE, Scores};
use crate::stages::facts::SplitFacts;
use crate::stages::ports::{FILES, MODEL, SCORES, SPLIT};
use crate::stages::train::{MODEL_FILE, StoredModel};

/// The file beside the outputs; programs neither see nor write it.
pub(super) const FILE: &str = "origins.json";

/// What the files of a program go back to, over however many programs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Origins {
    /// The splits that were read, or that models which were read were fitted on: a stage that brought each, by digest.
    splits: BTreeMap<String, String>,
    /// Whatever holds what is to be found in the test, in words.
    with_test: Vec<String>,
}

impl Origins {
    /// Of what a stage makes of its inputs.
    pub(super) fn of(ctx: &StageCtx<'_>, reads_test: bool) -> Result<Self, StageError> {
        let mut origins = Self::default();
        for (port, artifacts) in &ctx.inputs {
            for InputArtifact { stage, dir, .. } in artifacts {
                origins.add(port, stage, dir, reads_test)?;
            }
        }
        origins.with_test.sort_unstable();
        origins.with_test.dedup();
        Ok(origins)
    }

    fn add(&mut self, port: &str, stage: &str, dir: &Path, reads_test: bool) -> Result<(), StageError> {
        if port == SPLIT.0 {
            let facts: SplitFacts = read_json(&dir.join(SplitFacts::FILE))?;
            self.splits.entry(facts.digest).or_insert_with(|| stage.to_owned());
            self.with_test.extend(reads_test.then(|| format!("the test part of `{stage}`")));
        } else if port == MODEL.0 {
            let model: StoredModel = read_json(&dir.join(MODEL_FILE))?;
            self.splits.entry(model.split_digest).or_insert_with(|| stage.to_owned());
        } else if port == FILES.0 {
            if dir.join(FILE).exists() {
                let Self { splits, with_test } = read_json(&dir.join(FILE))?;
                self.with_test.extend(with_test);
                for (digest, stage) in splits {
                    self.splits.entry(digest).or_insert(stage);
                }
            }
        } else if port == SCORES.0 {
            let scores: Scores = read_json(&dir.join(SCORES_FILE))?;
            self.splits.entry(scores.split.digest).or_insert_with(|| stage.to_owned());
            self.with_test.extend((scores.part == Part::Test).then(|| format!("the test scores of `{stage}`")));
        } else {
            self.with_test.push(format!("`{stage}`, of which nothing is held out"));
        }
        Ok(())
    }

    /// Writes them into the folder of the outputs, if there are any.
    pub(super) fn write(&self, out: &Path) -> Result<(), StageError> {
        if *self == Self::default() { Ok(()) } else { write_json(&out.join(FILE), self) }
    }

    /// Refuses to make a model for this split of them if they may know what it is to find.
    pub(super) fn check(&self, split_dir: &Path) -> Result<(), StageError> {
        if let Some(origin) = self.with_test.first() {
            let message = format!("the model would be made of {origin}: it could know what it is to find");
            return Err(StageError::new(message).help("let what it reads be made of the split, without `reads-test`"));
        }
        let own: SplitFacts = read_json(&split_dir.join(SplitFacts::FILE))?;
        if let Some((_, stage)) = self.splits.iter().find(|(digest, _)| **digest != own.digest) {
            let message = format!(
                "the model would be made of another split, by way of `{stage}`: what it is to find may be trained on there"
            );
            return Err(StageError::new(message).help("let all that it reads be made of one split"));
        }
        Ok(())
    }
}
