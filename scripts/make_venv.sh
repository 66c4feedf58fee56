#!/usr/bin/env bash
# Makes the virtual environment given as first argument, with the newest Python from 3.11 to 3.13 on this machine
# (or the one named by PYTHON). Says what to install where there is none.
set -euo pipefail
venv=${1:?which folder?}

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
has_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

python=
for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if command -v "$candidate" >/dev/null && fits "$candidate"; then
        # One that can make environments is better than a newer one that cannot.
        if has_venv "$candidate"; then python=$candidate && break; fi
        python=${python:-$candidate}
    fi
done
if [ -z "$python" ]; then
    echo "RTCC needs Python 3.11, 3.12 or 3.13, and found none on PATH." >&2
    echo "  Debian or Ubuntu: apt-get install python3 python3-venv    macOS: brew install python@3.12" >&2
    echo "  Or name one: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
fi

# Debian keeps ensurepip in a package of its own.
if ! has_venv "$python"; then
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        echo "Installing $package ..."
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    else
        echo "$python cannot make virtual environments here. Install them first: sudo apt-get install $package" >&2
        exit 1
    fi
fi

rm -rf "$venv"
"$python" -m venv "$venv"
echo "Made $venv with $("$venv/bin/python" --version)."
