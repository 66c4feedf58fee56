# Sourced: system_install WHAT APT_PACKAGES BREW_ARGUMENTS installs a program with the system's own package manager, and fails
# where there is none, or where we may not.
system_install() {
    local what=$1 apt_packages=$2 brew_arguments=$3 as_root=
    if command -v apt-get >/dev/null; then
        if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
        if [ -n "$as_root" ] && ! sudo -n true 2>/dev/null; then return 1; fi
        echo "Installing $what ..." >&2
        # A list that cannot be renewed may still name the package.
        $as_root apt-get update -qq >&2 || true
        # shellcheck disable=SC2086 # names of packages, apart from each other
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $apt_packages >&2
    elif command -v brew >/dev/null; then
        echo "Installing $what ..." >&2
        # shellcheck disable=SC2086
        brew install $brew_arguments >&2
    else
        return 1
    fi
}
