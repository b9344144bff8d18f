#!/usr/bin/env bash
# What `npm run test:runtimes` needs: the packages of test/runtimes, and (as root, on Debian) the browsers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# not the old npm that as-pect brings along, should `npm run` have put it first
PATH=$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd: -)
# what the lock says; `npm ci` would also demand the packages of platforms that this is not
npm install --no-save --no-audit --no-fund

missing=()
for pair in chromium:chromium firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" dbus >/dev/null
fi
