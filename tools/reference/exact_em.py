"""EM in 60 digits from the starts of the scikit-learn fixtures: who is right where the two libraries differ.

    python3 tools/reference/exact_em.py test/fixtures [PARAMETERS.json] > test/fixtures/exact.json

Plain formulas (Bishop, PRML, section 9.2.2) in Python's decimal arithmetic on the doubles that both libraries read; the
only rounding that matters is that of the result, to 20 digits. Written are the mean log-likelihoods, and for the rows
that the fixtures probe the log-densities and responsibilities after one iteration. With a second argument, all
parameters go to that file. About four minutes.
"""

import csv
import json
import sys
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 60
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620900")
LOG_2PI = (2 * PI).ln()
ZERO = Decimal(0)
# exp(-200) is beyond the 60 digits of a sum that holds 1
NOTHING = Decimal(-200)


def exact(value):
    """A double, or nested lists of them, as the decimals that they are."""
    return [exact(part) for part in value] if isinstance(value, list) else Decimal(value)


def square(triangle):
    size = len(triangle)
    return [[triangle[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)]


def inverse_factor(a):
    """P = L^-1 with a = L L', as rows of a lower triangle, and log|P|."""
    size = len(a)
    low = [[ZERO] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = a[i][j] - sum((low[i][m] * low[j][m] for m in range(j)), ZERO)
            low[i][j] = rest.sqrt() if i == j else rest / low[j][j]
    p = []
    for i in range(size):
        row = [-sum((low[i][m] * p[m][j] for m in range(j, i)), ZERO) / low[i][i] for j in range(i)]
        p.append(row + [1 / low[i][i]])
    return p, -sum((low[i][i].ln() for i in range(size)), ZERO)


def log_densities(rows, kind, mean, covariance):
    d = len(mean)
    if kind in ("full", "tied"):
        p, log_det = inverse_factor(covariance)
    else:
        variances = covariance if kind == "diag" else [covariance] * d
        roots = [1 / v.sqrt() for v in variances]
        log_det = sum((r.ln() for r in roots), ZERO)
    result = []
    for x in rows:
        z = [a - b for a, b in zip(x, mean)]
        if kind in ("full", "tied"):
            y = [sum(map(Decimal.__mul__, row, z), ZERO) for row in p]
        else:
            y = [r * v for r, v in zip(roots, z)]
        result.append(log_det - d * LOG_2PI / 2 - sum((v * v for v in y), ZERO) / 2)
    return result


def e_step(rows, kind, parameters):
    weights, means, covariances = parameters
    shared = kind == "tied"
    columns = [
        [weight.ln() + v for v in log_densities(rows, kind, mean, covariances if shared else covariances[k])]
        for k, (weight, mean) in enumerate(zip(weights, means))
    ]
    density, responsibilities = [], []
    for terms in zip(*columns):
        top = max(terms)
        shares = [(t - top).exp() if t - top > NOTHING else ZERO for t in terms]
        total = sum(shares, ZERO)
        density.append(top + total.ln())
        responsibilities.append([s / total for s in shares])
    return density, responsibilities


def scatter(rows, shares, mean, whole):
    """Sum of r (x - mean)(x - mean)': the matrix, or its diagonal."""
    d = len(mean)
    centred = [[a - b for a, b in zip(x, mean)] for x in rows]
    columns = list(zip(*centred))
    weighted = [[r * v for r, v in zip(shares, c)] for c in columns]
    dot = lambda a, b: sum(map(Decimal.__mul__, a, b), ZERO)
    if not whole:
        return [dot(weighted[i], columns[i]) for i in range(d)]
    low = [[dot(weighted[i], columns[j]) for j in range(i + 1)] for i in range(d)]
    return square(low)


def m_step(rows, kind, responsibilities, reg):
    n, d = len(rows), len(rows[0])
    counts, means, scatters = [], [], []
    for shares in zip(*responsibilities):
        count = sum(shares, ZERO)
        mean = [sum(map(Decimal.__mul__, shares, c), ZERO) / count for c in zip(*rows)]
        counts.append(count)
        means.append(mean)
        scatters.append(scatter(rows, shares, mean, kind in ("full", "tied")))
    regular = lambda m: [[v + (reg if i == j else ZERO) for j, v in enumerate(row)] for i, row in enumerate(m)]
    if kind == "full":
        covariances = [regular([[v / c for v in row] for row in s]) for s, c in zip(scatters, counts)]
    elif kind == "tied":
        covariances = regular([[sum((s[i][j] for s in scatters), ZERO) / n for j in range(d)] for i in range(d)])
    else:
        covariances = [[v / c + reg for v in s] for s, c in zip(scatters, counts)]
        if kind == "spherical":
            covariances = [sum(v, ZERO) / d for v in covariances]
    return [c / n for c in counts], means, covariances


def texts(value):
    """Nested lists as numbers of 20 digits, in text: a JSON reader would round them."""
    return [texts(part) for part in value] if isinstance(value, (list, tuple)) else f"{value:.19e}"


def run(rows, case, reg):
    kind = case["covarianceType"]
    start = exact(case["startCovariances"])
    if kind == "full":
        start = [square(t) for t in start]
    elif kind == "tied":
        start = square(start)
    parameters = exact(case["startWeights"]), exact(case["startMeans"]), start
    likelihoods, kept, probes = {}, {}, {}
    density, responsibilities = e_step(rows, kind, parameters)
    last = max(map(int, case["afterIterations"]))
    for iteration in range(1, last + 1):
        parameters = m_step(rows, kind, responsibilities, reg)
        density, responsibilities = e_step(rows, kind, parameters)
        if iteration == 1:
            probes = {
                "logDensity": texts([density[n] for n in case["probeRows"]]),
                "responsibilities": texts([responsibilities[n] for n in case["probeRows"]]),
            }
        if str(iteration) in case["afterIterations"]:
            likelihoods[str(iteration)] = texts(sum(density, ZERO) / len(rows))
            kept[str(iteration)] = texts(parameters)
    return {"K": case["K"], "covarianceType": kind, "meanLogLikelihood": likelihoods} | probes, kept


def main(fixtures, dump=None):
    result, parameters = {}, {}
    for name in ["iris", "faithful", "wine", "breast_cancer"]:
        figures = json.loads((Path(fixtures) / f"{name}.sklearn.json").read_text())
        path = next(p for p in [Path(fixtures) / f"{name}.csv", Path("examples") / f"{name}.csv"] if p.exists())
        table = list(csv.reader(path.open()))[1:]
        d = len(figures["cases"][0]["startMeans"][0])
        rows = [[Decimal(float(v)) for v in row[:d]] for row in table]
        done = []
        for case in figures["cases"]:
            print(name, case["covarianceType"], case["K"], file=sys.stderr)
            done.append(run(rows, case, Decimal(figures["reg_covar"])))
        result[name] = [short for short, _ in done]
        parameters[name] = [kept for _, kept in done]
    print(json.dumps(result, separators=(",", ":")))
    if dump:
        Path(dump).write_text(json.dumps(parameters))


if __name__ == "__main__":
    main(*sys.argv[1:])
