#!/usr/bin/env bash
# codemate beside ollama: medians of alternating runs of the same question to the same server, as a table of ratios.
# Usage: tests/bench/run.sh [BUILD_DIR [RUNS]]   (default: build/release, 50)
# The server is OLLAMA_HOST's if that is set, else the sandbox with seven models. The program `ollama` is looked for on
# PATH, or named by OLLAMA.
# Aims: list at most 0.60 of wall time and 0.50 of memory; --version at most 0.55 of wall time. Of the portable program, where
# one was built or PORTABLE names it: list at most 0.30 of wall time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:-$root/build/release}
runs=${2:-50}
codemate=$build/src/codemate
ollama=${OLLAMA:-ollama}
portable=${PORTABLE:-$root/build/portable/src/codemate}

if ! command -v "$ollama" >/dev/null; then
    echo "bench: skipped, there is no ollama here"
    exit 0
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/codemate-bench-XXXXXX")
pid=''
clean_up() {
    if [[ -n $pid ]]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap clean_up EXIT

# Neither program shall find anything of the user's.
export HOME=$scratch CODEMATE_MANIFEST=builtin
unset CODEMATE_REGISTRY

start_sandbox() {
    local line
    mkfifo "$scratch/lines"
    "$build/tests/sandbox/codemate-sandbox" --port 0 --store "$scratch/models" >"$scratch/lines" </dev/null &
    pid=$!
    exec 3<"$scratch/lines"
    IFS= read -r -t 60 line <&3
    export OLLAMA_HOST=${line#listening on }
    "$codemate" --quiet pull all-free code >/dev/null
}

# A figure counts only when the answer is the same.
compare_answers() {
    "$codemate" list | awk 'NR > 1 { print $1, $2 }' | LC_ALL=C sort >"$scratch/ours"
    "$ollama" list | awk 'NR > 1 { print $1, $2 }' | LC_ALL=C sort >"$scratch/theirs"
    if ! diff "$scratch/ours" "$scratch/theirs"; then
        echo "bench: the two programs list different models" >&2
        exit 1
    fi
    echo "server $OLLAMA_HOST, $(wc -l <"$scratch/ours") models, $runs runs each"
}

if [[ -z ${OLLAMA_HOST-} ]]; then start_sandbox; fi
compare_answers
printf '%-12s %-8s %13s %13s %6s\n' '' '' codemate ollama ratio
compare=$build/tests/bench/codemate-bench
"$compare" list "$runs" "$codemate" list -- "$ollama" list
"$compare" --version "$runs" "$codemate" --version -- "$ollama" --version
if [[ -x $portable ]]; then
    echo "the portable program"
    "$compare" list "$runs" "$portable" list -- "$ollama" list
    "$compare" --version "$runs" "$portable" --version -- "$ollama" --version
fi
