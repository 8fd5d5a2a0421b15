#!/usr/bin/env bash
# Scan and inventory of a models directory of 10,000 models and 50,000 blobs, and of a tenth of it, which shall take a
# tenth of the time. Usage: tests/bench/inventory.sh [BUILD_DIR]   (default: build/release)
# Aims: under a second, at most 100 MiB; and what it says the directory takes of the disk is what du says.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
bench=$build/tests/bench/codemate-store-bench

scratch=$(mktemp -d "${TMPDIR:-/tmp}/codemate-bench-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

for models in 1000 10000; do
    "$bench" store "$scratch/$models" "$models"
    "$bench" scan "$scratch/$models" # whatever the system has to fetch first
    for _ in 1 2 3; do "$bench" scan "$scratch/$models"; done
    echo "du: $(du -s --block-size=1 "$scratch/$models" | cut -f1) bytes"
done
