//! RProp: each number has a step of its own, which grows while its gradient keeps its sign. For gradients over all rows.
//!
//! M. Riedmiller, H. Braun, *A direct adaptive method for faster backpropagation learning: the RPROP algorithm*, ICNN 1993;
//! the variant iRProp⁻ of C. Igel, M. Hüsken, *Improving the Rprop learning algorithm*, NC 2000: where the sign has
//! changed, the number rests for one step.

use ndarray::Array2;

use super::sweep::{Rule, sweep};
use super::{Optimiser, named, zeros};
use crate::rec::linalg::Real;
use crate::rec::nn::Parameter;

/// What a step is multiplied by when the sign stays.
const GROWTH: f64 = 1.2;
/// What a step is multiplied by when the sign changes.
const SHRINKAGE: f64 = 0.5;
/// The least and the largest step.
const LIMITS: (f64, f64) = (1e-6, 1.0);

/// RProp with the papers' constants; the learning rate is the first step of every number.
#[derive(Debug, Clone)]
pub struct RProp<F> {
    /// Zero before the first step.
    steps: Vec<Array2<F>>,
    gradients: Vec<Array2<F>>,
}

impl<F: Real> RProp<F> {
    /// For these parameters.
    pub fn new(parameters: &[&mut Parameter<F>]) -> Self {
        Self { steps: zeros(parameters), gradients: zeros(parameters) }
    }
}

impl<F: Real> Optimiser<F> for RProp<F> {
    fn step(&mut self, parameters: &mut [&mut Parameter<F>], learning_rate: f64) {
        let rule = Step {
            first: F::rounded(learning_rate),
            growth: F::rounded(GROWTH),
            shrinkage: F::rounded(SHRINKAGE),
            limits: (F::rounded(LIMITS.0), F::rounded(LIMITS.1)),
        };
        for ((parameter, step), gradient) in parameters.iter_mut().zip(&mut self.steps).zip(&mut self.gradients) {
            sweep(parameter, [step, gradient], rule);
        }
    }

    fn memory(&mut self) -> Vec<(String, &mut Array2<F>)> {
        named("step", &mut self.steps).chain(named("gradient", &mut self.gradients)).collect()
    }
}

/// The constants of one step.
#[derive(Debug, Clone, Copy)]
struct Step<F> {
    first: F,
    growth: F,
    shrinkage: F,
    limits: (F, F),
}

impl<F: Real> Rule<F, 2> for Step<F> {
    #[inline(always)]
    fn step(self, value: F, gradient: F, [step, before]: [F; 2]) -> (F, [F; 2]) {
        let (zero, one) = (F::zero(), F::one());
        let step = if step == zero { self.first } else { step };
        // Signs are compared one by one: the product of two small gradients may be zero.
        let has_changed = (gradient > zero && before < zero) || (gradient < zero && before > zero);
        let has_stayed = (gradient > zero && before > zero) || (gradient < zero && before < zero);
        let factor = if has_stayed { self.growth } else { one };
        let step = step * if has_changed { self.shrinkage } else { factor };
        let step = if step > self.limits.1 { self.limits.1 } else { step };
        let step = if step < self.limits.0 { self.limits.0 } else { step };
        let gradient = if has_changed { zero } else { gradient };
        let move_by = if gradient > zero { -step } else { step };
        // A gradient that is not finite shall be seen, not walked over.
        let move_by = if gradient == zero { zero } else { move_by + zero * gradient };
        (value + move_by, [step, gradient])
    }
}
