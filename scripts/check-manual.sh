#!/usr/bin/env bash
# Reads every manual page with mandoc, which says what is wrong with its roff.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v mandoc >/dev/null; then
    echo "manual: skipped, mandoc is not here"
    exit 0
fi
# A page of another name has only a reference to the page that it is, which mandoc looks for where manuals are installed.
mapfile -t pages < <(grep -L '^\.so ' docs/man/*.1)
# The pages have no date, so that they change only with what they say.
remarks=$(mandoc -Tlint -W warning "${pages[@]}" | grep -v 'missing date, using ""' || true)
if [[ -n $remarks ]]; then
    echo "$remarks"
    exit 1
fi
echo "manual: ${#pages[@]} pages"
