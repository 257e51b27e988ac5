//! EASE against its definition.

use ndarray::{Array2, s};
use rand::RngExt;
use rayon::ThreadPoolBuilder;

use super::{Ease, EaseParams, Precision};
use crate::rec::data::Interactions;
use crate::rec::model::testing::{scores_in_blocks, scores_of, split_from};
use crate::rec::model::{Fit, FitError, Recommender};
use crate::rec::{Interrupted, Monitor, Silent, stream};

/// Random binary histories of `n_users × n_items`, a quarter full.
fn random(n_users: usize, n_items: usize) -> Interactions {
    let mut random = stream(7, "ease-test", &[n_users as u64, n_items as u64]);
    let mut offsets = vec![0];
    let mut items = Vec::new();
    for _ in 0..n_users {
        items.extend((0..n_items as u32).rev().filter(|_| random.random_bool(0.25)));
        offsets.push(items.len());
    }
    let n = items.len();
    Interactions::from_parts(n_items, offsets, items, vec![2.0; n], vec![0; n])
}

fn dense(interactions: &Interactions) -> Array2<f64> {
    let mut dense = Array2::zeros((interactions.n_users(), interactions.n_items()));
    for user in 0..interactions.n_users() {
        interactions.items_of(user).iter().for_each(|&item| dense[[user, item as usize]] = 1.0);
    }
    dense
}

fn weights(params: &EaseParams, train: &Interactions) -> Array2<f64> {
    match params.fit(&split_from(train.clone()), &Silent).unwrap().model {
        Ease::F32(matrix) => matrix.mapv(f64::from),
        Ease::F64(matrix) => matrix.to_owned(),
    }
}

/// `λ = 3` in double precision.
fn params() -> EaseParams {
    EaseParams { lambda: 3.0, ..EaseParams::default() }
}

#[test]
fn the_diagonal_is_zero_and_the_gradient_vanishes_elsewhere() {
    let train = random(60, 20);
    let b = weights(&params(), &train);
    let x = dense(&train);
    // Half the gradient of ‖X − XB‖² + λ‖B‖².
    let gradient = x.t().dot(&(x.dot(&b) - &x)) + 3.0 * &b;
    for ((i, j), &slope) in gradient.indexed_iter() {
        if i == j {
            assert_eq!(b[[i, j]], 0.0);
        } else {
            assert!(slope.abs() < 1e-10, "({i}, {j}): {slope:e}");
        }
    }
}

#[test]
fn each_column_is_the_ridge_regression_on_the_other_items() {
    let train = random(40, 9);
    let b = weights(&params(), &train);
    let x = dense(&train);
    for j in 0..9 {
        let others: Vec<usize> = (0..9).filter(|&i| i != j).collect();
        let a = x.select(ndarray::Axis(1), &others);
        // Gauss–Seidel, which shares no code with the closed form.
        let (left, right) = (a.t().dot(&a) + 3.0 * Array2::<f64>::eye(8), a.t().dot(&x.slice(s![.., j])));
        let mut solution = ndarray::Array1::<f64>::zeros(8);
        for _ in 0..2000 {
            for i in 0..8 {
                let rest = left.row(i).dot(&solution) - left[[i, i]] * solution[i];
                solution[i] = (right[i] - rest) / left[[i, i]];
            }
        }
        for (place, &i) in others.iter().enumerate() {
            assert!((b[[i, j]] - solution[place]).abs() < 1e-9, "({i}, {j})");
        }
    }
}

#[test]
fn single_precision_is_close_to_double() {
    let train = random(300, 120);
    let params = EaseParams { lambda: 100.0, ..params() };
    let single = weights(&EaseParams { precision: Precision::F32, ..params.clone() }, &train);
    let difference = (single - weights(&params, &train)).mapv(f64::abs);
    assert!(difference.iter().all(|&d| d < 1e-6));
}

#[test]
fn non_negative_weights_are_the_others_cut_off() {
    let train = random(50, 30);
    let cut = weights(&EaseParams { non_negative: true, ..params() }, &train);
    assert_eq!(cut, weights(&params(), &train).mapv(|weight| weight.max(0.0)));
    assert!(weights(&params(), &train).iter().any(|&weight| weight < 0.0));
}

#[test]
fn scores_are_sums_of_rows_and_independent_of_the_block() {
    for precision in [Precision::F32, Precision::F64] {
        let train = random(37, 700);
        let model = EaseParams { precision, ..params() }.fit(&split_from(train.clone()), &Silent).unwrap().model;
        let scores = scores_of(&model, &train);
        let expected = dense(&train).dot(&weights(&EaseParams { precision, ..params() }, &train));
        assert!(scores.iter().zip(&expected).all(|(&score, &sum)| (f64::from(score) - sum).abs() < 1e-4));
        for block in [1, 5, 37] {
            assert_eq!(scores_in_blocks(&model, &train, block), scores);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let train = random(80, 600);
    let with_threads = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| weights(&params(), &train))
    };
    let one = with_threads(1);
    assert!(one == with_threads(2) && one == with_threads(3));
}

#[test]
fn stored_weights_give_the_same_model() {
    let train = random(20, 15);
    for precision in [Precision::F32, Precision::F64] {
        let params = EaseParams { precision, ..params() };
        let model = params.fit(&split_from(train.clone()), &Silent).unwrap().model;
        let restored = params.restore(&model.weights()).unwrap();
        assert_eq!(scores_of(&restored, &train), scores_of(&model, &train));
    }
    let single = EaseParams { precision: Precision::F32, ..params() };
    let model = params().fit(&split_from(train), &Silent).unwrap().model;
    assert!(single.restore(&model.weights()).is_err());
}

#[test]
fn too_little_memory_is_found_before_allocating() {
    struct Tight;
    impl Monitor for Tight {
        fn memory_limit_bytes(&self) -> Option<u64> {
            Some(1 << 30)
        }
    }
    // Items that nobody has cost nothing until the matrix is allocated: this one would take 80 GB.
    let split = split_from(Interactions::empty(1, 100_000));
    let error = params().fit(&split, &Tight).unwrap_err();
    assert!(matches!(error, FitError::Memory { needed_bytes, .. } if needed_bytes > 80_000_000_000));
    insta::assert_snapshot!(error, @"a weight matrix of 100000 × 100000 items needs 74.89 GiB of memory and 1.00 GiB is allowed");
}

#[test]
fn cancelling_ends_the_fit() {
    struct Cancelled;
    impl Monitor for Cancelled {
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let error = params().fit(&split_from(random(5, 5)), &Cancelled).unwrap_err();
    assert!(matches!(error, FitError::Interrupted(Interrupted)));
}

#[test]
fn bad_lambdas_are_problems() {
    for lambda in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        assert_eq!(EaseParams { lambda, ..params() }.check().len(), 1);
    }
    assert_eq!(params().check(), []);
}
