"""Scores rows with a model that toScikitLearn wrote: scikit_learn.py MODEL.json ROWS.csv DENSITY.csv"""

import json
import sys

import numpy as np
from sklearn.mixture import GaussianMixture

gm = GaussianMixture()
vars(gm).update({k: np.array(v) if isinstance(v, list) else v for k, v in json.load(open(sys.argv[1])).items()})

rows = np.loadtxt(sys.argv[2], delimiter=",", ndmin=2)
np.savetxt(sys.argv[3], gm.score_samples(rows), fmt="%.17g")
assert np.allclose(gm.predict_proba(rows).sum(axis=1), 1) and gm.predict(rows).max() < gm.n_components
assert gm.sample(10)[0].shape == (10, rows.shape[1]) and np.isfinite(gm.bic(rows))
