#!/bin/sh
# Installs what bench/peers/run.mjs compares with, into bench/peers/.installed (not in git): scikit-learn and oneDAL, newest, each
# in a Python environment of its own; two npm packages; a program around Armadillo. Armadillo itself and R's mclust come
# from Debian's packages, where apt-get and root are. Says what it could not install and goes on; run.mjs does without.
cd "$(dirname "$0")" || exit 1
installed=$PWD/.installed
mkdir -p "$installed"

missing() {
  echo "not installed: $1" >&2
}

# environment NAME PACKAGE...: Python packages in a virtual environment.
environment() {
  name=$1
  shift
  [ -x "$installed/$name/bin/python" ] || python3 -m venv "$installed/$name" || { missing "$name: no Python with venv"; return; }
  "$installed/$name/bin/python" -m pip install --quiet --upgrade "$@" || missing "$name: pip install $*"
}
environment sklearn scikit-learn
environment onedal scikit-learn-intelex

# cholesky-tools: gaussian-mixture-model 1.1.5 imports it and does not list it.
[ -f "$installed/npm/package.json" ] || { mkdir -p "$installed/npm" && echo '{"private":true}' >"$installed/npm/package.json"; }
npm install --silent --no-audit --no-fund --prefix "$installed/npm" \
  gaussian-mixture-model expectation-maximization cholesky-tools >/dev/null || missing "the npm packages"

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq || missing "Debian's list of packages"
  packages() {
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null || missing "$*"
  }
  packages g++ libarmadillo-dev
  packages r-base-core r-cran-mclust
fi
Rscript -e 'library(mclust)' >/dev/null 2>&1 || missing "mclust: r-base-core and r-cran-mclust are Debian's packages"

build() {
  g++ -std=c++17 -O3 -march=native -DARMA_NO_DEBUG "$@" programs/armadillo.cpp -larmadillo
}
# One thread is built without OpenMP: nothing of it is in the way.
build -o "$installed/armadillo" || missing "Armadillo, one thread: g++ and libarmadillo-dev are Debian's packages"
build -fopenmp -o "$installed/armadillo-threads" || missing "Armadillo, several threads"

node run.mjs --list
