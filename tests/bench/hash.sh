#!/usr/bin/env bash
# The deep check beside `openssl dgst -sha256` and `sha256sum` on as many cores, from the page cache: medians of
# alternating runs. Where other programs disturb them, the ratio of CPU time says more.
# Usage: tests/bench/hash.sh [BUILD_DIR [RUNS]]   (default: build/release, 5)
# Needs 4.3 GB below TMPDIR and as much memory to spare.
# Aims, on a processor with SHA instructions: 16 blobs of 256 MiB at least 1.5 times openssl's throughput and 8 times
# sha256sum's; one of 4 GiB at least 0.95 times openssl's; peak memory below 64 MiB.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
runs=${2:-5}
bench=$build/tests/bench/codemate-store-bench
cores=$(nproc)

scratch=$(mktemp -d "${TMPDIR:-/tmp}/codemate-bench-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

make_blobs() { # COUNT MIB
    rm -rf blobs
    for ((i = 0; i < $1; ++i)); do "$bench" blob . "$2"; done
    sync
    cat blobs/* >/dev/null
}

# Appends to a file the seconds of wall time and of CPU time; what the command says goes to the file `said`.
seconds() { # FILE COMMAND
    local TIMEFORMAT='%R %U %S'
    { time "$2" >said 2>&3; } 3>&2 2>spent
    awk '{ print $1, $2 + $3 }' spent >>"$1"
}
ours() { "$bench" check .; }
openssl_all() { find blobs -type f -print0 | xargs -0 -n 1 -P "$cores" openssl dgst -sha256 -r; }
coreutils_all() { find blobs -type f -print0 | xargs -0 -n 1 -P "$cores" sha256sum; }

# A figure counts only when the answer is right.
check_answer() {
    if [[ $1 == ours ]]; then
        local count
        count=$(find blobs -type f | wc -l)
        grep -q " $count of $count good" said
    else
        awk '{ sub(/^.*sha256-/, "", $2); if ($1 != $2) exit 1 }' said
    fi || {
        echo "bench: $1 found another digest" >&2
        exit 1
    }
}

measure() { # NAME…, in turn
    local name
    rm -f times-*
    for ((run = 0; run < runs; ++run)); do
        for name in "$@"; do
            # sha256sum takes so long that one run says enough.
            if [[ $name == coreutils_all && $run != 0 ]]; then continue; fi
            seconds "times-$name" "$name"
            check_answer "$name"
            if [[ $name == ours ]]; then sed 's/.*peak //' said >>peaks; fi
        done
    done
}

median() { # NAME COLUMN
    cut -d' ' -f "$2" "times-$1" | sort -g | awk '{ all[NR] = $1 } END { print (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2 }'
}

report() { # WHAT OTHER AIM
    awk -v ours="$(median ours 1)" -v other="$(median "$2" 1)" -v cpu="$(median ours 2)" -v other_cpu="$(median "$2" 2)" \
        -v what="$1" -v name="${2%_all}" -v aim="$3" 'BEGIN {
        gb = 4.294967296
        printf "%-20s codemate %5.2f GB/s  %-9s %5.2f GB/s  ratio %5.2f (aim %s; of CPU time %.2f)\n",
            what, gb / ours, name, gb / other, other / ours, aim, other_cpu / cpu }'
}

echo "$cores cores, $(grep -qw sha_ni /proc/cpuinfo && echo 'with' || echo 'without') SHA instructions, load $(cut -d' ' -f1 /proc/loadavg), $runs runs each"
make_blobs 16 256
measure ours openssl_all coreutils_all
report '16 blobs of 256 MiB' openssl_all 1.5
report '16 blobs of 256 MiB' coreutils_all 8
make_blobs 1 4096
measure ours openssl_all
report 'one blob of 4 GiB' openssl_all 0.95
echo "peak memory of codemate: at most $(sort -g peaks | tail -n 1) (aim 64 MiB)"
