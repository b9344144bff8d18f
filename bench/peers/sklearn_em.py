"""EM iterations of scikit-learn's GaussianMixture on command: JSON lines in, JSON lines out (see README.md)."""

import json
import os
import sys
import time

import numpy
import sklearn
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


class Peer:
    def __init__(self, load):
        N, d, K = load["N"], load["d"], load["K"]
        kind = load["covarianceType"]
        self.rows = numpy.fromfile(load["rows"]).reshape(N, d)
        start = numpy.fromfile(load["start"])
        shape = {"full": (K, d, d), "tied": (d, d), "diag": (K, d), "spherical": (K,)}[kind]
        self.model = GaussianMixture(K, covariance_type=kind, reg_covar=load["regCovar"])
        self.model.weights_ = start[:K]
        self.model.means_ = start[K : K + K * d].reshape(K, d)
        self.model.covariances_ = start[K + K * d :].reshape(shape)
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


def main():
    prefer_avx512()
    peer = None
    for line in sys.stdin:
        message = json.loads(line)
        command = message["command"]
        answer = {}
        try:
            if command == "about":
                blas = {f"{pool['internal_api']} {pool['version']}" for pool in threadpool_info() if pool["user_api"] == "blas"}
                kernels = "/".join(cores())
                parts = [f"scikit-learn {sklearn.__version__}", f"numpy {numpy.__version__}", *sorted(blas)]
                answer["version"] = f"{', '.join(parts)} ({kernels} kernels)"
            elif command == "load":
                peer = None
                peer = Peer(message)
            elif command == "run":
                answer["ms"] = peer.run(message["iterations"])
            elif command == "logLikelihood":
                answer["logLikelihood"] = float(peer.mean) * len(peer.rows)
            elif command == "unload":
                peer = None
        except Exception as error:
            answer = {"error": f"scikit-learn: {error}"}
        print(json.dumps(answer), flush=True)


main()
