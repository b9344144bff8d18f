"""EM iterations and whole fits of oneDAL's em_gmm, by way of daal4py, on command (see README.md)."""

import os
import subprocess
import sys
import time
from importlib.metadata import version as installed

import daal4py
from serve import data_of, serve

TRIVIAL = "import daal4py, numpy; daal4py.em_gmm_init(nComponents=1).compute(numpy.eye(2))"


def kernels():
    """What oneDAL takes the processor for; it says so only when it is told to be verbose."""
    verbose = {**os.environ, "ONEDAL_VERBOSE": "1"}
    told = subprocess.run([sys.executable, "-c", TRIVIAL], env=verbose, capture_output=True, text=True).stderr
    lines = [line.partition(":") for line in told.splitlines()]
    return next((value.strip() for name, _, value in lines if name == "Processor optimization"), "unknown")


def version():
    return f"oneDAL {installed('daal')}, scikit-learn-intelex {installed('scikit-learn-intelex')} ({kernels()})"


class Peer:
    def __init__(self, load):
        daal4py.daalinit(load["threads"])
        self.rows, start = data_of(load)
        self.components = load["K"]
        if start is None:
            return
        weights, means, covariances = start
        self.storage = {"full": "full", "diag": "diagonal"}[load["covarianceType"]]
        if self.storage == "diagonal":
            covariances = covariances[:, None, :]
        self.parameters = (weights[None, :], means, list(covariances))

    def compute(self):
        """An E-step and an M-step. It adds nothing to variances unless a covariance is singular."""
        algorithm = daal4py.em_gmm(
            nComponents=self.components, maxIterations=1, accuracyThreshold=0.0, covarianceStorage=self.storage
        )
        return algorithm.compute(self.rows, *self.parameters)

    def run(self, iterations):
        """One iteration per call: with more, it ends where the log-likelihood has become constant. A call costs next to nothing."""
        samples = []
        for _ in range(iterations):
            before = time.perf_counter()
            result = self.compute()
            self.parameters = (result.weights, result.means, result.covariances)
            samples.append((time.perf_counter() - before) * 1e3)
        return samples

    def log_likelihood(self):
        """Of one more iteration, as it reports that of the parameters before its M-step."""
        return float(self.compute().goalFunction[0, 0])

    def fit(self, _message):
        before = time.perf_counter()
        start = daal4py.em_gmm_init(nComponents=self.components).compute(self.rows)
        result = daal4py.em_gmm(nComponents=self.components).compute(
            self.rows, start.weights, start.means, start.covariances
        )
        ms = (time.perf_counter() - before) * 1e3
        self.storage = "full"
        self.parameters = (result.weights, result.means, result.covariances)
        return {"ms": ms, "logLikelihood": self.log_likelihood(), "iterations": int(result.nIterations[0, 0])}


serve(version(), Peer)
