#!/usr/bin/env bash
# Runs shellcheck over every script.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v shellcheck >/dev/null; then
    echo "scripts: skipped, shellcheck is not here"
    exit 0
fi
mapfile -t files < <(find scripts tests src .ci .github \( -name '*.sh' -o -name '*.bash' -o -path .ci/run \) -type f)
shellcheck -x "${files[@]}"
echo "scripts: ${#files[@]} files"
