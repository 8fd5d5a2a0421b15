# shellcheck shell=bash
# What the wrapper scripts share: which codemate, which manifest, which status. Sourced; sets nothing but functions.

# Directories that the script with this path may belong to: the repository that holds it or a link to it, then the one
# where the file itself is. A project links to an installed wrapper and still gets its own manifest.
roots_of() {
    (cd "$(dirname "$1")/.." && pwd)
    (cd "$(dirname "$(readlink -f "$1")")/.." && pwd)
}

# The manifest of the repository that the script belongs to, else codemate's own.
manifest_for() {
    local root
    while IFS= read -r root; do
        if [[ -e $root/codemate.json ]]; then
            printf '%s\n' "$root/codemate.json"
            return
        fi
    done < <(roots_of "$1")
    echo builtin
}

# The program: built in the same checkout, installed under the same prefix (PREFIX/share/codemate/scripts), or on PATH.
codemate_for() {
    local root candidate
    while IFS= read -r root; do
        for candidate in "$root"/build/{release,dev}/src/codemate "${root%/share/codemate}/bin/codemate"; do
            if [[ -f $candidate && -x $candidate ]]; then
                printf '%s\n' "$candidate"
                return
            fi
        done
    done < <(roots_of "$1")
    type -P codemate
}
