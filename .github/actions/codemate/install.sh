#!/usr/bin/env bash
# Puts codemate into the job's PATH: one that is there, one from an archive whose digest is checked, or one built from the
# checkout that this action is part of. The inputs come as environment variables, so that no text of theirs is ever code.
set -euo pipefail
shopt -s inherit_errexit
# shellcheck source=.github/actions/codemate/annotation.sh
. "$(dirname "${BASH_SOURCE[0]}")/annotation.sh"

fail() { # MESSAGE: as an annotation; status 2, as of a wrong command line
    annotate error "$1" >&2
    exit 2
}

# Prints where the archive is now.
fetch() { # ARCHIVE DIRECTORY
    case $1 in
        https://*)
            curl --globoff --fail --silent --show-error --location --proto '=https' --retry 3 --output "$2/archive" "$1" ||
                fail "cannot fetch the archive from $1"
            echo "$2/archive"
            ;;
        *://*) fail "the archive has to come by https, not from $1" ;;
        *) echo "$1" ;;
    esac
}

# Unpacks the archive if it is what the workflow says; prints the path of the program in it.
from_archive() { # ARCHIVE SHA256 DIRECTORY
    local file program
    [[ $2 =~ ^[0-9a-fA-F]{64}$ ]] || fail "with an archive goes its sha256, 64 digits"
    rm -rf "$3"
    mkdir -p "$3/unpacked"
    file=$(fetch "$1" "$3")
    [[ -f $file ]] || fail "there is no archive $file"
    if ! echo "${2,,}  $file" | sha256sum --check --status; then
        fail "the archive is not the one that sha256 names: it has $(sha256sum <"$file" | cut -d ' ' -f 1)"
    fi
    tar -xf "$file" -C "$3/unpacked" --no-same-owner
    program=$(find "$3/unpacked" -type f -name codemate -perm -u+x -print -quit)
    [[ -n $program ]] || fail "the archive has no program codemate in it"
    echo "$program"
}

from_source() { # CHECKOUT
    (
        cd "$1"
        # shellcheck source=scripts/lib/packages.sh
        . scripts/lib/packages.sh
        install_build_packages
        cmake --preset release -D CODEMATE_TESTS=OFF && cmake --build --preset release --target codemate
    ) >&2 || fail "codemate could not be built from $1"
    echo "$1/build/release/src/codemate"
}

# Without the white space around it, which YAML's block texts bring.
trimmed() {
    local text=${1#"${1%%[![:space:]]*}"}
    echo "${text%"${text##*[![:space:]]}"}"
}

directory=${RUNNER_TEMP:?}/codemate
if [[ -n ${INPUT_PROGRAM-} ]]; then
    program=$INPUT_PROGRAM
    [[ -x $program && -f $program ]] || fail "there is no program $program"
elif [[ -n ${INPUT_ARCHIVE-} ]]; then
    program=$(from_archive "$(trimmed "$INPUT_ARCHIVE")" "$(trimmed "${INPUT_SHA256-}")" "$directory")
else
    program=$(from_source "$(realpath "${GITHUB_ACTION_PATH:?}/../../..")")
fi

program=$(realpath "$program")
# The runner takes each line of the files below for one of its own.
[[ $program != *$'\n'* ]] || fail "there is a line end in the path of $program"
"$program" --version
dirname "$program" >>"${GITHUB_PATH:?}"
echo "program=$program" >>"${GITHUB_OUTPUT:?}"
