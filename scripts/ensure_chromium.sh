#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome, and installs Chromium with the system's own package manager where there is none.
# The browser tests, the benchmarks and the screenshots drive it. RTCC_CHROMIUM names another.
set -euo pipefail

find_browser() {
    local candidate
    for candidate in "${RTCC_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if [ -n "$candidate" ] && command -v "$candidate" 2>/dev/null; then return 0; fi
    done
    return 1
}

find_browser && exit 0

if command -v apt-get >/dev/null; then
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
    if [ -z "$as_root" ] || sudo -n true 2>/dev/null; then
        echo "Installing Chromium for the browser tests ..." >&2
        $as_root apt-get update -qq >&2
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            chromium fonts-dejavu-core fonts-liberation >&2 ||
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-browser >&2
        find_browser && exit 0
    fi
elif command -v brew >/dev/null; then
    echo "Installing Chromium for the browser tests ..." >&2
    brew install --cask --quiet chromium >&2
    find_browser && exit 0
fi

echo "No Chromium or Chrome was found. Install one (apt-get install chromium, or brew install --cask chromium)," >&2
echo "or name its program: RTCC_CHROMIUM=/path/to/chromium" >&2
exit 1
