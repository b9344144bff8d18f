"""Figures for test/divergence.test.ts and test/overlap.test.ts, with numpy and scipy.

    python3 tools/reference/divergences.py > test/fixtures/divergences.json

For pairs of random mixtures: entropy, divergences and overlap by plain Monte Carlo (means over rows of p or of q, with their
standard errors), and misclassification probabilities of components exactly, by Imhof's integral for quadratic forms
(Imhof 1961, Biometrika 48:419).
"""

import json

import numpy as np
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

SAMPLES = 4_000_000


def mixture(rng, K, D, apart):
    weights = rng.dirichlet(np.full(K, 5.0))
    roots = rng.normal(size=(K, D, D)) / np.sqrt(D) + np.eye(D)
    return weights, apart * rng.normal(size=(K, D)), roots @ roots.transpose(0, 2, 1)


def log_density(mixture, x):
    return logsumexp([np.log(w) + multivariate_normal(m, c).logpdf(x) for w, m, c in zip(*mixture)], axis=0)


def draw(rng, mixture, n):
    weights, means, covariances = mixture
    rows = [rng.multivariate_normal(m, c, size) for m, c, size in zip(means, covariances, rng.multinomial(n, weights))]
    return np.concatenate(rows)


def estimate(values):
    return [float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))]


def both(a, b):
    (ma, ea), (mb, eb) = estimate(a), estimate(b)
    return [(ma + mb) / 2, float(np.hypot(ea, eb) / 2)]


def figures(rng, p, q):
    x, y = draw(rng, p, SAMPLES), draw(rng, q, SAMPLES)
    px, qx, py, qy = log_density(p, x), log_density(q, x), log_density(p, y), log_density(q, y)
    mx, my = np.logaddexp(px, qx) - np.log(2), np.logaddexp(py, qy) - np.log(2)
    return {
        "entropy": estimate(-px),
        "kl": estimate(px - qx),
        "js": both(px - mx, qy - my),
        "coefficient": both(np.exp((px + qx) / 2 - mx), np.exp((py + qy) / 2 - my)),
        "overlap": both(np.exp(np.minimum(px, qx) - mx), np.exp(np.minimum(py, qy) - my)),
    }


def misclassification(a, b):
    """P(w_a N_a(x) < w_b N_b(x)) for x from a."""
    (wa, ma, ca), (wb, mb, cb) = a, b
    root = np.linalg.cholesky(ca)
    m = np.linalg.solve(np.linalg.cholesky(cb), root)
    d = np.linalg.solve(np.linalg.cholesky(cb), ma - mb)
    limit = 2 * np.log(wb / wa) + np.linalg.slogdet(ca)[1] - np.linalg.slogdet(cb)[1]
    values, vectors = np.linalg.eigh(m.T @ m - np.eye(len(ma)))
    shift = vectors.T @ (m.T @ d) / values
    x = limit - d @ d + np.sum(values * shift**2)

    def integrand(u):
        lu = values * u
        theta = np.sum(np.arctan(lu) + shift**2 * lu / (1 + lu**2)) / 2 - x * u / 2
        rho = np.exp(np.sum(np.log1p(lu**2) / 4 + (shift * lu) ** 2 / (1 + lu**2) / 2))
        return np.sin(theta) / (u * rho)

    pieces = [quad(integrand, lo, hi, epsabs=1e-13, epsrel=1e-12, limit=500)[0]
              for lo, hi in zip(EDGES[:-1], EDGES[1:])]
    return 0.5 - sum(pieces) / np.pi


EDGES = [0, *np.geomspace(0.01, 1e6, 60)]


def parameters(mixture):
    return dict(zip(["weights", "means", "covariances"], (part.tolist() for part in mixture)))


def main():
    rng = np.random.default_rng(20261122)
    cases = []
    for Kp, Kq, D, apart in [(3, 4, 5, 1.0), (2, 3, 2, 2.0), (4, 2, 3, 4.0), (1, 3, 8, 0.5)]:
        p, q = mixture(rng, Kp, D, apart), mixture(rng, Kq, D, apart)
        parts = list(zip(*q))
        omega = [[1 if i == j else misclassification(parts[i], parts[j]) for j in range(Kq)] for i in range(Kq)]
        cases.append({"p": parameters(p), "q": parameters(q), **figures(rng, p, q), "omegaOfQ": omega})
    print(json.dumps({"source": f"numpy {np.__version__}", "samples": SAMPLES, "cases": cases}))


main()
