#!/usr/bin/env bash
# Every check that runs without starting RTCC. `make check`, the pre-commit hook and CI call this one file, so that they
# cannot differ. All of them run, then the verdict falls; one that cannot be made here (exit code 77) says so and fails
# nothing.
set -uo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
failed=()

check() {
    local name=$1 out status
    shift
    out=$("$@" 2>&1)
    status=$?
    if [ $status -eq 0 ]; then
        printf '  ok    %s\n' "$name"
    elif [ $status -eq 77 ]; then
        printf '  skip  %s: %s\n' "$name" "$out"
    else
        printf '  FAIL  %s\n%s\n' "$name" "$out"
        failed+=("$name")
    fi
}

# A pinned file with an address in it would send everybody's installation to one registry.
no_addresses() { ! grep -nE '([a-z+]+://|--(extra-)?index-url|--find-links|--trusted-host|^/| @ )' requirements*.txt; }

check "style (ruff check)" "$BIN/ruff" check --quiet .
check "format (ruff format)" "$BIN/ruff" format --check --quiet .
check "types (mypy --strict)" "$BIN/mypy"
check "layers (import-linter)" "$BIN/lint-imports" --no-cache
check "compose file (compose-spec schema)" "$BIN/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml
check "requirements hold no address" no_addresses
check "packages without known vulnerabilities (pip-audit)" "$BIN/python" -m scripts.audit_packages

if [ ${#failed[@]} -gt 0 ]; then
    printf '%d of the checks failed.\n' ${#failed[@]}
    exit 1
fi
