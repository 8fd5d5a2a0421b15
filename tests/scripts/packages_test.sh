#!/usr/bin/env bash
# Packages are installed only when something is missing, by whoever may; without apt it is said what to install.
# Usage: packages_test.sh SOURCE_DIR
set -euo pipefail
source=$1
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"

bash=$(command -v bash)
machine=$scratch/bin # all the programs that there are

program() { # NAME LINE…
    printf '%s\n' "#!$bash" "${@:2}" >"$machine/$1"
    chmod +x "$machine/$1"
}

# A Debian machine of root's with every tool and no library package.
new_machine() {
    rm -rf "$machine" "$scratch/apt.log"
    mkdir -p "$machine"
    ln -s "$(command -v env)" "$(command -v cat)" "$machine"
    local tool
    for tool in cmake ninja g++ pkg-config git shellcheck; do program "$tool" 'exit 0'; done
    program id 'echo 0'
    program dpkg-query 'exit 1'
    program apt-get "echo \"\$*\" >>'$scratch/apt.log'"
}

install() {
    run env PATH="$machine" "$bash" -c ". '$source/scripts/lib/packages.sh' && $1 && echo and on"
}

asked_of_apt() {
    cat "$scratch/apt.log" 2>/dev/null || true
}

libraries='libcurl4-openssl-dev ca-certificates libssl-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libcli11-dev libsqlite3-dev catch2 libcpp-httplib-dev'

new_machine
install install_build_packages
expect_status 0
expect_text 'and on' "$out"
expect_equal 'what root asks of apt' "-q update
-q install -y --no-install-recommends $libraries" "$(asked_of_apt)"

# Only what is missing.
new_machine
rm "$machine/ninja"
# shellcheck disable=SC2016  # for the fake to expand: its last argument
program dpkg-query '[[ ${!#} != catch2 ]] && echo -n "install ok installed"'
install install_build_packages
expect_status 0
expect_text 'no-install-recommends ninja-build catch2' "$(asked_of_apt)"

# A package that was removed but not purged is missing.
new_machine
program dpkg-query 'echo -n "deinstall ok config-files"'
install install_build_packages
expect_text "$libraries" "$(asked_of_apt)"

# Nothing missing: nothing is called, not even where nobody could install.
new_machine
program dpkg-query 'echo -n "install ok installed"'
program id 'echo 1000'
install install_build_packages
expect_status 0
expect_equal 'what is asked of apt' '' "$(asked_of_apt)"

# No root: through sudo, which must not wait for a password that nobody can type.
new_machine
program id 'echo 1000'
program sudo "echo \"sudo \$1\" >>'$scratch/apt.log'" 'shift; exec "$@"'
install install_build_packages
expect_status 0
expect_text 'sudo -n' "$(asked_of_apt)"
expect_text "$libraries" "$(asked_of_apt)"

# Neither root nor sudo: the command to type.
new_machine
program id 'echo 1000'
install install_build_packages
expect_status 1
expect_text "apt-get install $libraries" "$err"
expect_no_text 'and on' "$out"
expect_equal 'what is asked of apt' '' "$(asked_of_apt)"

# An unreachable source does not stop it, a failed installation does.
new_machine
program apt-get '[[ $* != *update* ]]'
install install_build_packages
expect_status 0
program apt-get '[[ $* == *update* ]]'
install install_build_packages
expect_status 1
expect_text 'could not be installed' "$err"
expect_no_text 'and on' "$out"

# Another distribution: what to install, then on request no further questions.
new_machine
rm "$machine/apt-get"
install install_build_packages
expect_status 1
expect_text 'nlohmann/json 3.11' "$err"
run env PATH="$machine" CODEMATE_PACKAGES=mine "$bash" -c ". '$source/scripts/lib/packages.sh' && install_build_packages"
expect_status 0

# What only the checks need: its absence stops nothing.
new_machine
program apt-get "echo \"\$*\" >>'$scratch/apt.log'" 'exit 100'
install install_check_packages
expect_status 0
expect_text 'and on' "$out"
expect_text 'clang-format-' "$(asked_of_apt)"
expect_no_text 'shellcheck' "$(asked_of_apt)"

# What only packaging needs.
new_machine
rm -f "$machine/make"
install install_package_tools
expect_status 0
expect_text 'no-install-recommends dpkg-dev make file' "$(asked_of_apt)"
new_machine
for tool in dpkg-shlibdeps make file; do program "$tool" 'exit 0'; done
install install_package_tools
expect_status 0
expect_equal 'what is asked of apt' '' "$(asked_of_apt)"

# The real registry of the tests: unpacked, never installed.
unpack() {
    run env PATH="$machine" "$bash" -c ". '$source/scripts/lib/packages.sh' && unpack_test_programs '$scratch/build/programs' && echo and on"
}
new_machine_with_registry() {
    new_machine
    rm -rf "$scratch/build"
    local tool
    for tool in mktemp mkdir mv rm; do ln -s "$(command -v "$tool")" "$machine"; done
    program apt-get "echo \"\$*\" >>'$scratch/apt.log'" "[[ \$* != *download* ]] || : >docker-registry_1_all.deb"
    # shellcheck disable=SC2016  # for the fake to expand
    program dpkg-deb 'mkdir -p "$3/usr/bin"' ': >"$3/usr/bin/docker-registry"' "$(command -v chmod) +x \"\$3/usr/bin/docker-registry\""
}

new_machine_with_registry
program id 'echo 1000'
unpack
expect_status 0
expect_text 'and on' "$out"
expect_equal 'what is asked of apt' '-q -o APT::Sandbox::User=root download docker-registry' "$(asked_of_apt)"
if [[ ! -x $scratch/build/programs/usr/bin/docker-registry ]]; then fail 'nothing was unpacked'; fi
unpack # it is there now
expect_equal 'what is asked of apt' '-q -o APT::Sandbox::User=root download docker-registry' "$(asked_of_apt)"

# A machine whose lists are empty: once more, after an update.
new_machine_with_registry
program apt-get "echo \"\$*\" >>'$scratch/apt.log'" "[[ \$* != *update* ]] || { : >'$scratch/lists'; exit 0; }" \
    "[[ -e '$scratch/lists' ]] && : >docker-registry_1_all.deb"
unpack
expect_status 0
expect_text '-q update' "$(asked_of_apt)"
if [[ ! -x $scratch/build/programs/usr/bin/docker-registry ]]; then fail 'nothing was unpacked after the update'; fi

# It cannot be had, or need not be: nothing ends.
new_machine_with_registry
program apt-get 'exit 100'
unpack
expect_status 0
expect_text 'and on' "$out"
expect_text 'will be skipped' "$err"
new_machine_with_registry
program docker-registry 'exit 0'
unpack
expect_status 0
expect_equal 'what is asked of apt' '' "$(asked_of_apt)"

finish
