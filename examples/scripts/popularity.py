"""A recommender in Python for recflow: everybody is recommended what most users have.

Reads the split as CSV files and writes each test user's best items as `user,item,score`. Plain Python, no packages.
"""

import csv
import os
from collections import Counter
from pathlib import Path

split = Path(os.environ["RECFLOW_INPUT_SPLIT"])
output = Path(os.environ["RECFLOW_OUTPUT_DIR"])
best = int(os.environ.get("BEST", "200"))


def read(name):
    with open(split / name, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


counts = Counter(row["item"] for row in read("train.csv"))
# Ties go to the item that comes first in items.csv: equal input must give equal bytes.
place = {row["id"]: int(row["index"]) for row in read("items.csv")}
ranked = sorted(counts, key=lambda item: (-counts[item], place[item]))

known = {row["user"]: set() for row in read("test_users.csv")}
for row in read("test_fold_in.csv"):
    known[row["user"]].add(row["item"])

with open(output / "scores.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["user", "item", "score"])
    for user, items in known.items():
        # What the user has is never recommended; leaving it out keeps the file small.
        new = [item for item in ranked if item not in items][:best]
        writer.writerows([user, item, counts[item]] for item in new)

print(f"scored {len(known)} users")
