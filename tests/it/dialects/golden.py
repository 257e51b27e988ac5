"""Writes golden.json: one made-up ranking, scored by the programs whose definitions recflow's dialects follow.

trec_eval (through pytrec_eval), RecBole and RecPack compute their values themselves. The values of Mult-VAE and Elliot, whose
programs are no packages, are computed from their published formulas, with nothing but NumPy.

    python -m venv v
    v/bin/pip install numpy==1.23.5 scipy==1.10.1 pandas==2.1.4 scikit-learn==1.3.2 pyyaml tqdm pytrec_eval-terrier==0.5.11
    v/bin/pip install --no-deps recbole==1.2.1 recpack==0.3.6
    v/bin/python golden.py

The data has ties, graded ratings, users with fewer targets than the cutoff, users whose targets all fall below the threshold,
and users with fewer items left than the cutoff.
"""

import json
import sys
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytrec_eval
import scipy.sparse

# RecBole's metrics are NumPy code in a package that imports PyTorch; none of PyTorch is used here.
for module in ["torch", "recbole.utils"] + [f"recbole.evaluator.{m}" for m in ("collector", "register", "evaluator")]:
    sys.modules[module] = MagicMock()
import recbole.evaluator.metrics as recbole  # noqa: E402
import recpack.metrics as recpack  # noqa: E402

USERS, ITEMS = 24, 40
CUTOFFS = [1, 3, 5, 10, 50]
THRESHOLDS = [None, 3.0]

random = np.random.RandomState(7)
ids = [f"item-{number}" for number in random.permutation(ITEMS)]
history, held_out = [], []
for user in range(USERS):
    order = random.permutation(ITEMS)
    n_known = 33 if user % 8 == 7 else random.randint(3, 20)
    n_held_out = random.randint(1, min(14, ITEMS - n_known))
    ratings = random.randint(1, 3, n_held_out) if user % 6 == 5 else random.randint(1, 6, n_held_out)
    history.append(sorted(order[:n_known].tolist()))
    held_out.append(sorted(zip(order[n_known : n_known + n_held_out].tolist(), ratings.tolist())))
scores = random.randint(0, 12, (USERS, ITEMS)) / 8.0
predicted = random.randint(0, 49, (USERS, ITEMS)) / 8.0


def ranking(user, tie):
    """The items a user does not have, best first; among equals the one with the least `tie`."""
    left = [item for item in range(ITEMS) if item not in history[user]]
    return sorted(left, key=lambda item: (-scores[user, item], tie(item)))


lists = [ranking(user, lambda item: item) for user in range(USERS)]


def targets(user, threshold):
    return {item: rating for item, rating in held_out[user] if threshold is None or rating >= threshold}


def mean(values):
    return float(np.mean(list(values)))


def mult_vae(threshold):
    users = [user for user in range(USERS) if targets(user, threshold)]
    discount = 1 / np.log2(np.arange(2, ITEMS + 2))
    values = {}
    for k in CUTOFFS:
        found = {u: np.array([item in targets(u, threshold) for item in lists[u][:k]]) for u in users}
        best = {u: min(k, len(targets(u, threshold))) for u in users}
        values[f"recall@{k}"] = mean(found[u].sum() / best[u] for u in users)
        values[f"ndcg@{k}"] = mean(
            (found[u] * discount[: len(found[u])]).sum() / discount[: best[u]].sum() for u in users
        )
    return values, len(users)


def with_recbole(threshold):
    users = [user for user in range(USERS) if targets(user, threshold)]
    longest = max(CUTOFFS)
    found = np.zeros((len(users), longest), dtype=bool)
    for row, user in enumerate(users):
        found[row, : len(lists[user])] = [item in targets(user, threshold) for item in lists[user]]
    n_targets = np.array([len(targets(user, threshold)) for user in users])
    of = lambda metric, *facts: metric.metric_info(metric.__new__(metric), *facts)  # noqa: E731
    tables = {
        "precision": of(recbole.Precision, found),
        "recall": of(recbole.Recall, found, n_targets),
        "ndcg": of(recbole.NDCG, found, n_targets),
        "map": of(recbole.MAP, found, n_targets),
        "mrr": of(recbole.MRR, found),
        "hit-rate": of(recbole.Hit, found),
    }
    values = {f"{name}@{k}": float(table[:, k - 1].mean()) for name, table in tables.items() for k in CUTOFFS}
    for k in CUTOFFS:
        # RecBole fills lists that end early with items that were masked; such lists cannot be compared.
        if all(len(lists[user]) >= k for user in users):
            recommended = np.array([lists[user][:k] for user in users])
            # RecBole counts its padding item among the items.
            values[f"coverage@{k}"] = recbole.ItemCoverage.get_coverage(None, recommended, ITEMS + 1)
            values[f"gini@{k}"] = float(recbole.GiniIndex.get_gini(None, recommended, ITEMS + 1))
    pairs = [(predicted[u, item], rating) for u in range(USERS) for item, rating in held_out[u]]
    guesses, ratings = np.array(pairs).T
    values["rmse"] = float(of(recbole.RMSE, guesses, ratings))
    values["mae"] = float(of(recbole.MAE, guesses, ratings))
    return values, len(users)


def elliot(threshold):
    level = 0 if threshold is None else threshold
    users = [user for user in range(USERS) if targets(user, level)]
    discount = [np.log(2) / np.log(rank + 2) for rank in range(ITEMS)]
    values = {}
    for k in CUTOFFS:
        cut = {u: lists[u][:k] for u in range(USERS)}
        found = {u: [item in targets(u, level) for item in cut[u]] for u in users}
        values[f"precision@{k}"] = mean(sum(found[u]) / k for u in users)
        values[f"recall@{k}"] = mean(sum(found[u]) / len(targets(u, level)) for u in users)
        values[f"hit-rate@{k}"] = mean(any(found[u]) for u in users)
        values[f"mrr@{k}"] = mean(1 / (found[u].index(True) + 1) if any(found[u]) else 0 for u in users)
        values[f"map@{k}"] = mean(np.mean([sum(found[u][:n]) / n for n in range(1, k + 1)]) for u in users)
        gains = {u: {item: 2 ** (rating - level + 1) - 1 for item, rating in targets(u, level).items()} for u in users}
        dcg = {u: sum(gains[u].get(item, 0) * discount[rank] for rank, item in enumerate(cut[u])) for u in users}
        best = {u: sum(g * d for g, d in zip(sorted(gains[u].values(), reverse=True)[:k], discount)) for u in users}
        values[f"ndcg@{k}"] = mean(dcg[u] / best[u] for u in users)
        counts = np.bincount([item for u in cut for item in cut[u]], minlength=ITEMS)
        values[f"coverage@{k}"] = int((counts > 0).sum())
        shares = np.sort(counts) / counts.sum()
        values[f"gini-diversity@{k}"] = float(1 - sum((2 * j - ITEMS - 1) * s for j, s in enumerate(shares, 1)) / (ITEMS - 1))
    errors = np.array([predicted[u, i] - r for u in users for i, r in targets(u, level).items()])
    values["rmse"] = float(np.sqrt((errors**2).mean()))
    values["mae"] = float(np.abs(errors).mean())
    return values, len(users)


def trec_eval(threshold):
    qrels = {str(u): {ids[item]: rating for item, rating in held_out[u]} for u in range(USERS)}
    # trec_eval orders equal scores by descending name itself; only the cut of the reciprocal rank is made here.
    descending = sorted(range(ITEMS), key=lambda item: ids[item], reverse=True)
    ordered = [ranking(user, descending.index) for user in range(USERS)]
    run = {str(u): {ids[item]: float(scores[u, item]) for item in ordered[u]} for u in range(USERS)}
    level = 1 if threshold is None else int(threshold)
    cutoffs = ",".join(map(str, CUTOFFS))
    names = {"P": "precision", "recall": "recall", "ndcg_cut": "ndcg", "map_cut": "map", "success": "hit-rate"}
    judge = pytrec_eval.RelevanceEvaluator(qrels, {f"{name}.{cutoffs}" for name in names}, relevance_level=level)
    judged = judge.evaluate(run)
    values = {
        f"{ours}@{k}": mean(judged[user][f"{name}_{k}"] for user in judged)
        for name, ours in names.items()
        for k in CUTOFFS
    }
    judge = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}, relevance_level=level)
    for k in CUTOFFS:
        cut = {str(u): {ids[item]: float(scores[u, item]) for item in ordered[u][:k]} for u in range(USERS)}
        values[f"mrr@{k}"] = mean(found["recip_rank"] for found in judge.evaluate(cut).values())
    return values, len(judged)


def with_recpack(threshold):
    truth = np.zeros((USERS, ITEMS))
    order = np.zeros((USERS, ITEMS))
    for user in range(USERS):
        truth[user, list(targets(user, threshold))] = 1
        order[user, lists[user]] = np.arange(len(lists[user]), 0, -1)
    truth, order = scipy.sparse.csr_matrix(truth), scipy.sparse.csr_matrix(order)
    names = {
        "precision": recpack.PrecisionK,
        "recall": recpack.RecallK,
        "ndcg": recpack.NDCGK,
        "mrr": recpack.ReciprocalRankK,
        "coverage": recpack.CoverageK,
    }
    values = {}
    for name, kind in names.items():
        for k in CUTOFFS:
            metric = kind(k)
            metric.calculate(truth, order)
            values[f"{name}@{k}"] = float(metric.value)
    return values, metric.num_users


dialects = {
    "mult-vae": mult_vae,
    "recbole": with_recbole,
    "elliot": elliot,
    "trec-eval": trec_eval,
    "recpack": with_recpack,
}
cases = []
for name, score in dialects.items():
    for threshold in THRESHOLDS:
        values, users = score(threshold)
        cases.append({"dialect": name, "relevant-from": threshold, "users": users, "values": values})
golden = {
    "items": ids,
    "history": history,
    "held-out": held_out,
    "scores": scores.tolist(),
    "predicted": predicted.tolist(),
}
lines = [f'"{name}": {json.dumps(value)}' for name, value in golden.items()]
lines.append('"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]")
Path(__file__).with_name("golden.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
