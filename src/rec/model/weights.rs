//! Named arrays: what a fitted model is stored as.

use std::collections::BTreeMap;

use ndarray::{Array, ArrayD, Dimension};

/// One array of a model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Tensor {
    /// Single precision.
    F32(ArrayD<f32>),
    /// Double precision.
    F64(ArrayD<f64>),
    /// Indices and counts.
    U32(ArrayD<u32>),
}

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

    /// Adds an array.
    pub fn insert(&mut self, name: &str, tensor: Tensor) {
        self.tensors.insert(name.to_owned(), tensor);
    }

    /// The array of that name, single precision, of the dimensions asked for.
    pub fn f32<D: Dimension>(&self, name: &str) -> Result<Array<f32, D>, WeightsError> {
        match self.tensors.get(name) {
            Some(Tensor::F32(array)) => array.clone().into_dimensionality().map_err(|_| Self::missing(name)),
            _ => Err(Self::missing(name)),
        }
    }

    fn missing(name: &str) -> WeightsError {
        WeightsError::Missing { name: name.to_owned() }
    }
}
