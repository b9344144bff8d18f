"""scikit-learn's best of 10 starts on problems with ties, columns standardised, reg_covar 1e-6.

python sklearn_ties.py PROBLEMS.json > fits.json     (node bench/quality/ties.mjs writes PROBLEMS.json and starts this)

Output: for each problem and covariance type the total log-likelihood in the units of the data (of "spherical" in those of
the standardised columns) and the labels, as a string of digits; null where the fit failed.
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def fit(rows, K, covariance_type):
    scaler = StandardScaler().fit(rows)
    standardised = scaler.transform(rows)
    try:
        mixture = GaussianMixture(K, covariance_type=covariance_type, n_init=10, reg_covar=1e-6, random_state=0)
        labels = mixture.fit_predict(standardised)
    except ValueError:  # a collapsed covariance
        return None
    total = mixture.score(standardised) * len(rows)
    if covariance_type != "spherical":
        total -= len(rows) * np.log(scaler.scale_).sum()
    return {"logLikelihood": total, "labels": "".join(map(str, labels))}


types = ["full", "tied", "diag", "spherical"]
fits = []
for problem in json.load(open(sys.argv[1])):
    rows = np.array(problem["data"], dtype=float).reshape(problem["shape"])
    fits.append({one: fit(rows, problem["K"], one) for one in types})
json.dump({"version": sklearn.__version__, "fits": fits}, sys.stdout)
