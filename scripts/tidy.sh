#!/usr/bin/env bash
# Runs clang-tidy with the checks of .clang-tidy. Not part of CI: it needs longer than building and testing.
# Usage: scripts/tidy.sh [FILE…]   (no file: every source below src/)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v clang-tidy >/dev/null; then
    echo "clang-tidy is not here" >&2
    exit 1
fi
cmake --preset dev >/dev/null
cmake --build --preset dev --target libcodemate # for the generated source
files=("$@")
if ((${#files[@]} == 0)); then mapfile -t files < <(find src -name '*.cpp' -type f | LC_ALL=C sort); fi
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/dev --quiet
