"""Shrinks the scikit-learn figures to what test/sklearn.test.ts reads.

    python3 tools/reference/sklearn_fixtures.py DIRECTORY_OF_ORIGINALS test/fixtures

Left out: the figures of searches over many starts. Covariance matrices are kept as their lower triangles, row by row.
Python writes a float with the fewest digits that read back as the same float, so every number stays exact.
"""

import json
import sys
from pathlib import Path

PARTS = ["K", "covarianceType", "startWeights", "startMeans"]
PROBES = ["probeRows", "afterOneIterationLogDensity", "afterOneIterationResponsibilities"]
FIGURES = ["weights", "means", "meanLogLikelihood", "bic", "aic"]


def triangle(matrix):
    return [row[: i + 1] for i, row in enumerate(matrix)]


def shrink_covariances(kind, covariances):
    if kind == "full":
        return [triangle(matrix) for matrix in covariances]
    return triangle(covariances) if kind == "tied" else covariances


def shrink(case):
    kind = case["covarianceType"]
    small = {key: case[key] for key in PARTS}
    small["startCovariances"] = shrink_covariances(kind, case["startCovariances"])
    small["afterIterations"] = {
        count: {key: after[key] for key in FIGURES} | {"covariances": shrink_covariances(kind, after["covariances"])}
        for count, after in case["afterIterations"].items()
    }
    return small | {key: case[key] for key in PROBES}


def main(source, target):
    for name in ["iris", "faithful", "wine", "breast_cancer"]:
        figures = json.loads((Path(source) / f"{name}.sklearn.json").read_text())
        cases = [shrink(case) for case in figures["cases"]]
        small = {key: figures[key] for key in ["dataset", "source", "reg_covar"]} | {"cases": cases}
        (Path(target) / f"{name}.sklearn.json").write_text(json.dumps(small, separators=(",", ":")) + "\n")


main(*sys.argv[1:])
