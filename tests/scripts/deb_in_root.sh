#!/usr/bin/env bash
# The Debian package in a fresh system: installed by apt, used by an ordinary user, purged without a trace but that user's own.
# No part of the default run: it wants root, a network for apt, and roots as debootstrap makes them, which are not changed.
# Usage: tests/scripts/deb_in_root.sh PACKAGE.deb SANDBOX ROOT…
set -euo pipefail
package=$(realpath "$1") sandbox=$(realpath "$2")
roots=("${@:3}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/scripts/expect.sh
. "$here/expect.sh"

pid=''
layers=()
clean_up() {
    local layer
    for layer in "${layers[@]}"; do umount --recursive --lazy "$layer" 2>/dev/null || true; done
    if [[ -n $pid ]]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT

start_sandbox() {
    local line
    mkfifo "$scratch/lines"
    "$sandbox" --port 0 --store "$scratch/models" >"$scratch/lines" </dev/null &
    pid=$!
    exec 3<"$scratch/lines"
    IFS= read -r -t 60 line <&3
    server=${line#listening on }
}

# A layer over the root takes all that is written. Its mounts are in $scratch alone.
enter() { # ROOT
    local layer
    layer=$scratch/layer-$(basename "$1")
    mkdir -p "$layer"
    mount -t tmpfs none "$layer"
    layers+=("$layer")
    mkdir "$layer"/{upper,work,root}
    root=$layer/root
    mount -t overlay -o "lowerdir=$1,upperdir=$layer/upper,workdir=$layer/work" none "$root"
    mount --rbind --make-rslave /dev "$root/dev"
    mount -t proc none "$root/proc"
    rm -f "$root/etc/resolv.conf"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no service is started
    chmod +x "$root/usr/sbin/policy-rc.d"
    cp "$package" "$root/tmp/"
}

clean_environment=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=xterm)

as_root_there() {
    run "${clean_environment[@]}" DEBIAN_FRONTEND=noninteractive HOME=/root "$(command -v chroot)" "$root" "$@"
    ran="$* (root, in $root)"
}

as_user_there() {
    run "${clean_environment[@]}" HOME=/home/somebody OLLAMA_HOST="$server" "$(command -v chroot)" --userspec=somebody "$root" "$@"
    ran="$* (somebody, in $root)"
}

# Every file but those in which apt and dpkg keep their books.
files_there() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./var/cache -o -path ./var/log \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./etc/ld.so.cache \) -prune -o -print | LC_ALL=C sort)
}

prepare() {
    as_root_there apt-get -q update
    expect_status 0
    as_root_there apt-get -qy install --no-install-recommends bash-completion
    expect_status 0
    as_root_there apt-get -qy satisfy --no-install-recommends "$(dpkg-deb -f "$package" Depends)"
    expect_status 0
    as_root_there useradd --create-home --shell /bin/bash somebody
    expect_status 0
}

use_it() {
    as_user_there codemate --version
    expect_status 0
    expect_equal 'the version' "codemate $(dpkg-deb -f "$package" Version | sed 's/-.*//')" "$out"
    as_user_there codemate pull default
    expect_status 0
    as_user_there codemate list
    expect_text 'mistral:latest' "$out"
    as_user_there codemate verify
    expect_status 0
    as_user_there /usr/share/codemate/scripts/model-pull.sh help
    expect_status 0
    if [[ ! -e $root/etc/ssl/certs/ca-certificates.crt ]]; then
        as_user_there codemate --host https://127.0.0.1:1 list
        expect_status 2
        expect_text 'there are no certificates on this machine' "$err"
    fi
    use_doctor
    press_tab
}

# Status 3: it looked, and has advice for this machine.
use_doctor() {
    as_user_there codemate doctor --help
    if [[ $status != 0 ]]; then
        echo "doctor: this codemate has none"
        return
    fi
    as_user_there codemate doctor
    [[ $status == 0 || $status == 3 ]] || fail "doctor ended with neither 0 nor 3"
    expect_text 'ollama' "$out"
}

# bash-completion finds the file by the command's name, at the first Tab.
press_tab() {
    local bash=("${clean_environment[@]}" HOME=/home/somebody OLLAMA_HOST="$server" PS1='$ ' "$(command -v chroot)" --userspec=somebody "$root"
        bash --norc --noprofile -i)
    run python3 "$here/press_tab.py" '. /usr/share/bash-completion/bash_completion\rcodemate show mistr\t' 'show mistral:' "${bash[@]}"
    ran="Tab in bash (in $root)"
    expect_status 0
    run python3 "$here/press_tab.py" '. /usr/share/bash-completion/bash_completion\rcodemate show no-such-model\t' 'show mistral:' "${bash[@]}"
    expect_status 1 # else what comes before would mean nothing
}

check_root() {
    local before after file
    enter "$1"
    echo "in $1: $(sed -n 's/^PRETTY_NAME=//p' "$root/etc/os-release")"
    prepare
    before=$(files_there)
    as_root_there apt-get -qy install --no-install-recommends "/tmp/$(basename "$package")"
    expect_status 0
    for file in usr/bin/codemate usr/share/{bash-completion/completions/codemate,zsh/vendor-completions/_codemate,fish/vendor_completions.d/codemate.fish} \
        usr/share/man/man1/codemate-pull.1.gz usr/share/doc/codemate/{copyright,changelog.gz,changelog.Debian.gz}; do
        [[ -f $root/$file ]] || fail "$file is not installed"
    done
    use_it
    as_root_there apt-get -qy purge codemate
    expect_status 0
    after=$(files_there)
    expect_equal 'what was there before and is gone' '' "$(LC_ALL=C comm -23 <(echo "$before") <(echo "$after"))"
    expect_equal "what is left that is not the user's" '' \
        "$(LC_ALL=C comm -13 <(echo "$before") <(echo "$after") | grep -v '^\./home/somebody/' || true)"
    expect_equal "what is left of the user's" './home/somebody/.local/state/codemate' "$(LC_ALL=C comm -13 <(echo "$before") <(echo "$after") | grep 'state/codemate$' || true)"
}

start_sandbox
for each in "${roots[@]}"; do check_root "$(realpath "$each")"; done
finish
