"""Writes numpy_legacy.json: what numpy's legacy generator draws, for the tests of numpy_legacy.rs.

python3 numpy_legacy.py > numpy_legacy.json    (any numpy: the legacy stream is frozen)
"""

import json

import numpy as np

cases = []
for seed in [0, 1, 42, 1994, 98765, 2**32 - 1]:
    np.random.seed(seed)
    words = np.random.randint(0, 2**32, size=1300, dtype=np.uint32)  # past two refills of the state
    case = {"seed": seed, "first_words": words[:4].tolist(), "last_words": words[-4:].tolist()}
    np.random.seed(seed)
    # One after the other from one generator, as splits draw them.
    case["permutations"] = [np.random.permutation(n).tolist() for n in [1, 2, 3, 10, 17, 65]]
    case["choices"] = [
        {"n": n, "size": size, "chosen": np.random.choice(n, size=size, replace=False).tolist()}
        for n, size in [(5, 1), (20, 4), (129, 25), (1, 0)]
    ]
    large = np.random.permutation(70_000)  # its first draws need 17 bits
    case["large"] = {"n": 70_000, "head": large[:5].tolist(), "tail": large[-5:].tolist()}
    cases.append(case)
print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
