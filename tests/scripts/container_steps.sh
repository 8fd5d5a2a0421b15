#!/usr/bin/env bash
# The image that Containerfile describes, made without a container engine, and used as docs/install.md says: beside a server, as
# its own user and as root, on a store of root's that all may read and on one that none may. No part of the default run: it wants
# root, a network for apt, a root of Debian bookworm as debootstrap makes it (not changed), and time for a whole build.
# Usage: tests/scripts/container_steps.sh ROOT SANDBOX [ARCHIVE]
# With a portable archive that was built before, of the same commit, the step that builds one is left out, and this is taken.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(realpath "$here/../..")
if [[ ${IN_NAMESPACE-} != yes ]]; then exec env IN_NAMESPACE=yes unshare --mount "$0" "$@"; fi
base=$(realpath "$1") sandbox=$(realpath "$2")
# shellcheck source=tests/scripts/expect.sh
. "$here/expect.sh"
umask 022

pid=''
clean_up() {
    if [[ -n $pid ]]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    umount --recursive "$scratch/tmpfs" 2>/dev/null || true
    rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT

chmod 755 "$scratch" # the image's user goes through it
mkdir "$scratch/tmpfs"
mount -t tmpfs none "$scratch/tmpfs" # what an overlay writes to must be no overlay itself
build=$scratch/tmpfs
git clone --quiet --no-hardlinks "$source" "$build/context"
if [[ -n ${3-} ]]; then
    cp "$3" "$build/context/"
    sed -i "s#scripts/package-portable.sh /packages#install -D --target-directory=/packages $(basename "$3")#" "$build/context/Containerfile"
    grep -q 'install -D' "$build/context/Containerfile" || fail 'Containerfile has no such step'
    echo "the program is not built, but taken from $3"
fi
python3 "$here/container_steps.py" "$build/context/Containerfile" "$build/context" "$base" "$build"
image=$build/image

fact() {
    python3 -c 'import json, sys; value = json.load(open(sys.argv[1]))[sys.argv[2]]; print(*(value if isinstance(value, list) else [f"{k}={v}" for k, v in value.items()] if isinstance(value, dict) else [value]), sep="\n")' \
        "$build/image.json" "$1"
}
mapfile -t environment < <(fact environment)
mapfile -t entrypoint < <(fact entrypoint)
own_user=$(fact user)

# docker run [--user USER] -v … IMAGE ARGUMENT…: mounts stay as they are
container() { # USER ARGUMENT…
    run env -i "${environment[@]}" OLLAMA_HOST="$server" "$(command -v chroot)" --userspec="$1" --groups= "$image" "${entrypoint[@]}" "${@:2}"
    ran="${*:2} (as $1)"
}

mkfifo "$scratch/lines"
"$sandbox" --port 0 --store "$scratch/models" >"$scratch/lines" </dev/null &
pid=$!
exec 3<"$scratch/lines"
IFS= read -r -t 60 line <&3
server=${line#listening on }

expect_equal 'what is in the image' 'etc
state
tmp
usr
work' "$(cd "$image" && printf '%s\n' *)"
[[ $own_user != 0* ]] || fail 'the image runs as root'
mapfile -t default < <(fact command)
container "$own_user" "${default[@]}"
expect_status 0
expect_text 'Usage' "${out^}"
container "$own_user" --version
expect_text 'codemate ' "$out"
container "$own_user" pull default
expect_status 0
expect_no_text 'warning' "$err" # what it remembers can be written
container 12345:12345 pull default
expect_status 0
expect_no_text 'warning' "$err"

mkdir -p "$image/root/.ollama/models"
mount --bind "$scratch/models" "$image/root/.ollama/models"
container "$own_user" verify --deep --models-dir /root/.ollama/models
expect_status 0
container "$own_user" verify --deep --models-dir /root/.ollama/no-such-place
[[ $status != 0 ]] || fail 'a store that is not there is sound'
chmod 700 "$scratch/models"
container "$own_user" verify --deep --models-dir /root/.ollama/models
expect_status 6
expect_text 'ermission' "$err"
echo "what it says of a store that it may not read:"
printf '%s\n' "$out" "$err"
container 0:0 verify --deep --models-dir /root/.ollama/models
expect_status 0
umount "$image/root/.ollama/models"
finish
