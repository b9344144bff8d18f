"""Default fits of scikit-learn, 100 seeds a case or as many as SEEDS says, and its best of other starts.

python sklearn_fits.py CASES.json [SEEDS [defaults]] > sklearn.json     (run.mjs and labelled.mjs write CASES.json and start this)

Output: a list with, for each case, "defaults" (total log-likelihood of each seed's default fit) and "best" (parameters of
the ten likeliest different fits of all kinds of starts, for gaussmix to go on from). With `defaults` no other kinds of starts, and
"labels" (of the rows, by each seed's fit) instead of "best".
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 100
IS_DEFAULT = sys.argv[3:] == ["defaults"]
INITS = ["kmeans"] if IS_DEFAULT else ["kmeans", "k-means++", "random", "random_from_data"]


def fit(rows, case, **options):
    return GaussianMixture(case["K"], covariance_type=case["covarianceType"], **options).fit(rows)


results = []
for case in json.load(open(sys.argv[1])):
    rows = np.array(case["data"]).reshape(case["shape"])
    found = {}
    defaults = []
    labels = []
    for seed in range(SEEDS):
        for init in INITS:
            try:
                mixture = fit(rows, case, random_state=seed, init_params=init)
            except ValueError:  # a collapsed covariance
                continue
            total = mixture.score(rows) * len(rows)
            if init == "kmeans":
                defaults.append(total)
                if IS_DEFAULT:
                    labels.append(mixture.predict(rows).tolist())
            found.setdefault(round(total, 1), mixture)
    best = [
        {"weights": m.weights_.tolist(), "means": m.means_.tolist(), "covariances": m.covariances_.tolist()}
        for _, m in sorted(found.items(), key=lambda item: -item[0])[:10]
    ]
    results.append({"defaults": defaults, **({"labels": labels} if IS_DEFAULT else {"best": best})})
json.dump({"version": sklearn.__version__, "cases": results}, sys.stdout)
