//! A safetensors file that is written and read in parts, so that no array need fit into memory.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytemuck::{Pod, cast_slice, cast_slice_mut, zeroed_vec};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};

use super::StoreError;

/// What the elements of an array in a file can be.
pub(crate) trait Stored: Pod {
    /// What the file calls them.
    const DTYPE: Dtype;
}

impl Stored for u32 {
    const DTYPE: Dtype = Dtype::U32;
}

impl Stored for f32 {
    const DTYPE: Dtype = Dtype::F32;
}

impl Stored for f64 {
    const DTYPE: Dtype = Dtype::F64;
}

impl Stored for i64 {
    const DTYPE: Dtype = Dtype::I64;
}

impl Stored for u64 {
    const DTYPE: Dtype = Dtype::U64;
}

/// The name of an array, its elements and the lengths of its axes.
pub(crate) type Declared<'a> = (&'a str, Dtype, Vec<usize>);

/// A file of arrays whose names and shapes are known and whose elements are read or written as they are needed.
#[derive(Debug)]
pub(crate) struct TensorFile {
    path: PathBuf,
    file: File,
    /// Where the elements of the first array begin.
    data_start: u64,
    metadata: Metadata,
}

impl TensorFile {
    /// A new file with arrays of zeros, in this order.
    pub(crate) fn create(path: &Path, arrays: Vec<Declared<'_>>) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: path.to_owned(), source };
        let mut end = 0;
        let infos = arrays.into_iter().map(|(name, dtype, shape)| {
            let start = end;
            end += shape.iter().product::<usize>() * dtype.bitsize() / 8;
            (name.to_owned(), TensorInfo { dtype, shape, data_offsets: (start, end) })
        });
        let metadata = Metadata::new(None, infos.collect()).map_err(|error| io(std::io::Error::other(error)))?;
        let mut header = serde_json::to_vec(&metadata).map_err(|error| io(error.into()))?;
        header.resize(header.len().next_multiple_of(8), b' ');
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path).map_err(io)?;
        file.write_all_at(&(header.len() as u64).to_le_bytes(), 0).map_err(io)?;
        file.write_all_at(&header, 8).map_err(io)?;
        let data_start = 8 + header.len() as u64;
        file.set_len(data_start + metadata.data_len() as u64).map_err(io)?;
        Ok(Self { path: path.to_owned(), file, data_start, metadata })
    }

    /// A file that is there.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let file_bytes = file.metadata().map_err(io)?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(io)?;
        let header_bytes = u64::from_le_bytes(length);
        if header_bytes > file_bytes.saturating_sub(8) {
            return Err(StoreError::damaged(path, "its header is longer than the file"));
        }
        let mut header = vec![0; header_bytes as usize];
        file.read_exact(&mut header).map_err(io)?;
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|error| StoreError::damaged(path, error.to_string()))?;
        let data_start = 8 + header_bytes;
        if metadata.data_len() as u64 > file_bytes - data_start {
            return Err(StoreError::damaged(path, "it is shorter than its header says"));
        }
        Ok(Self { path: path.to_owned(), file, data_start, metadata })
    }

    /// Lengths of the axes of an array with elements of this type.
    pub(crate) fn shape<T: Stored>(&self, name: &str) -> Result<&[usize], StoreError> {
        Ok(&self.info::<T>(name)?.shape)
    }

    /// A range of the elements of an array, in row-major order.
    pub(crate) fn read<T: Stored>(&self, name: &str, range: Range<usize>) -> Result<Vec<T>, StoreError> {
        let at = self.position::<T>(name, &range)?;
        let mut elements: Vec<T> = zeroed_vec(range.len());
        self.file.read_exact_at(cast_slice_mut(&mut elements), at).map_err(|source| self.io(source))?;
        Ok(elements)
    }

    /// Writes elements of an array, from the `start`-th on.
    pub(crate) fn write<T: Stored>(&self, name: &str, start: usize, elements: &[T]) -> Result<(), StoreError> {
        let at = self.position::<T>(name, &(start..start + elements.len()))?;
        self.file.write_all_at(cast_slice(elements), at).map_err(|source| self.io(source))
    }

    /// An error that names this file.
    pub(crate) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::damaged(&self.path, what)
    }

    fn io(&self, source: std::io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), source }
    }

    fn info<T: Stored>(&self, name: &str) -> Result<&TensorInfo, StoreError> {
        let info = self.metadata.info(name).filter(|info| info.dtype == T::DTYPE);
        info.ok_or_else(|| self.damaged(format!("it has no array `{name}` of {:?}", T::DTYPE)))
    }

    /// Where a range of elements begins in the file.
    fn position<T: Stored>(&self, name: &str, range: &Range<usize>) -> Result<u64, StoreError> {
        let info = self.info::<T>(name)?;
        let (start, end) = info.data_offsets;
        if range.start > range.end || range.end > (end - start) / size_of::<T>() {
            return Err(self.damaged(format!("`{name}` has no elements {} to {}", range.start, range.end)));
        }
        Ok(self.data_start + (start + range.start * size_of::<T>()) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Stored, TensorFile};
    use safetensors::SafeTensors;

    #[test]
    fn parts_written_in_any_order_make_a_file_that_others_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arrays.safetensors");
        let declared = vec![("a", u32::DTYPE, vec![3]), ("b", f64::DTYPE, vec![2, 2])];
        let file = TensorFile::create(&path, declared).unwrap();
        file.write("b", 2, &[3.0, 4.0]).unwrap();
        file.write("a", 0, &[7_u32, 8, 9]).unwrap();
        file.write("b", 0, &[1.0, 2.0]).unwrap();
        assert!(file.write("b", 3, &[1.0, 2.0]).is_err() && file.write("a", 0, &[1.0_f32]).is_err());

        let bytes = std::fs::read(&path).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(tensors.tensor("b").unwrap().data(), bytemuck::cast_slice::<f64, u8>(&[1.0, 2.0, 3.0, 4.0]));

        let file = TensorFile::open(&path).unwrap();
        assert_eq!(file.shape::<f64>("b").unwrap(), [2, 2]);
        assert_eq!(file.read::<u32>("a", 1..3).unwrap(), [8, 9]);
        assert!(file.read::<u32>("a", 1..4).is_err() && file.read::<f32>("a", 0..1).is_err());
        for length in [0, 7, 20, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(TensorFile::open(&path).is_err(), "{length} bytes");
        }
    }
}
