//! Learning rates that fall as epochs pass.

/// The learning rate of each epoch.
#[derive(Debug, Clone, PartialEq)]
pub enum LearningRate {
    /// Always the same.
    Constant(f64),
    /// Multiplied by `decay` after every `every` epochs.
    Staircase {
        /// That of the first epoch.
        initial: f64,
        /// What it is multiplied by.
        decay: f64,
        /// Epochs from one fall to the next; 0 if it never falls.
        every: u32,
    },
    /// Multiplied by `decay` after each of these epochs.
    Milestones {
        /// That of the first epoch.
        initial: f64,
        /// What it is multiplied by.
        decay: f64,
        /// The last epochs before it falls.
        after: Vec<u32>,
    },
}

impl LearningRate {
    /// That of this epoch; the first is 1.
    pub fn at(&self, epoch: u32) -> f64 {
        match self {
            Self::Constant(rate) => *rate,
            Self::Staircase { initial, decay, every } => {
                initial * decay.powi(epoch.saturating_sub(1).checked_div(*every).unwrap_or(0) as i32)
            }
            Self::Milestones { initial, decay, after } => {
                initial * decay.powi(after.iter().filter(|&&milestone| milestone < epoch).count() as i32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LearningRate;

    #[test]
    fn it_falls_after_the_epochs_named() {
        let rates = |rate: &LearningRate| (1..=6).map(|epoch| rate.at(epoch)).collect::<Vec<_>>();
        assert_eq!(rates(&LearningRate::Constant(0.5)), [0.5; 6]);
        let staircase = LearningRate::Staircase { initial: 8.0, decay: 0.5, every: 2 };
        assert_eq!(rates(&staircase), [8.0, 8.0, 4.0, 4.0, 2.0, 2.0]);
        assert_eq!(rates(&LearningRate::Staircase { initial: 8.0, decay: 0.5, every: 0 }), [8.0; 6]);
        let milestones = LearningRate::Milestones { initial: 8.0, decay: 0.5, after: vec![1, 4] };
        assert_eq!(rates(&milestones), [8.0, 4.0, 4.0, 4.0, 2.0, 2.0]);
    }
}
