#!/usr/bin/env bash
# Reads every manual page with mandoc, which says what is wrong with its roff.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v mandoc >/dev/null; then
    echo "manual: skipped, mandoc is not here"
    exit 0
fi
# The pages have no date, so that they change only with what they say.
if mandoc -Tlint -W warning docs/man/*.1 | grep -v 'missing date, using ""'; then
    exit 1
fi
pages=(docs/man/*.1)
echo "manual: ${#pages[@]} pages"
