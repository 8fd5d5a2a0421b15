#!/usr/bin/env bash
# What a download of 1 GiB takes with `codemate pull --direct`, beside `curl -o` and `ollama pull` of the same bytes from the
# same registry on loopback: medians of alternating runs, and the most memory that codemate took.
# Usage: [CODEMATE_BENCH_OLLAMA_HOST=127.0.0.1:11434] tests/bench/direct.sh [BUILD_DIR [RUNS]]   (default: build/release, 5)
# Without CODEMATE_BENCH_OLLAMA_HOST, a real server on this machine that may be changed, there is no `ollama pull`; the program
# `ollama` is looked for on PATH, or named by OLLAMA. The registry is the sandbox's.
# curl checks nothing and does not wait for the disk; codemate does both.
# Aims: at most 0.65 of ollama pull, at most 1.1 of curl, less than 64 MiB.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
runs=${2:-5}
ollama=${OLLAMA:-ollama}

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
unset CODEMATE_MANIFEST

echo '{ "models": [ { "name": "big", "layers": 0, "size": "1GiB" } ] }' >"$scratch/catalog.json"
mkfifo "$scratch/lines"
"$build/tests/sandbox/codemate-sandbox" --port 0 --store "$scratch/registry" --catalog "$scratch/catalog.json" \
    >"$scratch/lines" </dev/null &
sandbox=$!
exec 3<"$scratch/lines"
IFS= read -r -t 120 line <&3
url=${line#listening on }

# A home of its own for codemate alone: ollama's server has the user's.
by_codemate() {
    env HOME="$scratch" XDG_STATE_HOME="$scratch/state" CODEMATE_REGISTRY="$url" OLLAMA_HOST=127.0.0.1:9 \
        "$build/src/codemate" -q pull --direct --models-dir "$scratch/models" big
}
by_curl() { curl -sSfL -o "$scratch/curl" "$url/v2/library/big/blobs/$weights"; }
by_ollama() { OLLAMA_HOST=$CODEMATE_BENCH_OLLAMA_HOST "$ollama" pull --insecure "${url#http://}/library/big"; }

timed() { # NAME: runs by_NAME
    local begun
    sync # nobody waits for what another one has left to be written
    begun=$EPOCHREALTIME
    "by_$1" >"$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        exit 1
    }
    awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$scratch/$1.times"
    rm -rf "$scratch/models" "$scratch/curl"
    if [[ $1 == ollama ]]; then
        OLLAMA_HOST=$CODEMATE_BENCH_OLLAMA_HOST "$ollama" rm "${url#http://}/library/big" >/dev/null 2>&1
    fi
}

median() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# The first one makes the source's bytes come into memory, tells the largest blob, and what it takes of memory.
by_codemate >/dev/null 2>&1
weights=sha256:$(find "$scratch/models/blobs" -size +1000M -name 'sha256-*' -printf '%f\n' | cut -d- -f2)
rm -rf "$scratch/models"
if [[ -x /usr/bin/time ]]; then
    env HOME="$scratch" XDG_STATE_HOME="$scratch/state" CODEMATE_REGISTRY="$url" OLLAMA_HOST=127.0.0.1:9 \
        /usr/bin/time -f %M -o "$scratch/memory" \
        "$build/src/codemate" -q pull --direct --models-dir "$scratch/models" big >/dev/null 2>&1
    rm -rf "$scratch/models"
fi
all=(codemate curl)
if [[ -n ${CODEMATE_BENCH_OLLAMA_HOST-} ]] && command -v "$ollama" >/dev/null; then all+=(ollama); fi
for ((run = 0; run < runs; ++run)); do
    for one in "${all[@]}"; do timed "$one"; done
done
took=$(median "$scratch/codemate.times")
printf '%-24s %8s %7s\n' '1 GiB, verified' seconds ratio
printf '%-24s %8.2f\n' 'codemate pull --direct' "$took"
for one in "${all[@]:1}"; do
    awk -v one="$one" -v other="$(median "$scratch/$one.times")" -v took="$took" \
        'BEGIN { printf "%-24s %8.2f %7.2f\n", one, other, took / other }'
done
if [[ -s $scratch/memory ]]; then awk '{ printf "codemate took %.0f MiB of memory\n", $1 / 1024 }' "$scratch/memory"; fi
