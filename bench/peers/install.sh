#!/bin/sh
# Installs what bench/peers/run.mjs compares with, all of it into bench/peers/.venv (not in git): scikit-learn, newest, and a
# program around Armadillo. Prints what it could not install and goes on; run.mjs does without what is missing.
cd "$(dirname "$0")" || exit 1

missing() {
  echo "not installed: $1" >&2
}

if [ ! -x .venv/bin/python ] && ! python3 -m venv .venv; then
  missing "a Python environment (is python3 with venv there?)"
fi
if [ -x .venv/bin/python ]; then
  .venv/bin/python -m pip install --quiet --upgrade scikit-learn numpy || missing "scikit-learn"
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && apt-get install -y -qq libarmadillo-dev g++ >/dev/null; } || missing "libarmadillo-dev, g++"
fi
mkdir -p .venv/bin
build() {
  g++ -std=c++17 -O3 -march=native -DARMA_NO_DEBUG "$@" armadillo.cpp -larmadillo
}
# One thread is built without OpenMP: nothing of it is in the way.
build -o .venv/bin/armadillo-em || missing "Armadillo, one thread"
build -fopenmp -o .venv/bin/armadillo-em-threads || missing "Armadillo, several threads"

if [ -x .venv/bin/python ]; then
  .venv/bin/python -c 'import numpy, sklearn; print("scikit-learn", sklearn.__version__, "numpy", numpy.__version__)'
fi
if [ -x .venv/bin/armadillo-em ]; then echo '{"command":"about"}' | .venv/bin/armadillo-em; fi
exit 0
