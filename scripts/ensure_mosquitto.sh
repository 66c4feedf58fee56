#!/usr/bin/env bash
# Prints the path of the mosquitto broker, and installs it with the system's own package manager where there is none.
# The tests of feeds over MQTT drive it, and are skipped, visibly, without one. RTCC_MOSQUITTO names another.
set -euo pipefail
. "$(dirname "$0")/system_install.sh"

find_broker() {
    local candidate
    for candidate in "${RTCC_MOSQUITTO:-}" mosquitto /usr/sbin/mosquitto /usr/local/sbin/mosquitto \
        /opt/homebrew/sbin/mosquitto; do
        if [ -n "$candidate" ] && command -v "$candidate" 2>/dev/null; then return 0; fi
    done
    return 1
}

find_broker && exit 0

system_install "mosquitto for the tests of feeds over MQTT" mosquitto "--quiet mosquitto" && find_broker && exit 0

echo "No mosquitto was found; the tests of feeds over MQTT are skipped. Install one (apt-get install mosquitto, or" >&2
echo "brew install mosquitto), or name its program: RTCC_MOSQUITTO=/path/to/mosquitto" >&2
exit 1
