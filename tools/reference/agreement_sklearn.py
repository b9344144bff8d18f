"""Figures for test/agreement.test.ts: adjusted Rand indices of scikit-learn, best matchings of scipy.

    python3 tools/reference/agreement_sklearn.py > test/fixtures/agreement.sklearn.json
"""

import json

import numpy as np
import scipy
import sklearn
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix


def case(rng, N, R, C, noise):
    a = rng.integers(0, R, N)
    b = np.where(rng.random(N) < noise, rng.integers(0, C, N), (3 * a + 1) % C)
    counts = contingency_matrix(a, b)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "counts": counts.tolist(),
        "matched": int(counts[rows, columns].sum()),
        "adjustedRand": adjusted_rand_score(a, b),
    }


def main():
    rng = np.random.default_rng(20261122)
    sizes = [(1, 1, 1, 0), (2, 2, 2, 1), (40, 3, 3, 0), (60, 3, 3, 0.3), (80, 5, 3, 0.4), (80, 3, 6, 0.4), (100, 7, 7, 1),
             (120, 12, 5, 0.5), (50, 1, 4, 1), (50, 4, 1, 1), (30, 30, 30, 1)]
    cases = [case(rng, *size) for size in sizes]
    source = f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}"
    print(json.dumps({"source": source, "cases": cases}, separators=(",", ":")))


main()
