#!/usr/bin/env bash
# Prints the path of the mosquitto broker, and installs it with the system's own package manager where there is none.
# The tests of feeds over MQTT drive it, and are skipped, visibly, without one. RTCC_MOSQUITTO names another.
set -euo pipefail

find_broker() {
    local candidate
    for candidate in "${RTCC_MOSQUITTO:-}" mosquitto /usr/sbin/mosquitto /usr/local/sbin/mosquitto \
        /opt/homebrew/sbin/mosquitto; do
        if [ -n "$candidate" ] && command -v "$candidate" 2>/dev/null; then return 0; fi
    done
    return 1
}

find_broker && exit 0

if command -v apt-get >/dev/null; then
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
    if [ -z "$as_root" ] || sudo -n true 2>/dev/null; then
        echo "Installing mosquitto for the tests of feeds over MQTT ..." >&2
        $as_root apt-get update -qq >&2 || true
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mosquitto >&2 || true
        find_broker && exit 0
    fi
elif command -v brew >/dev/null; then
    echo "Installing mosquitto for the tests of feeds over MQTT ..." >&2
    brew install --quiet mosquitto >&2 || true
    find_broker && exit 0
fi

echo "No mosquitto was found; the tests of feeds over MQTT are skipped. Install one (apt-get install mosquitto, or" >&2
echo "brew install mosquitto), or name its program: RTCC_MOSQUITTO=/path/to/mosquitto" >&2
exit 1
