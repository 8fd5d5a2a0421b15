#!/usr/bin/env bash
# Makes codemate-VERSION-linux-ARCH.tar.gz: one static program that needs nothing but the kernel, with manual, completions,
# wrappers and the licences of what is linked in. docs/decisions/0013-portable-binary.md
# Usage: scripts/package-portable.sh [OUTPUT_DIR [BUILD_DIR]]   (default: build/packages, build/portable)
# Debian and Ubuntu only: libcurl is built from the distribution's source package, which apt-get downloads.
set -euo pipefail
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/packages.sh
. "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/portable_curl.sh
. "$root/scripts/lib/portable_curl.sh"
# shellcheck source=scripts/lib/reproducible.sh
. "$root/scripts/lib/reproducible.sh"

output=$(realpath -m "${1:-$root/build/packages}")
build=$(realpath -m "${2:-$root/build/portable}")
curl=${CODEMATE_PORTABLE_CURL:-$build-curl} # where libcurl is built, and kept for the next time

# The packages whose code is in the program.
linked_packages() {
    local owner
    printf '%s\n' libc6-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev libfmt-dev libspdlog-dev nlohmann-json3-dev libcli11-dev
    owner=$(dpkg-query -S "$(realpath "$(g++ -print-file-name=libstdc++.a)")" 2>/dev/null) || return 0
    echo "${owner%%:*}"
}

copy_licences() { # DIR
    local package copyright linked
    mapfile -t linked < <(linked_packages)
    mkdir -p "$1"
    for package in "${linked[@]}"; do
        copyright=/usr/share/doc/$package/copyright
        if [[ -e $copyright ]]; then install -m 644 "$copyright" "$1/$package"; fi
    done
    {
        echo "This program contains, statically linked:"
        dpkg-query -W -f='${source:Package} ${source:Version}\n' "${linked[@]}" 2>/dev/null | sort -u
        echo "curl: built from its source package with ${portable_curl_options[*]}"
    } >"$1/README"
}

install_build_packages
install_package_tools
set_source_date "$root"
make_portable_curl "$curl"
# Fresh: a libcurl that was found before would be taken again.
cmake --fresh -S "$root" -B "$build" --preset portable -DCMAKE_PREFIX_PATH="$curl/prefix"
cmake --build "$build" --target codemate -j"$(nproc)"

name=codemate-$(project_version "$root")-linux-$(uname -m)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cmake --install "$build" --prefix "$stage/$name" --strip >/dev/null
copy_licences "$stage/$name/share/doc/codemate/licences"
mkdir -p "$output"
pack "$stage" "$name" "$output/$name.tar.gz"
echo "$output/$name.tar.gz"
