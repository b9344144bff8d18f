#!/usr/bin/env bash
# What the tests of the runtimes need: the packages of test/runtimes and, from Debian's, the browsers (as root, or by sudo).
# What cannot be had is named on a line of its own; the exit code is then 1.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

status=0
cannot() {
  echo "test/runtimes/install.sh: $*" >&2
  status=1
}

# Three times: a download that failed may not fail again.
patiently() {
  "$@" && return
  sleep 5
  "$@" && return
  sleep 20
  "$@"
}

# not the old npm that as-pect brings along, should `npm run` have put it first
PATH=$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd: -)
if [ ! package-lock.json -ot node_modules/.package-lock.json ]; then
  # what the lock says; `npm ci` would also demand the packages of platforms that this is not
  if patiently npm install --no-save --no-audit --no-fund; then
    touch node_modules/.package-lock.json
  else
    cannot "npm could not install the packages of test/runtimes"
  fi
fi

declare -A packages=([chromium]=chromium [firefox-esr]=firefox-esr [WebKitWebDriver]=webkit2gtk-driver [Xvfb]=xvfb)
missing() {
  for program in "${!packages[@]}"; do
    command -v "$program" >/dev/null || echo "${packages[$program]}"
  done
}
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo -n)
apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::http::Timeout=30 "$@" >/dev/null
}
fetch() {
  # shellcheck disable=SC2046 # one word for each package
  apt update && apt install -y --no-install-recommends $(missing) dbus
}
if [ -n "$(missing)" ]; then
  echo "installing" $(missing)
  patiently fetch
  [ -z "$(missing)" ] || cannot "apt-get could not install" $(missing)
fi
exit "$status"
