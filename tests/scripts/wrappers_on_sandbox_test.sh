#!/usr/bin/env bash
# The wrapper that pulls, with the real codemate, on the sandbox.
# Usage: wrappers_on_sandbox_test.sh SOURCE_DIR CODEMATE SANDBOX
set -euo pipefail
source=$1 codemate=$2 sandbox=$3
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"

mkdir -p "$scratch/repository" "$scratch/path"
cp -r "$source/scripts" "$scratch/repository/scripts"
ln -s "$codemate" "$scratch/path/codemate"
PATH=$scratch/path:$PATH
unset CODEMATE_MANIFEST CODEMATE_REGISTRY
pull=$scratch/repository/scripts/model-pull.sh

# Its first line says where it listens; reading that line is waiting for it.
mkfifo "$scratch/lines"
"$sandbox" --port 0 --store "$scratch/models" >"$scratch/lines" </dev/null &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$scratch"' EXIT
exec 3<"$scratch/lines"
IFS= read -r -t 60 line <&3
export OLLAMA_HOST=${line#listening on }

run "$pull" list
expect_status 0
expect_text 'qwen2.5-coder:7b-q4_0' "$out"

run "$pull"
expect_status 0
expect_text 'Pulling model: qwen2.5-coder:7b-q4_0
Pulling model: mistral:latest
' "$out"
expect_text 'NAME' "$out"
expect_no_text $'\e' "$out$err"

run "$pull" neural-chat
expect_status 0
expect_text 'Pulling model: neural-chat:latest' "$out"

run "$pull" there-is-no-such-model
expect_status 1
expect_text 'codemate: error: ' "$err"
expect_text 'Pulling model: there-is-no-such-model:latest' "$out"

run "$pull" all-free
expect_status 0
expect_text 'Pulling model: neural-chat:latest' "$out"
expect_no_text 'MODIFIED' "$out"

# codemate's 4 is a 1 here.
run env OLLAMA_HOST=http://127.0.0.1:1 "$pull" default
expect_status 1
expect_text 'codemate: error: ' "$err"
expect_no_text 'Pulling model' "$out"

# The manifest of its own repository decides what the default set is.
echo '{ "schema": 1, "roles": { "small": "phi3:mini" } }' >"$scratch/repository/codemate.json"
run "$pull" default
expect_status 0
expect_text 'Pulling model: phi3:mini' "$out"
expect_no_text 'Pulling model: mistral' "$out"

finish
