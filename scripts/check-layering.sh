#!/usr/bin/env bash
# Fails on an include that the module table of docs/architecture.md does not allow.
# Usage: scripts/check-layering.sh [ROOT]   (ROOT: another checkout; the tests use it)
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root"
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

# The sandbox's own tests (tests/sandbox/test) may use what all tests use.
find include src tests/sandbox -path tests/sandbox/test -prune -o \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.in' \) -type f -print 2>/dev/null |
    LC_ALL=C sort |
    LC_ALL=C awk -v table=docs/architecture.md -f "$here/lib/layering.awk"
