#!/usr/bin/env bash
# What a pull of 1 GiB takes through a relay, beside `ollama pull` from the same source: medians of alternating runs.
# Usage: CODEMATE_BENCH_OLLAMA_HOST=127.0.0.1:11434 tests/bench/relay.sh [BUILD_DIR [RUNS]]   (default: build/release, 5)
# The server must be a real one on this machine, and one that may be changed. The source is the sandbox's registry. The program
# `ollama` is looked for on PATH, or named by OLLAMA. "redirect" and "carry" are a relay alone, "codemate pull" is the whole
# program, which installs what is locked while the tag serves something else; "from registry" and "from directory" are
# `codemate pull --from` that source, which redirects, and from a models directory, which is carried.
# Aims: wall time at most 1.05 (redirected) and 1.15 (carried, as from a directory); of the relay less than 32 MiB and 0.6 s of CPU time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
runs=${2:-5}
ollama=${OLLAMA:-ollama}

if [[ -z ${CODEMATE_BENCH_OLLAMA_HOST-} ]] || ! command -v "$ollama" >/dev/null; then
    echo "bench: skipped, there is no ollama here, or CODEMATE_BENCH_OLLAMA_HOST names no server"
    exit 0
fi
export OLLAMA_HOST=$CODEMATE_BENCH_OLLAMA_HOST

scratch=$(mktemp -d "${TMPDIR:-/tmp}/codemate-bench-XXXXXX")
sandbox=''
clean_up() {
    if [[ -n $sandbox ]]; then
        kill "$sandbox" 2>/dev/null || true
        wait "$sandbox" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap clean_up EXIT
export HOME=$scratch XDG_STATE_HOME=$scratch/state
unset CODEMATE_MANIFEST CODEMATE_REGISTRY

start_source() {
    local line
    echo '{ "models": [ { "name": "big", "layers": 0, "size": "1GiB" } ] }' >"$scratch/catalog.json"
    mkfifo "$scratch/lines"
    "$build/tests/sandbox/codemate-sandbox" --port 0 --store "$scratch/models" --catalog "$scratch/catalog.json" \
        >"$scratch/lines" </dev/null &
    sandbox=$!
    exec 3<"$scratch/lines"
    IFS= read -r -t 120 line <&3
    url=${line#listening on }
    source=${url#http://}/library/big:latest
}

# One request to the sandbox, which answers and closes.
ask_sandbox() { # METHOD PATH BODY
    local host=${url#http://}
    exec 6<>"/dev/tcp/${host%:*}/${host#*:}"
    printf '%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
        "$1" "$2" "$host" "${#3}" "$3" >&6
    cat <&6 >/dev/null
    exec 6>&-
}

# A project that is locked at what the tag serves now.
start_project() {
    mkdir "$scratch/project"
    echo '{"schema":1,"roles":{"chat":"big"}}' >"$scratch/project/codemate.json"
    (cd "$scratch/project" && CODEMATE_REGISTRY=$url "$build/src/codemate" -q lock >/dev/null)
}

by_codemate() {
    local begun
    ask_sandbox POST /sandbox/faults moving-tag=big
    begun=$EPOCHREALTIME
    (cd "$scratch/project" && CODEMATE_REGISTRY=$url "$build/src/codemate" -q pull --yes >"$scratch/pull.log" 2>&1) || {
        cat "$scratch/pull.log" >&2
        exit 1
    }
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$scratch/codemate pull"
    grep -q 'layer by layer' "$scratch/pull.log" # else it was not what is measured here
    ask_sandbox DELETE /sandbox/faults ''
    "$ollama" rm big >/dev/null 2>&1
}

# A models directory with the same content: the source's own.
start_directory() {
    OLLAMA_HOST=$url CODEMATE_REGISTRY=$url "$build/src/codemate" -q pull big >/dev/null 2>&1
    cat "$scratch"/models/blobs/* >/dev/null # in memory, as the registry's
}

by_from() { # NAME WHERE
    local begun=$EPOCHREALTIME
    (cd "$scratch/project" && "$build/src/codemate" -q pull --from "$2" >"$scratch/pull.log" 2>&1) || {
        cat "$scratch/pull.log" >&2
        exit 1
    }
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$scratch/$1"
    "$ollama" rm big >/dev/null 2>&1
}

# timed NAME OUTPUT: the seconds that the pull of that name takes are added to the file.
timed() {
    local begun=$EPOCHREALTIME
    "$ollama" pull --insecure "$1" >/dev/null 2>"$scratch/pull.log" || {
        cat "$scratch/pull.log" >&2
        exit 1
    }
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$2"
    "$ollama" rm "$1" >/dev/null 2>&1
}

through_relay() { # carry|redirect
    local name
    rm -f "$scratch/in" "$scratch/out"
    mkfifo "$scratch/in" "$scratch/out"
    "$build/tests/bench/codemate-bench-relay" "$1" "http://$source" <"$scratch/in" >"$scratch/out" &
    exec 4>"$scratch/in" 5<"$scratch/out"
    IFS= read -r name <&5
    timed "$name" "$scratch/$1"
    exec 4>&-
    cat <&5 >"$scratch/$1.cost"
    wait "$!"
}

median() {
    sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

start_source
start_project
start_directory
timed "$source" /dev/null # the source has it in memory from now on
for ((run = 0; run < runs; ++run)); do
    timed "$source" "$scratch/direct"
    through_relay redirect
    through_relay carry
    by_codemate
    by_from 'from registry' "$url"
    by_from 'from directory' "$scratch/models"
done
direct=$(median "$scratch/direct")
printf '%-14s %8s %7s   %s\n' '1 GiB' seconds ratio 'the relay, last run'
printf '%-14s %8.2f\n' direct "$direct"
for how in redirect carry; do
    awk -v how="$how" -v took="$(median "$scratch/$how")" -v direct="$direct" -v cost="$(cat "$scratch/$how.cost")" \
        'BEGIN { printf "%-14s %8.2f %7.2f   %s\n", how, took, took / direct, cost }'
done
for what in 'codemate pull' 'from registry' 'from directory'; do
    awk -v what="$what" -v took="$(median "$scratch/$what")" -v direct="$direct" \
        'BEGIN { printf "%-14s %8.2f %7.2f\n", what, took, took / direct }'
done
