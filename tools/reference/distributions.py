"""Tails of the normal, of a mixture and of chi-squared in 60 digits, for the tests of cdf, quantile and ellipsoids.

    pip install mpmath && python3 tools/reference/distributions.py test/fixtures/distributions.json

Arguments are doubles, taken as exact. A result is written as two doubles whose sum has some 32 digits, times 2^exponent.
"""

import json
import sys

from mpmath import erfc, floor, gammainc, log, mp, mpf, sqrt

mp.dps = 60


def parts(value):
    """hi, lo, exponent: hi in [1/2, 1)."""
    exponent = int(floor(log(value) / log(2))) + 1
    scaled = value / mpf(2) ** exponent
    hi = float(scaled)
    return [hi, float(scaled - mpf(hi)), exponent]


def upper(z):
    return erfc(z / sqrt(mpf(2))) / 2


MIXTURE = {"weights": [0.5, 0.25, 0.125, 0.125], "means": [0.0, 1.5, 9.0, -20.0], "sigmas": [1.0, 0.25, 0.5, 3.0]}


def mixture_tails(x):
    terms = list(zip(MIXTURE["weights"], MIXTURE["means"], MIXTURE["sigmas"]))
    z = [(mpf(w), (mpf(x) - mpf(m)) / mpf(s)) for w, m, s in terms]
    return [float(sum(w * upper(-t) for w, t in z)), float(sum(w * upper(t) for w, t in z))]


def chi_squared_beyond(outside, D):
    """q with P(chi2 > q) = outside, by bisection on the regularised incomplete gamma function."""
    tail = lambda q: gammainc(mpf(D) / 2, q / 2, mp.inf, regularized=True)
    low, high = mpf(0), mpf(D + 10)
    while tail(high) > outside:
        high *= 2
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > outside else (low, middle)
    return float((low + high) / 2)


def main(target):
    z = [0, 1e-300, 1e-9, 0.1, 0.5, 1, 1.0522518158346175, 2, 3, 3.1708097464726133, 5, 5.5, 5.6, 8, 12, 20, 31.5, 37.5]
    x = [-90, -45.5, -20, -3, -0.5, 0, 0.7, 1.5, 1.75, 3, 6, 9, 9.5, 15, 24]
    levels = [0.999, 0.95, 0.5, 0.05, 0.01, 1e-3, 1e-9]
    figures = {
        "source": "mpmath, 60 digits",
        "normal": [[t] + parts(upper(mpf(t))) for t in z],
        "mixture": MIXTURE | {"x": x, "tails": [mixture_tails(t) for t in x]},
        "chiSquared": [
            [D, level, chi_squared_beyond(mpf(level), D)] for D in [1, 2, 3, 4, 5, 10, 31, 100, 784] for level in levels
        ],
    }
    with open(target, "w") as file:
        file.write(json.dumps(figures, separators=(",", ":")) + "\n")


main(sys.argv[1])
