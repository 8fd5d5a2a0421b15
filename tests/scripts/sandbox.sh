# shellcheck shell=bash
# A sandbox for tests of scripts, for the time of one test. Sourced after expect.sh.

# Usage: start_sandbox SANDBOX; from then on OLLAMA_HOST and CODEMATE_REGISTRY are its address.
start_sandbox() {
    local line
    # Its first line says where it listens; reading that line is waiting for it.
    mkfifo "${scratch:?}/lines"
    "$1" --port 0 --store "$scratch/models" >"$scratch/lines" </dev/null &
    sandbox_pid=$!
    trap 'kill "$sandbox_pid" 2>/dev/null || true; wait "$sandbox_pid" 2>/dev/null || true; rm -rf "$scratch"' EXIT
    exec 3<"$scratch/lines"
    IFS= read -r -t 60 line <&3
    export OLLAMA_HOST=${line#listening on }
    export CODEMATE_REGISTRY=$OLLAMA_HOST
}

# Writes a project that requires one small model, and pins it. Usage: write_project DIRECTORY CODEMATE
write_project() {
    mkdir -p "$1"
    printf '{"schema": 1, "roles": {"primary": "tinyllama:latest"}}\n' >"$1/codemate.json"
    (cd "$1" && "$2" lock -q >/dev/null)
}
