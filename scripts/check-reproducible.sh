#!/usr/bin/env bash
# Builds the packages twice, in two checkouts of the present commit with other paths, times, languages and orders of files,
# and compares their bytes. Takes two whole builds.
# Usage: scripts/check-reproducible.sh [--with-ccache] [OUTPUT_DIR]   (the packages are left in OUTPUT_DIR)
# --with-ccache is quicker and shows less: the compiler may run once for both.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CCACHE_DISABLE=1
if [[ ${1-} == --with-ccache ]]; then
    unset CCACHE_DISABLE
    shift
fi
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/codemate-reproducible-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

build() { # CHECKOUT VARIABLE=VALUE…
    local checkout=$1
    git clone --quiet --no-hardlinks "$root" "$checkout"
    for script in package-deb package-portable; do
        env "${@:2}" "$checkout/scripts/$script.sh" "$checkout/packages" >"$checkout/$script.log" 2>&1 || {
            tail -20 "$checkout/$script.log" >&2
            return 1
        }
    done
}

build "$scratch/one" TZ=UTC LC_ALL=C.UTF-8
source=$(find "$scratch/one/build" -name 'curl_*.dsc' | head -1) # downloaded once is enough
mkdir "$scratch/a-longer"
build "$scratch/a-longer/path-to-the-other" TZ=Asia/Kathmandu LC_ALL=C CODEMATE_CURL_SOURCE="$source"

status=0
for package in "$scratch"/one/packages/*; do
    other="$scratch/a-longer/path-to-the-other/packages/$(basename "$package")"
    if cmp "$package" "$other"; then
        sha256sum "$package" | sed "s#$scratch/one/packages/##"
    else
        status=1
    fi
done
if [[ -n ${1-} ]]; then
    mkdir -p "$1"
    cp "$scratch"/one/packages/* "$1"
fi
if ((status == 0)); then echo "built twice, the same bytes"; fi
exit "$status"
