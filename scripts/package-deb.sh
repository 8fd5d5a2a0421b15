#!/usr/bin/env bash
# Makes the Debian package codemate_VERSION-1_ARCH.deb, for the distribution that it is made on and its successors.
# Usage: scripts/package-deb.sh [OUTPUT_DIR [BUILD_DIR]]   (default: build/packages, build/release)
set -euo pipefail
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/packages.sh
. "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/reproducible.sh
. "$root/scripts/lib/reproducible.sh"

output=$(realpath -m "${1:-$root/build/packages}")
build=$(realpath -m "${2:-$root/build/release}")

install_build_packages
install_package_tools
set_source_date "$root"
cmake -S "$root" -B "$build" --preset release
cmake --build "$build" --target codemate -j"$(nproc)"
rm -rf "$build/_CPack_Packages"
mkdir -p "$output"
cpack -G DEB --config "$build/CPackConfig.cmake" -B "$output"
rm -rf "$output/_CPack_Packages"
