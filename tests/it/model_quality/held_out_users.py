"""Popularity and EASE on MovieLens-1M with held-out users, in numpy: the numbers that movielens_1m.rs expects.

python3 held_out_users.py .../ml-1m/ratings.dat

The split is that of the program of Liang et al. (WWW 2018): generator seeded once for the order of users (by rising id) and
once more for the fold-outs, users by rising id, lines in the order of the file.
"""

import sys
from collections import Counter, defaultdict

import numpy as np

SEED, HELD_OUT, SHARE, LAMBDA = 98765, 750, 0.2, 500.0

lines = [tuple(map(int, line.split("::")[:3])) for line in open(sys.argv[1], encoding="latin-1")]
likes = [(user, item) for user, item, rating in lines if rating > 3.5]
activity = Counter(user for user, _ in likes)
likes = [(user, item) for user, item in likes if activity[user] >= 5]

users = np.array(sorted({user for user, _ in likes}))
np.random.seed(SEED)
users = users[np.random.permutation(len(users))]
train, test = set(users[: -2 * HELD_OUT].tolist()), sorted(users[-HELD_OUT:].tolist())
items = {item: index for index, item in enumerate(dict.fromkeys(item for user, item in likes if user in train))}
histories = defaultdict(list)
for user, item in likes:
    if item in items:
        histories[user].append(items[item])

gram = np.zeros((len(items), len(items)))
for user in train:
    gram[np.ix_(histories[user], histories[user])] += 1
popularity = gram.diagonal().copy()
inverse = np.linalg.inv(gram + LAMBDA * np.eye(len(items)))
ease = -inverse / inverse.diagonal()
np.fill_diagonal(ease, 0)

discount = 1 / np.log2(np.arange(2, 102))
np.random.seed(SEED)
values = {name: defaultdict(list) for name in ["popularity", "ease"]}
for user in test:
    history = np.array(histories[user])
    if len(history) < 5:
        continue
    is_held_out = np.zeros(len(history), dtype=bool)
    is_held_out[np.random.choice(len(history), size=int(SHARE * len(history)), replace=False)] = True
    shown, targets = history[~is_held_out], history[is_held_out]
    for name, scores in [("popularity", popularity.copy()), ("ease", ease[shown].sum(axis=0))]:
        scores[shown] = -np.inf
        hits = np.isin(np.argsort(-scores, kind="stable")[:100], targets)
        for k in [10, 100]:
            ideal = discount[: min(k, len(targets))].sum()
            values[name][f"ndcg@{k}"].append((hits[:k] * discount[:k]).sum() / ideal)
        for k in [20, 50, 100]:
            values[name][f"recall@{k}"].append(hits[:k].sum() / min(k, len(targets)))
        values[name]["precision@100"].append(hits.sum() / 100)
for name, metrics in values.items():
    print(name, {metric: round(float(np.mean(of_users)), 6) for metric, of_users in metrics.items()})
