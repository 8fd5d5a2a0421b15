# shellcheck shell=bash
# What the wrapper scripts share: which codemate, which manifest, which status. Sourced; expects a function `usage`.

# Directories that the script with this path may belong to: the repository that holds it or a link to it, then the one
# where the file itself is. A project links to an installed wrapper and still gets its own manifest.
roots_of() {
    (cd "$(dirname "$1")/.." && pwd)
    (cd "$(dirname "$(readlink -f "$1")")/.." && pwd)
}

# The manifest of the repository that the script belongs to, else codemate's own.
manifest_for() {
    local root roots
    roots=$(roots_of "$1") # whole: a loop that ends early would leave its writer with a broken pipe
    while IFS= read -r root; do
        if [[ -e $root/codemate.json ]]; then
            printf '%s\n' "$root/codemate.json"
            return
        fi
    done <<<"$roots"
    echo builtin
}

# The program: built in the same checkout, installed under the same prefix (PREFIX/share/codemate/scripts), or on PATH.
codemate_for() {
    local root roots candidate
    roots=$(roots_of "$1")
    while IFS= read -r root; do
        for candidate in "$root"/build/{release,dev}/src/codemate "${root%/share/codemate}/bin/codemate"; do
            if [[ -f $candidate && -x $candidate ]]; then
                printf '%s\n' "$candidate"
                return
            fi
        done
    done <<<"$roots"
    type -P codemate
}

# refuse SCRIPT WHY: ends it.
refuse() {
    printf '%s: error: %s\n\n' "${1##*/}" "$2" >&2
    usage >&2
    exit 1
}

# find_codemate SCRIPT: sets what on_manifest uses, or ends the script.
find_codemate() {
    program=$(codemate_for "$1") || {
        printf '%s: error: %s\n' "${1##*/}" \
            "codemate is neither built in this checkout, nor installed beside this script, nor on PATH" >&2
        echo "hint: scripts/quickstart.sh of its checkout builds it" >&2
        exit 1
    }
    manifest=$(manifest_for "$1")
}

on_manifest() {
    "$program" --manifest "$manifest" "$@" || exit 1
}
