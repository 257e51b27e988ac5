//! Gradients against central differences.

use ndarray::Array2;

use super::Parameter;

/// Step of the differences; their error is of its square, that of rounding of its inverse.
const STEP: f64 = 1e-5;
/// The largest relative error that passes.
const TOLERANCE: f64 = 1e-5;

/// Fails unless the gradients of all parameters are those of the loss, in double precision.
///
/// `loss` gives the loss and adds the gradients to the parameters; it must draw the same random numbers each time.
pub(crate) fn assert_gradients<N>(
    network: &mut N,
    parameters: impl Fn(&mut N) -> Vec<(String, &mut Parameter<f64>)>,
    mut loss: impl FnMut(&mut N) -> f64,
) {
    let clear = |network: &mut N| parameters(network).into_iter().for_each(|(_, parameter)| parameter.clear_gradient());
    clear(network);
    loss(network);
    let gradients: Vec<(String, Array2<f64>)> = parameters(network)
        .into_iter()
        .map(|(name, parameter)| {
            let gradient = parameter.dense_gradient();
            (name, gradient)
        })
        .collect();
    assert!(gradients.iter().any(|(_, gradient)| gradient.iter().any(|&value| value != 0.0)), "all gradients are 0");
    for (index, (name, gradient)) in gradients.iter().enumerate() {
        for (place, &analytic) in gradient.indexed_iter() {
            let mut at = |shift: f64| {
                parameters(network)[index].1.value[place] += shift;
                clear(network);
                let value = loss(network);
                parameters(network)[index].1.value[place] -= shift;
                value
            };
            let numeric = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let error = (numeric - analytic).abs() / numeric.abs().max(analytic.abs()).max(1e-2);
            assert!(error < TOLERANCE, "{name}{place:?}: {analytic} instead of {numeric}");
        }
    }
}
