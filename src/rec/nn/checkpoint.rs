//! Stored trainings, from which an interrupted or lengthened one goes on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ndarray::{Array1, Array2, Ix1, Ix2, arr1};

use crate::disk::CHECKPOINT;

use super::train::State;
use super::{CurvePoint, Learner, Optimiser};
use crate::rec::linalg::Real;
use crate::rec::model::{Element, Weights, WeightsError};
use crate::rec::{Monitor, Spent};

/// Storing may take this share of the time: a checkpoint is due when the last one took less than that since.
const SHARE: u32 = 20;
/// Hexadecimal digits of a file's blake3 hash in its name, so that a torn file is told from a whole one.
const DIGITS: usize = 16;

/// The folder in which one training keeps its states, a file each: `epoch-<epochs>-<hash>.safetensors`.
///
/// A state of more epochs than are asked for is left alone; those of fewer are replaced by the next.
pub(super) struct Checkpoints<'a> {
    monitor: &'a dyn Monitor,
    saved: Instant,
    took: Duration,
    newest: Option<u32>,
}

impl<'a> Checkpoints<'a> {
    /// Those in the folder that the monitor offers, which need not be there; without a folder, nothing is stored.
    pub(super) fn of(monitor: &'a dyn Monitor) -> Self {
        Self { monitor, saved: Instant::now(), took: Duration::ZERO, newest: None }
    }

    /// Puts the newest whole state of at most `epochs` epochs into learner and optimiser.
    pub(super) fn restore<F: Real + Element>(
        &mut self,
        epochs: u32,
        learner: &mut dyn Learner<F>,
        optimiser: &mut dyn Optimiser<F>,
    ) -> Option<State<F>> {
        let mut files = files(self.monitor.checkpoint_dir()?).unwrap_or_default();
        files.retain(|file| file.epochs <= epochs);
        files.sort_by_key(|file| std::cmp::Reverse(file.epochs));
        for file in files {
            match file.read().and_then(|weights| unpack(&weights, learner, optimiser)) {
                Ok((state, spent)) => {
                    tracing::info!(epochs = state.epochs(), "training goes on from a checkpoint");
                    self.newest = Some(file.epochs);
                    self.monitor.goes_on_from(spent);
                    return Some(state);
                }
                Err(error) => tracing::warn!("checkpoint `{}` is left aside: {error}", file.path.display()),
            }
        }
        None
    }

    /// Stores the state if enough time has passed for it to cost little.
    pub(super) fn save_if_due<F: Real + Element>(
        &mut self,
        state: &State<F>,
        learner: &mut dyn Learner<F>,
        optimiser: &mut dyn Optimiser<F>,
    ) {
        if self.saved.elapsed() >= self.took * SHARE {
            self.save(state, learner, optimiser);
        }
    }

    /// Stores the state unless it is there. A training whose state cannot be stored goes on without.
    pub(super) fn save<F: Real + Element>(
        &mut self,
        state: &State<F>,
        learner: &mut dyn Learner<F>,
        optimiser: &mut dyn Optimiser<F>,
    ) {
        let Some(dir) = self.monitor.checkpoint_dir() else { return };
        if self.newest == Some(state.epochs()) {
            return;
        }
        let begun = Instant::now();
        if let Err(error) = write(dir, state.epochs(), &pack(state, self.monitor.spent(), learner, optimiser)) {
            tracing::warn!("no checkpoint after epoch {}: {error}", state.epochs());
        }
        self.newest = Some(state.epochs());
        self.saved = Instant::now();
        self.took = begun.elapsed();
    }
}

/// A stored state.
struct StateFile {
    path: PathBuf,
    epochs: u32,
    hash: String,
}

impl StateFile {
    fn of(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (epochs, hash) = name.strip_prefix("epoch-")?.strip_suffix(".safetensors")?.split_once('-')?;
        Some(Self { epochs: epochs.parse().ok()?, hash: hash.to_owned(), path })
    }

    fn read(&self) -> Result<Weights, WeightsError> {
        if hash(&self.path)? != self.hash {
            return Err(WeightsError::Format("it is damaged".to_owned()));
        }
        Weights::read(&self.path)
    }
}

fn files(dir: &Path) -> io::Result<Vec<StateFile>> {
    let paths = fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter_map(StateFile::of).collect())
}

/// Writes a state, then removes those of fewer epochs, and what writers that were killed left. The folder has one user.
fn write(dir: &Path, epochs: u32, weights: &Weights) -> Result<(), WeightsError> {
    CHECKPOINT.make_dir(dir)?;
    let partial = dir.join(format!("partial-{}", std::process::id()));
    let path = CHECKPOINT.write_by(&partial, |path| weights.write(path)).and_then(|()| {
        let path = dir.join(format!("epoch-{epochs:06}-{}.safetensors", hash(&partial)?));
        CHECKPOINT.rename(&partial, &path)?;
        Ok(path)
    });
    if path.is_err() {
        // What is left of it takes room and helps nobody.
        let _ = CHECKPOINT.remove_file(&partial);
    }
    let path = path?;
    for entry in fs::read_dir(dir)? {
        let other = entry?.path();
        let is_older = StateFile::of(other.clone()).is_some_and(|file| file.epochs <= epochs);
        let is_partial = other.file_name().is_some_and(|name| name.to_string_lossy().starts_with("partial-"));
        if other != path && (is_older || is_partial) {
            CHECKPOINT.remove_file(&other)?;
        }
    }
    Ok(())
}

fn hash(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    // Not mapped: what is mapped counts as memory of this process.
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex()[..DIGITS].to_owned())
}

/// A training, and what it has cost, as named arrays.
fn pack<F: Real + Element>(
    state: &State<F>,
    spent: Spent,
    learner: &mut dyn Learner<F>,
    optimiser: &mut dyn Optimiser<F>,
) -> Weights {
    let mut weights = Weights::new();
    let column = |value: fn(&CurvePoint) -> Option<f64>| -> Array1<f64> {
        state.points.iter().map(|point| value(point).unwrap_or(f64::NAN)).collect()
    };
    weights.insert("curve/loss", column(|point| point.loss));
    weights.insert("curve/validation", column(|point| point.validation));
    weights.insert("batches", Array1::from_elem(1, state.batches as f64));
    let [cpu, bytes] = [spent.cpu.map(|cpu| cpu.as_secs_f64()), spent.peak_memory_bytes.map(|bytes| bytes as f64)];
    weights.insert("spent", arr1(&[spent.wall.as_secs_f64(), cpu.unwrap_or(f64::NAN), bytes.unwrap_or(f64::NAN)]));
    let parameters = learner.parameters();
    if let Some((epoch, best)) = &state.best {
        weights.insert("best/epoch", Array1::from_elem(1, *epoch));
        for ((name, _), value) in parameters.iter().zip(best) {
            weights.insert(&format!("best/{name}"), F::erase(value.clone().into_dyn().into_shared()));
        }
    }
    for (name, parameter) in parameters {
        weights.insert(&format!("value/{name}"), F::erase(parameter.value.clone().into_dyn().into_shared()));
    }
    for (name, memory) in optimiser.memory() {
        weights.insert(&format!("optimiser/{name}"), F::erase(memory.clone().into_dyn().into_shared()));
    }
    weights
}

/// The reverse of [`pack`]; nothing is changed unless everything fits.
fn unpack<F: Real + Element>(
    weights: &Weights,
    learner: &mut dyn Learner<F>,
    optimiser: &mut dyn Optimiser<F>,
) -> Result<(State<F>, Spent), WeightsError> {
    let (losses, validations) = (weights.f64::<Ix1>("curve/loss")?, weights.f64::<Ix1>("curve/validation")?);
    let value = |value: f64| Some(value).filter(|value| !value.is_nan());
    let points: Vec<_> = losses
        .iter()
        .zip(&validations)
        .map(|(&loss, &validation)| CurvePoint { loss: value(loss), validation: value(validation) })
        .collect();
    let batches = weights.f64::<Ix1>("batches")?.first().copied().unwrap_or_default() as u64;
    let spent = unpack_spent(&weights.f64::<Ix1>("spent")?.to_vec())
        .ok_or_else(|| WeightsError::Inconsistent("array `spent` holds no times".to_owned()))?;

    let array = |name: String, like: &Array2<F>| -> Result<Array2<F>, WeightsError> {
        let array = weights.array::<F, Ix2>(&name)?.into_owned();
        if array.dim() == like.dim() {
            Ok(array)
        } else {
            Err(WeightsError::Inconsistent(format!("array `{name}` has another shape")))
        }
    };
    let all = |prefix: &str, learner: &mut dyn Learner<F>| -> Result<Vec<_>, WeightsError> {
        let parameters = learner.parameters().into_iter();
        parameters.map(|(name, parameter)| array(format!("{prefix}/{name}"), &parameter.value)).collect()
    };
    let values = all("value", learner)?;
    let best = match weights.u32::<Ix1>("best/epoch") {
        Ok(epoch) => {
            let epoch = epoch.first().copied().unwrap_or_default();
            if !(1..=points.len() as u32).contains(&epoch) {
                return Err(WeightsError::Inconsistent(format!("there is no epoch {epoch}")));
            }
            Some((epoch, all("best", learner)?))
        }
        Err(_) => None,
    };
    let memory = optimiser
        .memory()
        .into_iter()
        .map(|(name, memory)| array(format!("optimiser/{name}"), memory))
        .collect::<Result<Vec<_>, _>>()?;

    learner.parameters().into_iter().zip(values).for_each(|((_, parameter), value)| parameter.value = value);
    optimiser.memory().into_iter().zip(memory).for_each(|((_, slot), memory)| *slot = memory);
    Ok((State { points, batches, best }, spent))
}

fn unpack_spent(numbers: &[f64]) -> Option<Spent> {
    let &[wall, cpu, bytes] = numbers else { return None };
    let known = |number: f64| Some(number).filter(|number| !number.is_nan());
    Some(Spent {
        wall: Duration::try_from_secs_f64(wall).ok()?,
        cpu: known(cpu).map(Duration::try_from_secs_f64).transpose().ok()?,
        peak_memory_bytes: known(bytes).map(|bytes| bytes as u64),
    })
}
