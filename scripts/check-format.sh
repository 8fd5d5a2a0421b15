#!/usr/bin/env bash
# Checks that our C++ is formatted as .clang-format says; with --fix, formats it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

find_clang_format() {
    local candidate
    for candidate in "clang-format-$clang_format_major" clang-format; do
        if "$candidate" --version 2>/dev/null | grep -q "version $clang_format_major\."; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

formatter=$(find_clang_format) || {
    echo "format: skipped, clang-format $clang_format_major is not here"
    exit 0
}
mapfile -t files < <(find include src tests packaging \( -name '*.hpp' -o -name '*.cpp' \) -type f)
if [[ ${1-} == --fix ]]; then
    "$formatter" -i "${files[@]}"
else
    "$formatter" --dry-run --Werror "${files[@]}"
fi
echo "format: ${#files[@]} files"
