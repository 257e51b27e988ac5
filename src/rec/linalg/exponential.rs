//! The exponential function in single precision, as arithmetic that a compiler turns into vector code.

/// Below this the result is less than the smallest normal number, and given as 0.
const LOWEST: f32 = -87.33;
/// Above this the result overflows, and is given as the largest power that does not.
const HIGHEST: f32 = 88.37;
/// Adding and subtracting this rounds a number of moderate size to the nearest integer.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts: the first with few enough bits for exact products with exponents.
const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
/// `(e^r − 1 − r) / r²` on |r| ≤ ½ ln 2: Taylor coefficients, the highest adjusted to spread the error; highest first.
const POLYNOMIAL: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5];

/// `e^x`; NaN gives NaN.
#[inline(always)]
pub(super) fn single(x: f32) -> f32 {
    let bounded = if x > HIGHEST { HIGHEST } else { x };
    let exponent = (bounded * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let rest = (bounded - exponent * LN_2.0) - exponent * LN_2.1;
    let mut sum = POLYNOMIAL[0];
    for coefficient in &POLYNOMIAL[1..] {
        sum = sum * rest + coefficient;
    }
    let mantissa = sum * rest * rest + rest + 1.0;
    // 2^exponent from its bits; `ROUND` leaves the exponent in the lowest bits of its own representation.
    let shifted = (exponent + ROUND).to_bits().wrapping_sub(ROUND.to_bits());
    let power = f32::from_bits(shifted.wrapping_add(127) << 23);
    if x < LOWEST { 0.0 } else { mantissa * power }
}

#[cfg(test)]
mod tests {
    use super::single;

    #[test]
    fn it_is_right_to_two_units_in_the_last_place() {
        let mut x = -87.3_f32;
        while x < 88.3 {
            let (value, exact) = (f64::from(single(x)), f64::from(x).exp());
            let unit = f64::from((exact as f32).next_up()) - f64::from(exact as f32);
            assert!((value - exact).abs() <= 2.0 * unit, "e^{x} = {exact}, not {value}");
            x += 0.001_37;
        }
    }

    #[test]
    fn the_ends_are_zero_and_finite() {
        assert_eq!(single(0.0), 1.0);
        assert_eq!(single(-1000.0), 0.0);
        assert_eq!(single(f32::NEG_INFINITY), 0.0);
        assert!(single(1000.0).is_finite() && single(1000.0) > 1e38);
        assert!(single(f32::NAN).is_nan());
    }
}
