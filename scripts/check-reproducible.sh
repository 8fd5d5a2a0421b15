#!/usr/bin/env bash
# Whether the packages' bytes follow from the commit alone: they are made here, and once more in a clone elsewhere with another
# path, time zone and language, by a compiler that runs again for each file. Takes a whole build of each.
# Usage: scripts/check-reproducible.sh [--quick] [deb|portable]…     (default: both; those of here are left in build/packages)
# --quick: ccache may know a file from here, so that all but the compiler is judged. (With TMPDIR so that the clone is as deep
# as the checkout.)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
again=(CCACHE_DISABLE=1 LC_ALL=C)
if [[ ${1-} == --quick ]]; then
    again=()
    shift
fi
packages=("$@")
if ((${#packages[@]} == 0)); then packages=(deb portable); fi
for package in "${packages[@]}"; do
    if [[ ! -x $root/scripts/package-$package.sh ]]; then
        echo "there is no package '$package'" >&2
        exit 2
    fi
done
if [[ -n $(git -C "$root" status --porcelain) ]]; then
    echo "there are files that are not committed, and a clone would not have them" >&2
    exit 2
fi

scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/codemate-reproducible-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
here=$root/build/packages
there=$scratch/codemate-at-another-path

make_them() { # CHECKOUT OUTPUT_DIR VARIABLE=VALUE…
    local package
    for package in "${packages[@]}"; do
        echo "$package, in $1"
        env "${@:3}" "$1/scripts/package-$package.sh" "$2" >"$scratch/log" 2>&1 || {
            tail -20 "$scratch/log" >&2
            return 1
        }
    done
}

rm -rf "$here"
make_them "$root" "$here" TZ=UTC
git clone --quiet --no-hardlinks "$root" "$there"
source=$(find "$root/build" -name 'curl_*.dsc' | sort -V | tail -1) # downloaded once is enough
make_them "$there" "$scratch/packages" TZ=Asia/Kathmandu "${again[@]}" CODEMATE_CURL_SOURCE="$source"

status=0
for package in "$here"/*; do
    cmp "$package" "$scratch/packages/$(basename "$package")" || status=1
done
(cd "$here" && sha256sum -- *)
if ((status == 0)); then echo "made twice, the same bytes"; fi
exit "$status"
