//! A scores file: what a model that was fitted elsewhere says of each user's best items.
//!
//! The file is CSV with the header `user,item,score` (columns in any order), a line for each pair that has a score: users and
//! items by the data's own ids, scores as finite numbers, higher is better. Lines may come in any order. What has no line
//! ranks below all that has; among each other such items go by index. Every user to be scored needs at least one line.
//!
//! # Shapes
//!
//! `users` `[n_listed]`, rising indices into the split's users; `offsets` `[n_listed + 1]`; `items` and `scores`
//! `[n_lines]`, those of a user from the best score down.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ndarray::{ArcArray1, Array1, ArrayViewMut2};

use super::{Recommender, Scorer, UserBlock, Weights, WeightsError};
use crate::rec::data::Split;

/// Scores of the best items of each user, of whatever origin. It ranks; what it says of a user does not depend on the
/// history.
#[derive(Debug, Clone)]
pub struct ScoresFile {
    users: ArcArray1<u32>,
    offsets: ArcArray1<u32>,
    items: ArcArray1<u32>,
    scores: ArcArray1<f64>,
}

/// Why a scores file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScoresFileError {
    /// It cannot be read, or is not CSV.
    #[error("the scores file `{}` cannot be read: {source}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: csv::Error,
    },
    /// Its first line does not name the columns.
    #[error("the scores file begins with `{found}`, not with `user,item,score`")]
    Header {
        /// What stands there.
        found: String,
    },
    /// A user or an item is none of the split's.
    #[error("line {line} of the scores file: the split has no {role} `{id}`")]
    Unknown {
        /// Counted from one.
        line: u64,
        /// `user` or `item`.
        role: &'static str,
        /// What stands there.
        id: String,
    },
    /// A score is no finite number.
    #[error("line {line} of the scores file: `{text}` is not a finite number")]
    Score {
        /// Counted from one.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A user and an item have two scores.
    #[error(
        "line {line} of the scores file: the user `{user}` and the item `{item}` have a score on line {first} already"
    )]
    Twice {
        /// Counted from one.
        line: u64,
        /// The line with the first score.
        first: u64,
        /// The user's id.
        user: String,
        /// The item's id.
        item: String,
    },
    /// Users who are to be scored have no line.
    #[error("the scores file has no line for {missing} of {all} users who are to be scored, such as `{example}`")]
    Missing {
        /// How many have none.
        missing: usize,
        /// How many there are.
        all: usize,
        /// The first of them.
        example: String,
    },
    /// It has more lines than can be stored.
    #[error("the scores file has more than {} lines", u32::MAX)]
    Long,
}

impl ScoresFileError {
    /// The remedy.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Csv { .. } | Self::Header { .. } => {
                "write CSV with the header `user,item,score`, a line for each user and item"
            }
            Self::Unknown { .. } => "use the ids of `users.csv` and `items.csv`, not their indices",
            Self::Score { .. } => "leave out what has no score: it ranks below all that has one",
            Self::Twice { .. } => "write each user and item once",
            Self::Missing { .. } => "give every user of `test_users.csv` at least one score",
            Self::Long => "write the best few hundred items of each user only",
        }
    }
}

/// A line of the file: user, item, score, its number.
type Line = (u32, u32, f64, u64);

impl ScoresFile {
    /// What stored models of this kind are called.
    pub const NAME: &'static str = "scores-file";

    /// Reads and checks the file against the split whose test users it scores; of the test part it sees only who they are.
    pub fn read(path: &Path, split: &Split) -> Result<Self, ScoresFileError> {
        let mut lines = read_lines(path, split)?;
        if lines.len() > u32::MAX as usize {
            return Err(ScoresFileError::Long);
        }
        refuse_twice(&mut lines, split)?;
        lines.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)).then(a.1.cmp(&b.1)));
        let (mut users, mut offsets) = (Vec::new(), vec![0]);
        for row in lines.chunk_by(|a, b| a.0 == b.0) {
            users.push(row[0].0);
            offsets.push(offsets[offsets.len() - 1] + row.len() as u32);
        }
        let mut missing = split.test.users.iter().filter(|user| users.binary_search(user).is_err());
        if let Some(&example) = missing.next() {
            let (missing, all) = (1 + missing.count(), split.test.users.len());
            return Err(ScoresFileError::Missing { missing, all, example: split.users[example as usize].clone() });
        }
        Ok(Self {
            users: Array1::from(users).into_shared(),
            offsets: Array1::from(offsets).into_shared(),
            items: lines.iter().map(|line| line.1).collect::<Array1<u32>>().into_shared(),
            scores: lines.iter().map(|line| line.2).collect::<Array1<f64>>().into_shared(),
        })
    }

    /// The model from its stored arrays.
    pub fn restore(weights: &Weights) -> Result<Self, WeightsError> {
        let model = Self {
            users: weights.u32("users")?,
            offsets: weights.u32("offsets")?,
            items: weights.u32("items")?,
            scores: weights.f64("scores")?,
        };
        let offsets = &model.offsets;
        let fit = offsets.len() == model.users.len() + 1
            && offsets.iter().zip(offsets.iter().skip(1)).all(|(a, b)| a <= b)
            && offsets.first() == Some(&0)
            && offsets.last().is_some_and(|&end| end as usize == model.items.len())
            && model.items.len() == model.scores.len();
        if fit { Ok(model) } else { Err(WeightsError::Inconsistent("its arrays do not fit together".to_owned())) }
    }

    /// The places of a user's entries.
    fn entries(&self, user: Option<usize>) -> std::ops::Range<usize> {
        let user = user.and_then(|user| u32::try_from(user).ok());
        let place = user.and_then(|user| self.users.as_slice().and_then(|users| users.binary_search(&user).ok()));
        place.map_or(0..0, |place| self.offsets[place] as usize..self.offsets[place + 1] as usize)
    }
}

impl Recommender for ScoresFile {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::new();
        weights.insert("users", self.users.clone());
        weights.insert("offsets", self.offsets.clone());
        weights.insert("items", self.items.clone());
        weights.insert("scores", self.scores.clone());
        weights
    }
}

impl Scorer for ScoresFile {
    /// Places, counted from the worst listed item up, rather than the scores themselves: these may differ by less than the
    /// scores of a block can hold. Equal scores have equal places; what is not listed is at 0.
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        scores.fill(0.0);
        for (row, mut row_scores) in scores.rows_mut().into_iter().enumerate() {
            let entries = self.entries(users.user(row));
            let (mut best, end) = (entries.start, entries.end);
            for entry in entries {
                if self.scores[entry] != self.scores[best] {
                    best = entry;
                }
                // Only a damaged file names an item that there is not.
                if let Some(score) = row_scores.get_mut(self.items[entry] as usize) {
                    *score = (end - best) as f32;
                }
            }
        }
    }
}

fn read_lines(path: &Path, split: &Split) -> Result<Vec<Line>, ScoresFileError> {
    let unreadable = |source| ScoresFileError::Csv { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(unreadable)?;
    let header = reader.headers().map_err(unreadable)?;
    let place = |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);
    let (Some(user), Some(item), Some(score), 3) = (place("user"), place("item"), place("score"), header.len()) else {
        let found: String = header.iter().collect::<Vec<_>>().join(",").chars().take(80).collect();
        return Err(ScoresFileError::Header { found });
    };
    let users: HashMap<&str, u32> = split.users.iter().map(String::as_str).zip(0..).collect();
    let items: HashMap<&str, u32> = split.items.ids.iter().map(String::as_str).zip(0..).collect();
    let mut lines = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(unreadable)? {
        let line = record.position().map_or(0, csv::Position::line);
        let index = |ids: &HashMap<&str, u32>, role: &'static str, id: &str| {
            ids.get(id).copied().ok_or_else(|| ScoresFileError::Unknown { line, role, id: id.to_owned() })
        };
        let number = record[score].parse::<f64>().ok().filter(|score| score.is_finite());
        let number = number.ok_or_else(|| ScoresFileError::Score { line, text: record[score].to_owned() })?;
        // Both zeros are one score.
        lines.push((index(&users, "user", &record[user])?, index(&items, "item", &record[item])?, number + 0.0, line));
    }
    Ok(lines)
}

fn refuse_twice(lines: &mut [Line], split: &Split) -> Result<(), ScoresFileError> {
    lines.sort_unstable_by_key(|&(user, item, _, line)| (user, item, line));
    let twice = lines.windows(2).filter(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
    match twice.min_by_key(|pair| pair[1].3) {
        None => Ok(()),
        Some(pair) => Err(ScoresFileError::Twice {
            line: pair[1].3,
            first: pair[0].3,
            user: split.users[pair[0].0 as usize].clone(),
            item: split.items.ids[pair[0].1 as usize].clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::ScoresFile;
    use crate::rec::data::{Holdout, Interactions, Split};
    use crate::rec::model::testing::{interactions_of, scores_of, split_of};
    use crate::rec::model::{Recommender, restore};

    /// Three training users and one more; users 0 and 3 are to be scored. Ids are `"0"`, `"1"`, ….
    fn split() -> Split {
        let mut split = split_of(4, &[&[0, 1], &[1, 3], &[1]]);
        split.users.push("3".to_owned());
        let history = interactions_of(4, &[&[0, 1], &[2]]);
        split.test = Holdout { users: vec![0, 3], history, targets: Interactions::empty(2, 4) };
        split
    }

    fn read(text: &str) -> Result<ScoresFile, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.csv");
        std::fs::write(&path, text).unwrap();
        ScoresFile::read(&path, &split()).map_err(|error| {
            assert!(!error.help().is_empty());
            error.to_string().replace(&path.display().to_string(), "FILE")
        })
    }

    #[test]
    fn what_is_listed_ranks_by_its_score_and_all_else_below() {
        let model = read("score,item,user\n-1.5,2,0\n7,3,0\n7.0,0,0\n0.1,1,3\n0.10000000000000001,2,3\n").unwrap();
        let scores = scores_of(model.ranking().unwrap(), &split().train);
        assert_eq!(scores.row(0).to_vec(), [3.0, 0.0, 1.0, 3.0], "equal scores have equal places");
        assert_eq!(scores.row(1).to_vec(), [0.0; 4], "nothing is said of this user");
        let close = read("user,item,score\n0,1,1.0000000000000002\n0,0,1\n3,0,1\n").unwrap();
        assert_eq!(scores_of(&close, &split().train).row(0).to_vec(), [1.0, 2.0, 0.0, 0.0]);
        let again = restore(ScoresFile::NAME, &serde_json::Value::Null, &model.weights()).unwrap();
        assert_eq!(again.weights(), model.weights());
        assert!(again.rating().is_none());
    }

    #[test]
    fn users_that_training_has_not_seen_are_found_too() {
        let model = read("user,item,score\n0,2,1\n3,1,1\n").unwrap();
        let split = split();
        let rows = [Some(0), None];
        let block = crate::rec::model::UserBlock::new(&split.test.history, &rows, 1, 1).of_users(&split.test.users);
        let mut scores = ndarray::Array2::from_elem((1, 4), f32::NAN);
        crate::rec::model::Scorer::score_into(&model, &block, scores.view_mut());
        assert_eq!(scores.row(0).to_vec(), [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn each_mistake_is_named_with_its_line() {
        let refused = |text: &str| read(text).unwrap_err();
        let header = "user,item,score\n0,1,1\n3,1,1\n";
        assert_eq!(refused("user,item\n"), "the scores file begins with `user,item`, not with `user,item,score`");
        assert_eq!(refused(""), "the scores file begins with ``, not with `user,item,score`");
        assert_eq!(refused(&format!("{header}x,1,1\n")), "line 4 of the scores file: the split has no user `x`");
        assert_eq!(refused(&format!("{header}0,9,1\n")), "line 4 of the scores file: the split has no item `9`");
        for score in ["nan", "inf", "", "1,5"] {
            assert!(read(&format!("{header}0,0,{score}\n")).is_err(), "{score}");
        }
        let twice = "line 4 of the scores file: the user `0` and the item `1` have a score on line 2 already";
        assert_eq!(refused(&format!("{header}0,1,2\n")), twice);
        let missing = "the scores file has no line for 1 of 2 users who are to be scored, such as `3`";
        assert_eq!(refused("user,item,score\n0,1,1\n"), missing);
    }
}
