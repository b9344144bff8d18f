"""How a Python peer talks: JSON lines on standard input and output, numbers in files."""

import json
import sys

import numpy


def data_of(load):
    """Rows [N, d], and weights, means and covariances of the start if there is one."""
    N, d, K = load["N"], load["d"], load["K"]
    rows = numpy.fromfile(load["rows"]).reshape(N, d)
    if "start" not in load:
        return rows, None
    start = numpy.fromfile(load["start"])
    shape = {"full": (K, d, d), "tied": (d, d), "diag": (K, d), "spherical": (K,)}[load["covarianceType"]]
    return rows, (start[:K], start[K : K + K * d].reshape(K, d), start[K + K * d :].reshape(shape))


def serve(version, Peer):
    """Answers until there is nothing more on standard input.

    Peer(load) has run(iterations), milliseconds of each; log_likelihood(), after those; fit(message), a
    whole default fit with the seed of the message; maybe select(message).
    """
    peer = None
    for line in sys.stdin:
        message = json.loads(line)
        command = message["command"]
        answer = {}
        try:
            if command == "about":
                answer["version"] = version
            elif command == "load":
                peer = None
                peer = Peer(message)
            elif command == "run":
                answer["ms"] = peer.run(message["iterations"])
            elif command == "logLikelihood":
                answer["logLikelihood"] = peer.log_likelihood()
            elif command == "fit":
                answer = peer.fit(message)
            elif command == "select":
                answer = peer.select(message)
            elif command == "unload":
                peer = None
        except Exception as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
