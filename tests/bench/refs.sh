#!/usr/bin/env bash
# `codemate refs` beside ripgrep (else grep) looking for the same names, on a git checkout of 50,000 files with 500
# mentions, all in the page cache: medians of alternating runs.
# Usage: tests/bench/refs.sh [BUILD_DIR [RUNS [FILES]]]   (default: build/release, 7, 50000)
# Aims: at most 1.5 times ripgrep's wall time, or at most 2 s.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
runs=${2:-7}
files=${3:-50000}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/codemate-bench-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/checkout"
cd "$scratch/checkout"
export HOME=$scratch OLLAMA_HOST=127.0.0.1:1
unset CODEMATE_MANIFEST GIT_DIR

# Source text of half a KiB to 16 KiB; a hundredth of the files names a model, a tenth speaks of models.
make_checkout() {
    awk -v files="$files" 'BEGIN {
        srand(7)
        split("value index result buffer return import config request total handler", word, " ")
        split("py js go yaml md json sh txt", ending, " ")
        for (i = 0; i < files; ++i) {
            directory = "d" int(i / 1000) "/s" int(i / 100) % 10
            if (i % 100 == 0) system("mkdir -p " directory)
            file = directory "/f" i "." ending[1 + i % 8]
            lines = 10 + int(rand() * rand() * 300)
            for (l = 0; l < lines; ++l)
                printf "  %s_%d = %s(\"%s: %s\", %d);  # %s %s\n", word[1 + int(rand() * 10)], l, word[1 + int(rand() * 10)],
                    word[1 + int(rand() * 10)], word[1 + int(rand() * 10)], i, word[1 + int(rand() * 10)],
                    word[1 + int(rand() * 10)] > file
            if (i % 10 == 3) print "the_model = build(data)  # a model of the data" > file
            if (i % 100 == 3) print "MODEL = \"mistral:7b\"" > file
            close(file)
        }
    }'
    git init -q
    git add .
    printf '{"schema":1,"roles":{"primary":"mistral:7b","fallback":"qwen2.5-coder:7b","embedding":"nomic-embed-text"}}\n' >codemate.json
}

names='mistral|qwen2.5-coder|nomic-embed-text'
ours() { "$build/src/codemate" refs; }
theirs() {
    if command -v rg >/dev/null; then rg --hidden -n "$names"; else grep -rnE --exclude-dir=.git "$names" .; fi
}

seconds() { # FILE COMMAND
    local TIMEFORMAT='%R'
    { time "$2" >"$scratch/said" 2>/dev/null; } 2>>"$1"
}
median() { sort -n "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

make_checkout
echo "$files files, $(git ls-files -z | xargs -0 cat | wc -c) bytes"
# A figure counts only when the answer is right.
expected=$((files / 100))
found=$(ours 2>/dev/null | grep -c 'mistral:7b  ')
if [[ $found != "$expected" ]]; then
    echo "bench: refs found $found of $expected mentions" >&2
    exit 1
fi
theirs >/dev/null
for ((run = 0; run < runs; ++run)); do
    seconds "$scratch/ours" ours
    seconds "$scratch/theirs" theirs
done
mine=$(median "$scratch/ours")
other=$(median "$scratch/theirs")
if command -v rg >/dev/null; then name="rg"; else name="grep"; fi
awk -v a="$mine" -v b="$other" -v n="$name" 'BEGIN { printf "codemate refs %.2f s, %s %.2f s: ratio %.2f\n", a, n, b, a / b }'
