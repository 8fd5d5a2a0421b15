# shellcheck shell=bash
# The packages that codemate is built with: the one list, and how what is missing gets installed. Sourced.
# Names are those of Debian 12 and 13 and of Ubuntu 24.04 and later, which agree.

# As "command:package": what can be had in other ways too, so the command is what counts.
# pkg-config finds cpp-httplib; tests make git checkouts.
tool_packages=(cmake:cmake ninja:ninja-build g++:g++ pkg-config:pkg-config git:git)

library_packages=(
    libcurl4-openssl-dev  # http
    ca-certificates       # http: whom https trusts
    libssl-dev            # base: SHA-256
    libspdlog-dev         # base: diagnostics
    libfmt-dev
    nlohmann-json3-dev    # json
    libcli11-dev          # cli
    libsqlite3-dev        # vector_store
    catch2                # tests
    libcpp-httplib-dev    # codemate-sandbox
)

# Only .ci/run needs these. Another major version of clang-format formats differently, so one is named, here.
# shellcheck disable=SC2034  # used by the scripts that source this file
clang_format_major=14
check_packages=(shellcheck:shellcheck "clang-format-$clang_format_major:clang-format-$clang_format_major")
check_packages+=(mandoc:mandoc)      # the manual pages
check_packages+=(yamllint:yamllint)  # the examples
check_packages+=(zsh:zsh fish:fish)  # tests: completion in them, which is skipped where they are missing

# What scripts/package-*.sh need beside them.
package_tools=(dpkg-shlibdeps:dpkg-dev make:make file:file)

# Prints the packages of these that are missing, one a line.
missing_of() {
    local entry
    for entry in "$@"; do
        case $entry in
            *:*) command -v "${entry%%:*}" >/dev/null || echo "${entry#*:}" ;;
            *) [[ $(dpkg-query -W -f='${Status}' "$entry" 2>/dev/null) == "install ok installed" ]] || echo "$entry" ;;
        esac
    done
}

# Runs a command as root: directly, or through sudo, which may ask for a password only where somebody can answer.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif [[ -t 0 && -t 2 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [[ $(id -u) == 0 ]] || command -v sudo >/dev/null
}

apt_install() {
    echo "Installing with apt-get: $*"
    # One unreachable source of several is no reason to stop: the install says what it misses.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null || echo "apt-get update failed; trying to install all the same" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" </dev/null
}

explain_without_apt() {
    cat >&2 <<'END'
There is no apt-get here, so nothing was installed. codemate is built with
  CMake 3.25, Ninja, pkg-config, a C++20 compiler (GCC 12)
  libcurl 7.84, OpenSSL 3 (libcrypto), spdlog, fmt, nlohmann/json 3.11, CLI11 2.1, SQLite 3.34
  and for its tests Catch2 (2 or 3), cpp-httplib and git, and docker-registry in PATH for those on a real registry
each with its headers and its CMake package. When they are there: CODEMATE_PACKAGES=mine, and the same command again.
END
}

# Installs what is missing of what the build needs; ends the script where that cannot be done.
# CODEMATE_PACKAGES=mine: they come from elsewhere (another distribution, conda, vcpkg); nothing is looked at.
install_build_packages() {
    if [[ ${CODEMATE_PACKAGES-} == mine ]]; then return; fi
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        explain_without_apt
        exit 1
    fi
    local missing
    mapfile -t missing < <(missing_of "${tool_packages[@]}" "${library_packages[@]}")
    if ((${#missing[@]} == 0)); then return; fi
    if ! can_be_root; then
        printf 'Packages are missing, and there is no sudo. As root:\n  apt-get install %s\n' "${missing[*]}" >&2
        exit 1
    fi
    apt_install "${missing[@]}" || {
        printf 'The packages could not be installed: %s\n' "${missing[*]}" >&2
        exit 1
    }
}

# The same for what makes packages; called after install_build_packages, which has said what is to be said without apt.
install_package_tools() {
    local missing
    mapfile -t missing < <(missing_of "${package_tools[@]}")
    if ((${#missing[@]} > 0)); then apt_install "${missing[@]}"; fi
}

# Likewise for the checks, except that nothing ends without them: each check says that it was skipped.
install_check_packages() {
    local missing package
    if ! command -v apt-get >/dev/null || ! can_be_root; then return; fi
    mapfile -t missing < <(missing_of "${check_packages[@]}")
    for package in "${missing[@]}"; do
        apt_install "$package" || echo "$package could not be installed" >&2
    done
}

# Debian's docker-registry, for the tests that want a real registry. Unpacked into DIR/usr/bin and not installed: the package would
# listen on port 5000 from then on, after every start of the machine. Nothing ends without it: those tests say that they were
# skipped. Usage: unpack_test_programs DIR
unpack_test_programs() {
    local directory=$1 scratch
    if [[ ${CODEMATE_PACKAGES-} == mine || -n ${CODEMATE_TEST_DOCKER_REGISTRY-} || -x $directory/usr/bin/docker-registry ]]; then return; fi
    if command -v docker-registry >/dev/null || ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then return; fi
    scratch=$(mktemp -d)
    if download_into "$scratch" docker-registry && dpkg-deb -x "$scratch"/docker-registry_*.deb "$scratch/unpacked"; then
        mkdir -p "$directory/usr/bin"
        mv "$scratch/unpacked/usr/bin/docker-registry" "$directory/usr/bin/"
    else
        echo "docker-registry could not be had; the tests on it will be skipped" >&2
    fi
    rm -rf "$scratch"
}

# Needs no root, unless apt does not know of the package yet.
download_into() { # DIR PACKAGE
    echo "Downloading with apt-get: $2"
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$2") && return
    can_be_root || return
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update </dev/null || return
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$2")
}
