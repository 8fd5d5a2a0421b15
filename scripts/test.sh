#!/usr/bin/env bash
# Installs missing packages, builds, runs all tests.
# Usage: scripts/test.sh [PRESET [CTEST_OPTION…]]   (PRESET: dev, release, asan-ubsan, tsan; default dev)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

preset=${1:-dev}
install_build_packages
unpack_test_programs build/test-programs
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" "${@:2}"
