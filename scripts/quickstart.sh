#!/usr/bin/env bash
# From a clone to the first pull: installs missing packages, builds codemate, starts the sandbox (an Ollama server of our
# own, with small models in a temporary directory) and pulls the default set from it. No real server, no models directory
# and nothing in your home is touched.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh

program=build/release/src/codemate
sandbox=build/release/tests/sandbox/codemate-sandbox
directory='' # of the sandbox
pid=''

clean_up() {
    if [[ -n $pid ]]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    if [[ -n $directory ]]; then rm -rf "$directory"; fi
}

# Sets `url`. The first line that the sandbox prints says where it listens; the port is any that was free.
start_sandbox() {
    local line attempt
    directory=$(mktemp -d "${TMPDIR:-/tmp}/codemate-quickstart-XXXXXX")
    : >"$directory/out"
    # Slowed down, so that there is something to see.
    "$sandbox" --port 0 --store "$directory/models" --fault slow=300KB/s >"$directory/out" 2>"$directory/err" </dev/null &
    pid=$!
    for ((attempt = 0; attempt < 300; ++attempt)); do
        line=$(head -n 1 "$directory/out")
        if [[ $line == "listening on "* ]]; then
            url=${line#listening on }
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "The sandbox did not start:" >&2
    cat "$directory/out" "$directory/err" >&2
    exit 1
}

# codemate, aimed at the sandbox for this one command, whatever the environment says otherwise.
on_sandbox() {
    printf '\n$ codemate %s\n' "$*"
    env -u CODEMATE_REGISTRY OLLAMA_HOST="$url" XDG_STATE_HOME="$directory/state" "$program" --manifest builtin "$@"
}

say_what_next() {
    cat <<END

That was the sandbox, which is gone again. With a real Ollama server (this pull fetches several gigabytes):

  export OLLAMA_HOST=http://127.0.0.1:11434    # where it listens; this is the default
  $PWD/$program pull --dry-run default
  $PWD/$program pull default
  $PWD/$program list
END
}

install_build_packages
cmake --preset release
cmake --build --preset release --target codemate codemate-sandbox

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
start_sandbox
on_sandbox pull default
on_sandbox list
say_what_next
