#!/usr/bin/env bash
# The wrappers with the real codemate, on the sandbox. Where a test shows that a defect of the scripts which they replace
# is gone, its comment says what that was.
# Usage: wrappers_on_sandbox_test.sh SOURCE_DIR CODEMATE SANDBOX
set -euo pipefail
source=$1 codemate=$2 sandbox=$3
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"
# shellcheck source=tests/scripts/sandbox.sh
. "$source/tests/scripts/sandbox.sh"

mkdir -p "$scratch/repository" "$scratch/path"
cp -r "$source/scripts" "$scratch/repository/scripts"
ln -s "$codemate" "$scratch/path/codemate"
PATH=$scratch/path:$PATH
pull=$scratch/repository/scripts/model-pull.sh
prune=$scratch/repository/scripts/model-prune.sh

# They ran docker compose: a container for each question, in which no server listened. Whoever asks for docker is found
# out at the end.
printf '#!/bin/sh\necho "$*" >>"%s"\nexit 1\n' "$scratch/docker-calls" >"$scratch/path/docker"
chmod +x "$scratch/path/docker"

start_sandbox "$sandbox"

# copy FROM TO, as people do it at the server
copy() {
    local address=${OLLAMA_HOST#http://} body
    body="{\"source\":\"$1\",\"destination\":\"$2\"}"
    exec 4<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'POST /api/copy HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %s\r\n\r\n%s' \
        "$address" "${#body}" "$body" >&4
    IFS= read -r -u 4 line
    exec 4>&-
    expect_text ' 200 ' "$line"
}

installed() {
    codemate list -q | awk 'NR > 1 { print $1 }' | tr '\n' ' '
}

run "$pull" list
expect_status 0
expect_text 'qwen2.5-coder:7b-q4_0' "$out"

run "$pull"
expect_status 0
expect_equal 'what is pulled' 'Pulling model: qwen2.5-coder:7b-q4_0
Pulling model: mistral:latest' "$(grep '^Pulling' <<<"$out")"
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


# --help was pulled as a model.
run "$pull" --help
expect_status 0
expect_no_text 'Pulling' "$out$err"

# The first failed pull was the last; the fallback behind a primary that does not exist was never tried.
echo '{ "schema": 1, "roles": { "primary": "there-is-no-such-model", "fallback": "tinyllama" },
  "groups": { "all-free": [ "there-is-no-such-model", "llama3.2:latest", "neural-chat" ] } }' >"$scratch/repository/codemate.json"
run "$pull" default
expect_status 1
expect_text '2 models: 1 pulled, 1 failed' "$out"
expect_text 'tinyllama:latest' "$(installed)"
run "$pull" all-free
expect_status 1
expect_text '1 failed' "$out"
expect_text 'llama3.2:latest' "$(installed)"

# `list` announced a query and printed four fixed lines, and a link to the old domain.
run "$pull" list
expect_status 0
expect_text 'there-is-no-such-model:latest' "$out"
expect_text 'llama3.2:latest' "$out"
expect_text 'https://ollama.com/library' "$out"
expect_no_text 'ollama.ai' "$out"

# --- model-prune.sh -----------------------------------------------------------------------------------------------------

# Required, of a protected family, the embedding model, and six that nothing keeps.
echo '{ "schema": 1, "roles": { "primary": "qwen2.5-coder:7b-q4_0", "fallback": "mistral", "embedding": "nomic-embed-text" },
  "protected": [ "qwen2.5-coder", "mistral" ], "models": { "neural-chat": {} } }' >"$scratch/repository/codemate.json"
kept='mistral:7b-instruct mistral:latest nomic-embed-text:latest qwen2.5-coder:1.5b qwen2.5-coder:7b-q4_0 '
run codemate --manifest "$scratch/repository/codemate.json" pull nomic-embed-text mistral
expect_status 0
copy llama3.2:latest mistral-nemo
copy mistral mistral:7b-instruct
copy tinyllama tinyllama:user-latest
copy qwen2.5-coder:7b-q4_0 qwen2.5-coder:1.5b
everything=$(installed)

# Other tags of the family were offered for deletion, and the embedding model was; mistral-nemo is no mistral.
run "$prune"
expect_status 0
unused=$(awk '/^Unused models:/ { getline; next } /^$/ { exit } { print $1 }' <<<"$out" | tr '\n' ' ')
expect_equal 'what is unused' \
    'llama3.2:latest mistral-nemo:latest neural-chat:latest phi3:mini tinyllama:latest tinyllama:user-latest ' "$unused"
run "$prune" list-unused
expect_text 'Installed models:' "$out"
expect_text 'nomic-embed-text:latest' "$out"

# It died at the first model, stripped :latest from names, and took the number of parameters for the size.
for arguments in dry-run 'keep-models --dry-run'; do
    # shellcheck disable=SC2086  # several arguments
    run "$prune" $arguments
    expect_status 0
    expect_equal 'what would be deleted' "$unused" \
        "$(sed -n 's/^\[WOULD DELETE\] \(.*\) (.*)$/\1/p' <<<"$out" | tr '\n' ' ')"
    expect_text 'Would delete 6 model(s)' "$out"
    expect_text ' would come free' "$out"
    listed=$(codemate list -q phi3:mini | awk 'NR > 1 { print $3 " " $4 }')
    expect_text "[WOULD DELETE] phi3:mini ($listed)" "$out"
    expect_text ' KB' "$listed"
    expect_equal 'what is installed' "$everything" "$(installed)"
done

# Colours came always, and marks that are no letters.
for arguments in list-unused dry-run keep-models help; do
    run env -u NO_COLOR TERM=xterm "$prune" "$arguments"
    expect_no_text $'\e' "$out$err"
    expect_equal 'the bytes that are not ASCII' '' "$(LC_ALL=C tr -d '\0-\177' <<<"$out$err")"
done

# Nobody was asked. Without a terminal that wants a word.
run "$prune" keep-models
expect_status 1
expect_text '--yes' "$err"
expect_text 'phi3:mini' "$out"
expect_equal 'what is installed' "$everything" "$(installed)"

run "$prune" keep-models --yes
expect_status 0
expect_text 'Deleted 6 models' "$out"
expect_text 'phi3:mini comes back with: codemate pull phi3:mini@sha256:' "$out"
expect_equal 'what is installed' "$kept" "$(installed)"
for model in $kept; do expect_text "
$model" "$out"; done # the rest is listed

run "$prune" keep-models --yes
expect_status 0
expect_text 'Nothing to remove' "$out"
run "$prune" dry-run
expect_status 0
expect_text 'Would delete 0 model(s)' "$out"

# A list that failed read as a clean machine: "all protected", "nothing to prune", "pruning complete".
for arguments in '' list-unused dry-run keep-models 'keep-models --yes'; do
    # shellcheck disable=SC2086  # none, one or two arguments
    run env OLLAMA_HOST=http://127.0.0.1:1 "$prune" $arguments
    expect_status 1
    expect_text 'codemate: error: ' "$err"
    expect_text 'http://127.0.0.1:1' "$err"
    expect_no_text 'Nothing to remove' "$out"
    expect_no_text 'Would delete' "$out"
done

# Every failure was told by a 1 alone. It still is to whoever calls the wrappers; codemate's own statuses tell it apart.
own=(codemate --manifest "$scratch/repository/codemate.json")
run "${own[@]}" pull --jobs nonsense mistral
expect_status 2
run env OLLAMA_HOST=http://127.0.0.1:1 "${own[@]}" pull mistral
expect_status 4
run "${own[@]}" pull there-is-no-such-model
expect_status 5
run "${own[@]}" prune mistral
expect_status 7

[[ ! -e $scratch/docker-calls ]] || fail "docker was called: $(cat "$scratch/docker-calls")"

finish
