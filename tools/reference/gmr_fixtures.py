"""Conditional mixtures and regressions by gmr (Fabisch 2021, JOSS 6:3054), for test/conditional.test.ts.

    pip install gmr==2.0.3 && python3 tools/reference/gmr_fixtures.py test/fixtures/gmr.json

Every mixture is written with the figures, so nothing depends on how its numbers were drawn.
"""

import json
import sys

import numpy as np
from gmr import GMM, MVN


def random_mixture(seed, K, D, offset):
    random = np.random.RandomState(seed)
    roots = random.randn(K, D, D)
    priors = random.dirichlet(np.full(K, 3.0))
    means = offset + 3 * random.randn(K, D)
    return priors, means, roots @ roots.transpose(0, 2, 1) + 0.3 * np.eye(D)


def iris(path="examples/iris.csv"):
    lines = [line.split(",") for line in open(path).read().split()[1:]]
    names = sorted({line[-1] for line in lines})
    groups = [np.array([line[:-1] for line in lines if line[-1] == name], dtype=float) for name in names]
    return np.full(3, 1 / 3), np.array([g.mean(0) for g in groups]), np.array([np.cov(g.T, bias=True) for g in groups])


def case(name, mixture, inputs, rows):
    priors, means, covariances = mixture
    gmm = GMM(len(priors), priors, means, covariances)
    D = means.shape[1]
    targets = [d for d in range(D) if d not in inputs]
    given = np.array(rows)
    conditionals = [gmm.condition(np.array(inputs), row) for row in given]
    probes = np.array([c.means[np.argmax(c.priors)] + 0.5 for c in conditionals])
    marginals = [MVN(m, c).marginalize(np.array(targets)) for m, c in zip(means, covariances)]
    return {
        "name": name,
        "weights": priors.tolist(),
        "means": means.tolist(),
        "covariances": covariances.tolist(),
        "inputs": inputs,
        "targets": targets,
        "rows": given.tolist(),
        "conditionals": [
            {"weights": c.priors.tolist(), "means": c.means.tolist(), "covariances": c.covariances.tolist()}
            for c in conditionals
        ],
        "predictions": gmm.predict(np.array(inputs), given).tolist(),
        "probes": probes.tolist(),
        "densities": [float(c.to_probability_density(y[None, :])[0]) for c, y in zip(conditionals, probes)],
        "marginals": [{"mean": m.mean.tolist(), "covariance": m.covariance.tolist()} for m in marginals],
    }


def main(target):
    random = np.random.RandomState(8)
    cases = [
        case("two columns", random_mixture(1, 3, 2, 0), [0], 4 * random.randn(6, 1)),
        case("five columns, three of them given out of order", random_mixture(2, 4, 5, 0), [3, 0, 4], 3 * random.randn(5, 3)),
        case("an offset of 1000", random_mixture(3, 2, 3, 1000), [1], 1000 + 3 * random.randn(4, 1)),
        case("iris, petals given sepals", iris(), [0, 1], [[5.1, 3.5], [6.2, 2.9], [7.7, 3.8], [4.9, 2.4]]),
    ]
    with open(target, "w") as file:
        file.write(json.dumps({"source": "gmr 2.0.3", "cases": cases}, separators=(",", ":")) + "\n")


main(sys.argv[1])
