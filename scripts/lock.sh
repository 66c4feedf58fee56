#!/usr/bin/env bash
# Pins every package, with hashes, for Python 3.11 and newer on Linux and macOS: one file for running, one for building
# the wheel, one for testing. No registry address is written, so that each machine uses its own.
# Arguments go to uv: `--upgrade`, `--upgrade-package dash`.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}

"$BIN/python" -m pip --disable-pip-version-check install --quiet 'uv>=0.9,<1'

compile() {
    local out=$1
    shift
    "$BIN/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --output-file "$out" "$@"
    printf '# Written by `make lock` from pyproject.toml; do not edit.\n%s\n' "$(grep -v '^#' "$out")" >"$out"
}

compile requirements.txt pyproject.toml "$@"
compile requirements-build.txt --group pyproject.toml:build --constraint requirements.txt "$@"
compile requirements-dev.txt pyproject.toml --group dev --constraint requirements.txt "$@"
echo "Pinned $(grep -c '==' requirements-dev.txt) packages, $(grep -c '==' requirements.txt) of them needed to run."
