"""EM iterations, whole fits and selections of scikit-learn's GaussianMixture on command (see README.md)."""

import os
import sys
import time
import warnings

import numpy
import sklearn
from serve import data_of, serve
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky
from threadpoolctl import threadpool_info

AVX512 = {"SkylakeX", "Cooperlake", "SapphireRapids"}


def cores():
    """What OpenBLAS takes the processor for."""
    return sorted({pool.get("architecture", "") for pool in threadpool_info() if pool["user_api"] == "blas"})


def has_avx512():
    try:
        with open("/proc/cpuinfo") as info:
            return "avx512f" in info.read()
    except OSError:
        return False


def prefer_avx512():
    """A processor that OpenBLAS does not know gets its AVX2 kernels; start again with the ones that it could run."""
    if has_avx512() and not set(cores()) & AVX512 and "OPENBLAS_CORETYPE" not in os.environ:
        os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"
        os.execv(sys.executable, [sys.executable, *sys.argv])


def version():
    blas = {f"{pool['internal_api']} {pool['version']}" for pool in threadpool_info() if pool["user_api"] == "blas"}
    parts = [f"scikit-learn {sklearn.__version__}", f"numpy {numpy.__version__}", *sorted(blas)]
    return f"{', '.join(parts)} ({'/'.join(cores())} kernels)"


class Peer:
    def __init__(self, load):
        self.rows, start = data_of(load)
        self.components = load["K"]
        if start is None:
            return
        kind = load["covarianceType"]
        self.model = GaussianMixture(self.components, covariance_type=kind, reg_covar=load["regCovar"])
        self.model.weights_, self.model.means_, self.model.covariances_ = start
        self.model.precisions_cholesky_ = _compute_precision_cholesky(self.model.covariances_, kind)
        self.mean, self.log_resp = self.model._e_step(self.rows)

    def step(self):
        """An M-step and an E-step, the order in which gaussmix counts: the log-likelihood after it is free for both."""
        self.model._m_step(self.rows, self.log_resp)
        self.mean, self.log_resp = self.model._e_step(self.rows)

    def run(self, iterations):
        samples = []
        for _ in range(iterations):
            before = time.perf_counter()
            self.step()
            samples.append((time.perf_counter() - before) * 1e3)
        return samples

    def log_likelihood(self):
        return float(self.mean) * len(self.rows)

    def fit(self, message):
        """A default fit but for the type; with `within`, the best of as many as take so many milliseconds, one at least."""
        kind = message.get("covarianceType", "full")
        within = message.get("within", 0)
        best, starts, ms = None, 0, 0.0
        while starts == 0 or ms * (starts + 1) / starts <= within:
            seed = message["seed"] if "within" not in message else 1000 * message["seed"] + starts
            before = time.perf_counter()
            model = GaussianMixture(self.components, covariance_type=kind, random_state=seed).fit(self.rows)
            ms += (time.perf_counter() - before) * 1e3
            starts += 1
            if best is None or model.lower_bound_ > best.lower_bound_:
                best = model
        total = best.score(self.rows) * len(self.rows)
        return {"ms": ms, "logLikelihood": total, "iterations": best.n_iter_, "starts": starts}

    def select(self, message):
        """Default fits of all types and 1 to `most` components: their BIC, and the one with the lowest."""
        cells = []
        models = []
        before = time.perf_counter()
        for kind in ["full", "tied", "diag", "spherical"]:
            for components in range(1, message["most"] + 1):
                model = GaussianMixture(components, covariance_type=kind, random_state=message["seed"]).fit(self.rows)
                cells.append({"type": kind, "K": components, "bic": model.bic(self.rows)})
                models.append(model)
        ms = (time.perf_counter() - before) * 1e3
        for cell, model in zip(cells, models):
            cell["logLikelihood"] = model.score(self.rows) * len(self.rows)
        return {"ms": ms, "cells": cells, "winner": min(cells, key=lambda cell: cell["bic"])}


prefer_avx512()
warnings.simplefilter("ignore")
serve(version(), Peer)
