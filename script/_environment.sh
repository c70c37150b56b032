# Shared by script/demo and script/test: finds Python, makes .venv and installs into it. Sourced, not run.
# POSIX sh. Expects the working directory to be the project's.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say ""
    say "$@"
    exit 1
}

# Installs Debian packages where that is possible without asking anybody; otherwise says no.
install_debian_packages() {
    [ "$(id -u)" = 0 ] || return 1
    command -v apt-get >/dev/null 2>&1 || return 1
    say "Installing $* ..."
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -qq </dev/null >&2 && apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Prints the Python to build the environment with: python3 if it is new enough, else a versioned one.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

make_environment() {
    # A copied or half-made folder does not run: then it is made anew.
    if [ -x .venv/bin/python ] && is_new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1
    then
        # An environment that was copied here from elsewhere would install into the other place.
        here=$(pwd -P)
        prefix=$(.venv/bin/python -c 'import os, sys; print(os.path.realpath(sys.prefix))')
        [ "$prefix" = "$here/.venv" ] && return 0
    fi
    if ! python=$(find_python); then
        install_debian_packages python3 python3-venv || true
        python=$(find_python) || fail "Waymark needs Python 3.11 or newer, and none was found. \
Install it, or name one: PYTHON=/path/to/python3.12 sh $0"
    fi
    say "Making the environment .venv with $("$python" --version) ..."
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        # Debian keeps the venv module in a package of its own.
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        rm -rf .venv
        install_debian_packages "python$version-venv" || install_debian_packages python3-venv || true
        "$python" -m venv .venv || fail "Python's venv module is missing. \
On Debian and Ubuntu: apt-get install python$version-venv"
    fi
}

# install_project EXTRA: installs the project, with [EXTRA] if it is not empty, unless that is done already.
install_project() {
    extra=$1
    stamp=.venv/.waymark-installed${extra:+-$extra}
    wanted=$(cat pyproject.toml constraints.txt | cksum)
    if [ -x .venv/bin/waymark ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return 0
    fi
    say "Installing (the first time this takes a minute or two) ..."
    PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install -qq \
        -c constraints.txt -e ".${extra:+[$extra]}" </dev/null >&2 ||
        fail "The installation failed; what pip said stands above."
    printf '%s\n' "$wanted" >"$stamp"
    # What developers get holds all that the demonstration needs.
    [ -z "$extra" ] || printf '%s\n' "$wanted" >.venv/.waymark-installed
}
