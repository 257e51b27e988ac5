//! Named arrays: what a fitted model is stored as.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use ndarray::{ArcArray, Array, Dimension, Ix2, IxDyn};
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensorError, View};

use crate::rec::linalg::Real;
use crate::rec::nn::Parameter;

/// One array of a model. The elements are shared: cloning one costs nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Tensor {
    /// Single precision.
    F32(ArcArray<f32, IxDyn>),
    /// Double precision.
    F64(ArcArray<f64, IxDyn>),
    /// Indices and counts.
    U32(ArcArray<u32, IxDyn>),
}

impl Tensor {
    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::F32(array) => array.shape(),
            Self::F64(array) => array.shape(),
            Self::U32(array) => array.shape(),
        }
    }
}

/// What the elements of stored arrays can be.
pub trait Element: Sized + Clone {
    /// The array, if its elements are of this type.
    fn of(tensor: &Tensor) -> Option<&ArcArray<Self, IxDyn>>;

    /// The array with its type erased.
    fn erase(array: ArcArray<Self, IxDyn>) -> Tensor;
}

macro_rules! tensor_from {
    ($element:ty, $variant:ident) => {
        impl Element for $element {
            fn of(tensor: &Tensor) -> Option<&ArcArray<Self, IxDyn>> {
                match tensor {
                    Tensor::$variant(array) => Some(array),
                    _ => None,
                }
            }

            fn erase(array: ArcArray<Self, IxDyn>) -> Tensor {
                Tensor::$variant(array)
            }
        }

        impl<D: Dimension> From<Array<$element, D>> for Tensor {
            fn from(array: Array<$element, D>) -> Self {
                Self::$variant(array.into_dyn().into_shared())
            }
        }

        impl<D: Dimension> From<ArcArray<$element, D>> for Tensor {
            fn from(array: ArcArray<$element, D>) -> Self {
                Self::$variant(array.into_dyn())
            }
        }
    };
}
tensor_from!(f32, F32);
tensor_from!(f64, F64);
tensor_from!(u32, U32);

/// Named arrays in name order; stored as safetensors.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
}

/// Stored arrays that are not what the model is made of.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// An array is not there, or not of the right type or number of dimensions.
    #[error("the stored model has no array `{name}` of the expected type and dimensions")]
    Missing {
        /// The name looked for.
        name: String,
    },
    /// The arrays do not fit together.
    #[error("the stored model cannot be used: {0}")]
    Inconsistent(String),
    /// The file is not what it should be.
    #[error("the stored model cannot be read: {0}")]
    Format(String),
    /// The file could not be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Weights {
    /// No arrays.
    pub fn new() -> Self {
        Self::default()
    }

    /// The values of a network's parameters under their names.
    pub fn of_parameters<'a, F: Element + 'a>(
        parameters: impl IntoIterator<Item = (String, &'a Parameter<F>)>,
    ) -> Self {
        let tensors = parameters.into_iter().map(|(name, parameter)| {
            let value = parameter.value.clone().into_dyn().into_shared();
            (name, F::erase(value))
        });
        Self { tensors: tensors.collect() }
    }

    /// Gives a network's parameters the values that are stored under their names.
    ///
    /// Fails if one is missing or of another shape; the parameters before it have their values then.
    pub fn restore_parameters<'a, F: Real + Element>(
        &self,
        parameters: impl IntoIterator<Item = (String, &'a mut Parameter<F>)>,
    ) -> Result<(), WeightsError> {
        for (name, parameter) in parameters {
            let value = self.array::<F, Ix2>(&name)?;
            if value.dim() != parameter.value.dim() {
                let message = format!("array `{name}` has another shape than the parameters say");
                return Err(WeightsError::Inconsistent(message));
            }
            parameter.value = value.into_owned();
        }
        Ok(())
    }

    /// Adds an array, or replaces the one of that name.
    pub fn insert(&mut self, name: &str, tensor: impl Into<Tensor>) {
        self.tensors.insert(name.to_owned(), tensor.into());
    }

    /// The arrays in name order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The array of that name, of the element type and dimensions asked for.
    pub fn array<T: Element, D: Dimension>(&self, name: &str) -> Result<ArcArray<T, D>, WeightsError> {
        let array = self.tensors.get(name).and_then(T::of).ok_or_else(|| Self::missing(name))?;
        array.clone().into_dimensionality().map_err(|_| Self::missing(name))
    }

    /// The array of that name, single precision, of the dimensions asked for.
    pub fn f32<D: Dimension>(&self, name: &str) -> Result<ArcArray<f32, D>, WeightsError> {
        self.array(name)
    }

    /// The array of that name, double precision, of the dimensions asked for.
    pub fn f64<D: Dimension>(&self, name: &str) -> Result<ArcArray<f64, D>, WeightsError> {
        self.array(name)
    }

    /// The array of that name, indices or counts, of the dimensions asked for.
    pub fn u32<D: Dimension>(&self, name: &str) -> Result<ArcArray<u32, D>, WeightsError> {
        self.array(name)
    }

    /// Writes a safetensors file. Equal arrays give equal bytes.
    ///
    /// The file appears under its name when it is complete; it is not synced.
    pub fn write(&self, path: &Path) -> Result<(), WeightsError> {
        let views = self.tensors.iter().map(|(name, tensor)| (name.as_str(), Stored(tensor)));
        safetensors::serialize_to_file(views, None, path).map_err(|error| match error {
            SafeTensorError::IoError(error) => WeightsError::Io(error),
            other => WeightsError::Format(other.to_string()),
        })
    }

    /// Reads a safetensors file; each array goes from the file straight into its own memory.
    pub fn read(path: &Path) -> Result<Self, WeightsError> {
        let mut file = File::open(path)?;
        let file_bytes = file.metadata()?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length)?;
        let header_bytes = u64::from_le_bytes(length);
        if header_bytes > file_bytes.saturating_sub(8) {
            return Err(WeightsError::Format("its header is longer than the file".to_owned()));
        }
        let mut header = vec![0; header_bytes as usize];
        file.read_exact(&mut header)?;
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|error| WeightsError::Format(error.to_string()))?;

        let mut weights = Self::new();
        let mut offset = 0;
        for name in metadata.offset_keys() {
            let Some(info) = metadata.info(&name) else {
                return Err(Self::missing(&name));
            };
            // Arrays follow each other without gaps, so reading in offset order needs no seeking.
            if info.data_offsets.0 != offset || info.data_offsets.1 as u64 > file_bytes - 8 - header_bytes {
                return Err(WeightsError::Format(format!("array `{name}` lies outside of the file")));
            }
            offset = info.data_offsets.1;
            let tensor = read_tensor(&mut file, &name, info)?;
            weights.insert(&name, tensor);
        }
        Ok(weights)
    }

    fn missing(name: &str) -> WeightsError {
        WeightsError::Missing { name: name.to_owned() }
    }
}

fn read_tensor(file: &mut File, name: &str, info: &TensorInfo) -> Result<Tensor, WeightsError> {
    match info.dtype {
        Dtype::F32 => Ok(read_elements::<f32>(file, name, info)?.into()),
        Dtype::F64 => Ok(read_elements::<f64>(file, name, info)?.into()),
        Dtype::U32 => Ok(read_elements::<u32>(file, name, info)?.into()),
        other => Err(WeightsError::Format(format!("array `{name}` has elements of type {other:?}"))),
    }
}

fn read_elements<T: bytemuck::Pod>(
    file: &mut File,
    name: &str,
    info: &TensorInfo,
) -> Result<Array<T, IxDyn>, WeightsError> {
    let n_bytes = info.data_offsets.1 - info.data_offsets.0;
    let n_elements = info.shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length));
    if n_elements.and_then(|n| n.checked_mul(size_of::<T>())) != Some(n_bytes) {
        return Err(WeightsError::Format(format!("the size of array `{name}` does not fit its shape")));
    }
    let mut elements = vec![T::zeroed(); n_bytes / size_of::<T>()];
    file.read_exact(bytemuck::cast_slice_mut(&mut elements))?;
    Array::from_shape_vec(info.shape.clone(), elements).map_err(|error| WeightsError::Format(error.to_string()))
}

/// A tensor as safetensors wants to see it: little-endian bytes in row-major order.
struct Stored<'a>(&'a Tensor);

#[cfg(target_endian = "big")]
compile_error!("stored arrays are little-endian and are read without conversion");

impl View for Stored<'_> {
    fn dtype(&self) -> Dtype {
        match self.0 {
            Tensor::F32(_) => Dtype::F32,
            Tensor::F64(_) => Dtype::F64,
            Tensor::U32(_) => Dtype::U32,
        }
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        match self.0 {
            Tensor::F32(array) => bytes(array),
            Tensor::F64(array) => bytes(array),
            Tensor::U32(array) => bytes(array),
        }
    }

    fn data_len(&self) -> usize {
        let element_bytes = if matches!(self.0, Tensor::F64(_)) { 8 } else { 4 };
        self.0.shape().iter().product::<usize>() * element_bytes
    }
}

fn bytes<T: bytemuck::Pod>(array: &ArcArray<T, IxDyn>) -> Cow<'_, [u8]> {
    match array.as_slice() {
        Some(elements) => Cow::Borrowed(bytemuck::cast_slice(elements)),
        None => Cow::Owned(bytemuck::cast_slice(&array.iter().copied().collect::<Vec<_>>()).to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Weights, WeightsError};
    use ndarray::{Ix1, Ix2, array};

    fn weights() -> Weights {
        let mut weights = Weights::new();
        weights.insert("b", array![[1.0_f64, 2.0, 3.0], [4.0, 5.0, 6.0]].reversed_axes());
        weights.insert("a", array![0.5_f32, -1.5, 7.0]);
        weights.insert("c", array![3_u32]);
        weights
    }

    #[test]
    fn a_file_gives_back_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        weights().write(&first).unwrap();
        let read = Weights::read(&first).unwrap();
        assert_eq!(read, weights());
        assert_eq!(read.f64::<Ix2>("b").unwrap()[[2, 1]], 6.0);
        read.write(&second).unwrap();
        assert_eq!(std::fs::read(first).unwrap(), std::fs::read(second).unwrap());
    }

    #[test]
    fn other_types_dimensions_and_names_are_missing() {
        let weights = weights();
        assert!(matches!(weights.f32::<Ix1>("b"), Err(WeightsError::Missing { .. })));
        assert!(matches!(weights.f64::<Ix1>("b"), Err(WeightsError::Missing { .. })));
        assert!(matches!(weights.u32::<Ix1>("d"), Err(WeightsError::Missing { .. })));
    }

    #[test]
    fn damaged_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights");
        weights().write(&path).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for len in [0, 7, 8, 20, whole.len() - 1] {
            std::fs::write(&path, &whole[..len]).unwrap();
            assert!(Weights::read(&path).is_err(), "{len} bytes");
        }
    }
}
