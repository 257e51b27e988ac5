"""Makes golden.json: what numpy, scipy and statsmodels say of some made-up users.

    python -m venv venv && venv/bin/pip install numpy scipy statsmodels && venv/bin/python make.py > golden.json

Written with numpy 2.4, scipy 1.17, statsmodels 0.15. Monte Carlo values have so many draws that their error is far below the
tolerance of the tests.
"""

import json

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(20260)
DRAWS = 400_000


def users(n):
    """Two models' recalls of n users: skewed, many zeros, correlated."""
    targets = rng.geometric(0.2, n) + 1
    taste = rng.beta(1, 4, n)
    return [np.round(rng.binomial(targets, np.clip(taste + shift, 0, 1)) / targets, 6) for shift in (0.0, 0.06)]


def ratings(n):
    """Two models' squared errors of n users, and how many ratings each user has."""
    counts = np.ceil(rng.lognormal(2.5, 1.0, n))
    scale = rng.gamma(4, 0.2, n)
    return [np.round(scale * factor * rng.chisquare(counts), 6) for factor in (1.0, 1.06)], counts


def mean_difference(a, b, axis=0):
    return a.mean(axis=axis) - b.mean(axis=axis)


few, many = users(12), users(60)
errors, counts = ratings(60)
rmse = lambda squared: np.sqrt(squared.sum() / counts.sum())


def rmse_p_value():
    observed = abs(rmse(errors[0]) - rmse(errors[1]))
    swap = rng.random((DRAWS, 60)) < 0.5
    first = np.where(swap, errors[1], errors[0]).sum(axis=1)
    second = np.where(swap, errors[0], errors[1]).sum(axis=1)
    apart = np.abs(np.sqrt(first / counts.sum()) - np.sqrt(second / counts.sum()))
    return np.mean(apart >= observed * (1 - 1e-9))


def interval(statistic, data, **options):
    found = stats.bootstrap(data, statistic, method="percentile", n_resamples=DRAWS, batch=1000, rng=rng, **options)
    return [found.confidence_interval.low, found.confidence_interval.high]


p_values = [0.0004, 0.03, 0.012, 0.2, 0.03, 0.0011, 0.8]
difference = many[0] - many[1]
print(json.dumps(
    {
        "few": [values.tolist() for values in few],
        "many": [values.tolist() for values in many],
        "squared-errors": [values.tolist() for values in errors],
        "counts": counts.tolist(),
        # Exact: all 2^12 exchanges.
        "few-p-value": stats.permutation_test(few, mean_difference, permutation_type="samples", n_resamples=np.inf).pvalue,
        "many-p-value": stats.permutation_test(
            many, mean_difference, permutation_type="samples", n_resamples=DRAWS, batch=1000, rng=rng
        ).pvalue,
        "rmse-p-value": rmse_p_value(),
        "mean-interval": interval(np.mean, (many[0],)),
        "rmse-interval": interval(
            lambda squared, counts, axis=-1: np.sqrt(squared.sum(axis=axis) / counts.sum(axis=axis)),
            (errors[0], counts),
            paired=True,
        ),
        "effect-size": difference.mean() / difference.std(ddof=1),
        "p-values": p_values,
        "holm": multipletests(p_values, method="holm")[1].tolist(),
    },
    indent=1,
))
