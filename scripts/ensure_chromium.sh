#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome, and installs Chromium with the system's own package manager where there is none.
# The browser tests, the benchmarks and the screenshots drive it. RTCC_CHROMIUM names another.
set -euo pipefail
. "$(dirname "$0")/system_install.sh"

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

for packages in "chromium fonts-dejavu-core fonts-liberation" chromium-browser; do
    system_install "Chromium for the browser tests" "$packages" "--cask --quiet chromium" && find_browser && exit 0
done

echo "No Chromium or Chrome was found. Install one (apt-get install chromium, or brew install --cask chromium)," >&2
echo "or name its program: RTCC_CHROMIUM=/path/to/chromium" >&2
exit 1
