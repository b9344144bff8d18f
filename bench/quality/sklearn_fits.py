"""Default fits of scikit-learn, 100 seeds a case or as many as SEEDS says, and its best of other starts.

python sklearn_fits.py CASES.json [SEEDS] > sklearn.json     (node bench/quality/run.mjs writes CASES.json and starts this)

Output: a list with, for each case, "defaults" (total log-likelihood of each seed's default fit) and "best" (parameters of
the ten likeliest different fits of all kinds of starts, for gaussmix to go on from).
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 100


def fit(rows, case, **options):
    return GaussianMixture(case["K"], covariance_type=case["covarianceType"], **options).fit(rows)


results = []
for case in json.load(open(sys.argv[1])):
    rows = np.array(case["data"]).reshape(case["shape"])
    found = {}
    defaults = []
    for seed in range(SEEDS):
        for init in ["kmeans", "k-means++", "random", "random_from_data"]:
            try:
                mixture = fit(rows, case, random_state=seed, init_params=init)
            except ValueError:  # a collapsed covariance
                continue
            total = mixture.score(rows) * len(rows)
            if init == "kmeans":
                defaults.append(total)
            found.setdefault(round(total, 1), mixture)
    best = [
        {"weights": m.weights_.tolist(), "means": m.means_.tolist(), "covariances": m.covariances_.tolist()}
        for _, m in sorted(found.items(), key=lambda item: -item[0])[:10]
    ]
    results.append({"defaults": defaults, "best": best})
json.dump({"version": sklearn.__version__, "cases": results}, sys.stdout)
