//! Named one-dimensional arrays in one safetensors file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bytemuck::{Pod, cast_slice, cast_slice_mut, zeroed_vec};
use safetensors::{Dtype, SafeTensors, View};

use super::{StoreError, read, write};
use crate::rec::data::Interactions;

/// A column of numbers on its way to a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column<'a> {
    U32(&'a [u32]),
    F32(&'a [f32]),
    I64(&'a [i64]),
    U64(&'a [u64]),
}

/// What the file format wants to know of a column. Numbers are stored little-endian, as they lie in memory on every
/// platform that OpenBLAS is packaged for.
struct Stored<'a> {
    column: Column<'a>,
    shape: [usize; 1],
}

impl View for &Stored<'_> {
    fn dtype(&self) -> Dtype {
        match self.column {
            Column::U32(_) => Dtype::U32,
            Column::F32(_) => Dtype::F32,
            Column::I64(_) => Dtype::I64,
            Column::U64(_) => Dtype::U64,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.column.bytes())
    }

    fn data_len(&self) -> usize {
        self.column.bytes().len()
    }
}

impl<'a> Column<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Column::U32(values) => cast_slice(values),
            Column::F32(values) => cast_slice(values),
            Column::I64(values) => cast_slice(values),
            Column::U64(values) => cast_slice(values),
        }
    }

    fn len(self) -> usize {
        match self {
            Column::U32(values) => values.len(),
            Column::F32(values) => values.len(),
            Column::I64(values) => values.len(),
            Column::U64(values) => values.len(),
        }
    }
}

/// Writes columns; the order in which they are given changes nothing.
pub(super) fn write_arrays(path: &Path, columns: &[(String, Column<'_>)]) -> Result<(), StoreError> {
    let stored: Vec<(&String, Stored<'_>)> =
        columns.iter().map(|(name, column)| (name, Stored { column: *column, shape: [column.len()] })).collect();
    let bytes = safetensors::serialize(stored.iter().map(|(name, column)| (*name, column)), None)
        .map_err(|error| StoreError::Io { path: path.to_owned(), source: std::io::Error::other(error) })?;
    write(path, &bytes)
}

/// The bytes of a file of columns.
pub(super) struct ArrayFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl ArrayFile {
    pub(super) fn read(path: PathBuf) -> Result<Self, StoreError> {
        let bytes = read(&path)?;
        Ok(Self { path, bytes })
    }

    pub(super) fn open(&self) -> Result<Arrays<'_>, StoreError> {
        let tensors = SafeTensors::deserialize(&self.bytes)
            .map_err(|error| StoreError::damaged(&self.path, error.to_string()))?;
        Ok(Arrays { path: &self.path, tensors })
    }
}

/// The columns of a file.
pub(super) struct Arrays<'a> {
    path: &'a Path,
    tensors: SafeTensors<'a>,
}

impl Arrays<'_> {
    pub(super) fn u32(&self, name: &str) -> Result<Vec<u32>, StoreError> {
        self.column(name, Dtype::U32)
    }

    pub(super) fn f32(&self, name: &str) -> Result<Vec<f32>, StoreError> {
        self.column(name, Dtype::F32)
    }

    pub(super) fn i64(&self, name: &str) -> Result<Vec<i64>, StoreError> {
        self.column(name, Dtype::I64)
    }

    pub(super) fn u64(&self, name: &str) -> Result<Vec<u64>, StoreError> {
        self.column(name, Dtype::U64)
    }

    /// An error that names this file.
    pub(super) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::damaged(self.path, what)
    }

    fn column<T: Pod>(&self, name: &str, dtype: Dtype) -> Result<Vec<T>, StoreError> {
        let tensor = self.tensors.tensor(name).map_err(|error| self.damaged(error.to_string()))?;
        if tensor.dtype() != dtype || tensor.shape().len() != 1 {
            return Err(self.damaged(format!("`{name}` is not a column of {dtype:?}")));
        }
        // The bytes in the file need not be aligned for the type: they are copied.
        let mut values: Vec<T> = zeroed_vec(tensor.shape()[0]);
        let target: &mut [u8] = cast_slice_mut(&mut values);
        if target.len() != tensor.data().len() {
            return Err(self.damaged(format!("`{name}` has a length that does not fit its shape")));
        }
        target.copy_from_slice(tensor.data());
        Ok(values)
    }

    /// The matrix stored under `prefix`, of so many columns.
    pub(super) fn interactions(&self, prefix: &str, n_items: usize) -> Result<Interactions, StoreError> {
        let offsets = self.u64(&format!("{prefix}.offsets"))?;
        let [items, ratings, times] = ["items", "ratings", "times"].map(|column| format!("{prefix}.{column}"));
        let matrix = Interactions::try_from_parts(
            n_items,
            offsets.into_iter().map(|offset| offset as usize).collect(),
            self.u32(&items)?,
            self.f32(&ratings)?,
            self.i64(&times)?,
        )
        .map_err(|problem| self.damaged(format!("`{prefix}`: {problem}")))?;
        let mut last_row = vec![usize::MAX; n_items];
        for row in 0..matrix.n_users() {
            for &item in matrix.items_of(row) {
                if std::mem::replace(&mut last_row[item as usize], row) == row {
                    return Err(self.damaged(format!("`{prefix}`: row {row} has item {item} twice")));
                }
            }
        }
        Ok(matrix)
    }
}

/// The offsets of a matrix as they are stored.
pub(super) fn stored_offsets(matrix: &Interactions) -> Vec<u64> {
    matrix.offsets().iter().map(|&offset| offset as u64).collect()
}

/// The columns of a matrix under `prefix`.
pub(super) fn columns<'a>(prefix: &str, matrix: &'a Interactions, offsets: &'a [u64]) -> [(String, Column<'a>); 4] {
    [
        (format!("{prefix}.offsets"), Column::U64(offsets)),
        (format!("{prefix}.items"), Column::U32(matrix.items())),
        (format!("{prefix}.ratings"), Column::F32(matrix.ratings())),
        (format!("{prefix}.times"), Column::I64(matrix.times())),
    ]
}
