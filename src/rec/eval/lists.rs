//! The recommendations of one model to all users of a holdout, in a file.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::Array2;

use super::user_sink::{ScoredUsers, UserLayout, UserSink};
use crate::rec::data::{StoreError, Stored, TensorFile};

/// Every user's recommendations, best first, down to one length.
///
/// A safetensors file with `users` (u32, `[n_users]`: index into [`Split::users`](crate::rec::data::Split::users), in the
/// order of the holdout's rows), `items` (u32, `[n_users, length]`; [`NO_ITEM`](super::NO_ITEM) past the end of a list that
/// is shorter, and everywhere for users who are not ranked) and `scores` (f32, `[n_users, length]`; 0 there). It is written
/// and read some users at a time.
#[derive(Debug)]
pub struct StoredLists {
    file: TensorFile,
    n_users: usize,
    length: usize,
}

/// The recommendations to some users.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    /// Index into [`Split::users`](crate::rec::data::Split::users). Shape: `[n_users]`.
    pub users: Vec<u32>,
    /// Shape: `[n_users, length]`.
    pub items: Array2<u32>,
    /// Shape: `[n_users, length]`.
    pub scores: Array2<f32>,
}

impl StoredLists {
    /// The lists in a file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = TensorFile::open(path)?;
        let shapes = [file.shape::<u32>("users")?, file.shape::<u32>("items")?, file.shape::<f32>("scores")?];
        let [&[n_users], &[rows, length], &[of_scores, as_long]] = shapes else {
            return Err(file.damaged("its arrays have other dimensions"));
        };
        if [rows, of_scores] != [n_users; 2] || length != as_long {
            return Err(file.damaged("its arrays do not fit together"));
        }
        Ok(Self { file, n_users, length })
    }

    /// Number of users.
    pub fn n_users(&self) -> usize {
        self.n_users
    }

    /// The length of the longest possible list.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The lists of a range of users, by their place in the file.
    pub fn read(&self, range: Range<usize>) -> Result<Lists, StoreError> {
        let cells = range.start * self.length..range.end * self.length;
        let shape = (range.len(), self.length);
        let fit = |_| self.file.damaged("its arrays do not fit together");
        Ok(Lists {
            items: Array2::from_shape_vec(shape, self.file.read("items", cells.clone())?).map_err(fit)?,
            scores: Array2::from_shape_vec(shape, self.file.read("scores", cells)?).map_err(fit)?,
            users: self.file.read("users", range)?,
        })
    }
}

/// Writes the lists of an evaluation into a file.
#[derive(Debug)]
pub struct ListsWriter {
    path: PathBuf,
    begun: Option<(TensorFile, usize)>,
    n_written: usize,
}

impl ListsWriter {
    /// Will write this file, unless nothing is ranked.
    pub fn new(path: PathBuf) -> Self {
        Self { path, begun: None, n_written: 0 }
    }
}

impl UserSink for ListsWriter {
    fn begin(&mut self, layout: &UserLayout<'_>) -> io::Result<()> {
        let (n_users, length) = (layout.n_users, layout.list_length);
        if length > 0 {
            let arrays = vec![
                ("users", u32::DTYPE, vec![n_users]),
                ("items", u32::DTYPE, vec![n_users, length]),
                ("scores", f32::DTYPE, vec![n_users, length]),
            ];
            self.begun = Some((TensorFile::create(&self.path, arrays).map_err(io::Error::other)?, length));
        }
        Ok(())
    }

    fn add(&mut self, users: &ScoredUsers) -> io::Result<()> {
        let Some((file, length)) = &self.begun else { return Ok(()) };
        let start = self.n_written * length;
        let (items, scores) = (users.items.as_slice(), users.scores.as_slice());
        let (items, scores) = (items.expect("lists are row-major"), scores.expect("lists are row-major"));
        let written = file
            .write("users", self.n_written, &users.users)
            .and_then(|()| file.write("items", start, items))
            .and_then(|()| file.write("scores", start, scores));
        self.n_written += users.users.len();
        written.map_err(io::Error::other)
    }
}
