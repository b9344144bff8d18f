"""Models of scikit-learn, as JSON and as ONNX, with the log-densities they give: what test/sklearn-models.test.ts reads.

    pip install scikit-learn skl2onnx mpmath
    python3 tools/reference/interchange.py .            # the folder of this repository

Written are test/fixtures/interchange/scikit-learn.json (attributes as the line in docs/interchange.md writes them, log-densities of
scikit-learn, and in 50 digits) and *.onnx. About two minutes.
"""

import csv
import json
import sys
from pathlib import Path

import mpmath
import numpy as np
import sklearn
import skl2onnx
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(sys.argv[1])
OUT = ROOT / "test/fixtures/interchange"
TYPES = ["full", "tied", "diag", "spherical"]
# every STEP-th row is scored
CASES = [("iris", kind, 3, 5) for kind in TYPES]
CASES += [("wine", kind, 3, 8) for kind in TYPES]
CASES += [("faithful", kind, 2, 8) for kind in TYPES]
CASES += [("breast_cancer", "tied", 2, 24)]

mpmath.mp.dps = 50


def rows_of(name):
    path = ROOT / ("examples/iris.csv" if name == "iris" else f"test/fixtures/{name}.csv")
    with open(path, newline="") as file:
        lines = list(csv.reader(file))[1:]
    try:
        float(lines[0][-1])
        return np.array(lines, dtype=float)
    except ValueError:
        return np.array([line[:-1] for line in lines], dtype=float)


def attributes_of(model):
    return {k: np.asarray(v).tolist() for k, v in vars(model).items() if k.endswith("_") or k == "covariance_type"}


def exact_log_densities(model, rows):
    """By the textbook's formula on the doubles of weights, means and covariances; matrices made symmetric."""
    n, d = model.means_.shape
    terms = []
    for k in range(n):
        if model.covariance_type in ("full", "tied"):
            a = mpmath.matrix((model.covariances_[k] if model.covariance_type == "full" else model.covariances_).tolist())
            low = mpmath.cholesky((a + a.T) / 2)
        else:
            variances = np.broadcast_to(model.covariances_[k], (d,))
            low = mpmath.diag([mpmath.sqrt(mpmath.mpf(float(v))) for v in variances])
        terms.append((mpmath.log(mpmath.mpf(float(model.weights_[k]))), low))
    densities = []
    for row in rows:
        logs = []
        for k, (weight, low) in enumerate(terms):
            y = []
            for i in range(d):
                rest = mpmath.mpf(float(row[i])) - mpmath.mpf(float(model.means_[k, i]))
                y.append((rest - sum(low[i, j] * y[j] for j in range(i))) / low[i, i])
            log_det = sum(mpmath.log(low[i, i]) for i in range(d))
            logs.append(weight - log_det - (d * mpmath.log(2 * mpmath.pi) + sum(v * v for v in y)) / 2)
        top = max(logs)
        densities.append(mpmath.nstr(top + mpmath.log(sum(mpmath.exp(v - top) for v in logs)), 20))
    return densities


def write_onnx(name, model, width, kind=DoubleTensorType, **options):
    onnx = to_onnx(model, initial_types=[("X", kind([None, width]))], **options)
    (OUT / f"{name}.onnx").write_bytes(onnx.SerializeToString())


def main():
    OUT.mkdir(exist_ok=True)
    cases = []
    for name, kind, k, step in CASES:
        x = rows_of(name)
        model = GaussianMixture(k, covariance_type=kind, random_state=0).fit(x)
        write_onnx(f"{name}-{kind}", model, x.shape[1])
        probes = x[::step]
        attributes = attributes_of(model)
        if name != "iris":  # long, and not read
            del attributes["precisions_"], attributes["precisions_cholesky_"]
        cases.append(
            {
                "dataset": name,
                "step": step,
                "attributes": attributes,
                "logDensity": model.score_samples(probes).tolist(),
                "exact": exact_log_densities(model, probes),
            }
        )

    # the ways in which one model may be converted, and what is no mixture
    x = rows_of("iris")
    model = GaussianMixture(3, random_state=0).fit(x)
    write_onnx("iris-full-float", model, 4, FloatTensorType)
    write_onnx("iris-full-scored", model, 4, options={id(model): {"score_samples": True}})
    write_onnx("iris-full-opset11", model, 4, target_opset=11)
    plain = {"ReduceLogSumExp", "ReduceSumSquare", "ArgMax"}
    write_onnx("iris-full-plain", model, 4, black_op=plain)
    spherical = GaussianMixture(3, covariance_type="spherical", random_state=0).fit(x)
    write_onnx("iris-spherical-plain", spherical, 4, black_op=plain)
    write_onnx("iris-pipeline", make_pipeline(StandardScaler(), GaussianMixture(2)).fit(x), 4)
    write_onnx("scaler", StandardScaler().fit(x), 4)
    bayesian = BayesianGaussianMixture(n_components=2, random_state=0).fit(x)
    write_onnx("iris-bayesian", bayesian, 4)
    singles = {}
    for kind in TYPES:
        single = GaussianMixture(1, covariance_type=kind).fit(x[:, :1])
        write_onnx(f"single-{kind}", single, 1)
        singles[kind] = {"attributes": attributes_of(single), "logDensity": single.score_samples(x[::25, :1]).tolist()}
    result = {
        "source": f"scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}, mpmath {mpmath.__version__}",
        "cases": cases,
        "singles": singles,
        "bayesian": attributes_of(bayesian),
    }
    (OUT / "scikit-learn.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


main()
