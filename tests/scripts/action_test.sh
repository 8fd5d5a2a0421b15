#!/usr/bin/env bash
# The scripts of the action in .github/actions/codemate, as a runner of GitHub starts them, on the sandbox.
# Usage: action_test.sh SOURCE_DIR CODEMATE SANDBOX
set -euo pipefail
source=$1 codemate=$2 sandbox=$3
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"
# shellcheck source=tests/scripts/sandbox.sh
. "$source/tests/scripts/sandbox.sh"

action=$source/.github/actions/codemate
export GITHUB_ACTION_PATH=$action GITHUB_ACTIONS=true CI=true
export RUNNER_TEMP=$scratch/temp GITHUB_PATH=$scratch/path GITHUB_OUTPUT=$scratch/output
mkdir "$RUNNER_TEMP"

# install NAME=VALUE…: the inputs of the action
install() {
    rm -f "$GITHUB_PATH" "$GITHUB_OUTPUT"
    run env "$@" "$action/install.sh"
}

mkdir -p "$scratch/packed/codemate-1/bin"
ln "$codemate" "$scratch/packed/codemate-1/bin/codemate" 2>/dev/null || cp "$codemate" "$scratch/packed/codemate-1/bin/codemate"
# As in the real one, not all of that name is the program.
mkdir -p "$scratch/packed/codemate-1/share/bash-completion/completions" "$scratch/packed/codemate-1/a/codemate"
echo false >"$scratch/packed/codemate-1/share/bash-completion/completions/codemate"
tar -C "$scratch/packed" -cf "$scratch/archive.tar" codemate-1
digest=$(sha256sum <"$scratch/archive.tar" | cut -d ' ' -f 1)

install INPUT_ARCHIVE="$scratch/archive.tar" INPUT_SHA256="$digest"
expect_status 0
expect_text "$("$codemate" --version)" "$out"
installed=$RUNNER_TEMP/codemate/unpacked/codemate-1/bin
expect_equal 'what is put into PATH' "$installed" "$(cat "$GITHUB_PATH")"
expect_equal 'the output' "program=$installed/codemate" "$(cat "$GITHUB_OUTPUT")"

# Digests as people copy them, in capitals; and once more over what is there.
install INPUT_ARCHIVE="$scratch/archive.tar" INPUT_SHA256="${digest^^}"
expect_status 0

install INPUT_PROGRAM="$codemate"
expect_status 0
expect_equal 'the output' "program=$(realpath "$codemate")" "$(cat "$GITHUB_OUTPUT")"

# As YAML's block texts bring them.
install INPUT_ARCHIVE="$scratch/archive.tar"$'\n' INPUT_SHA256="$digest "$'\n'
expect_status 0

# Nothing of a wrong archive is run, or reaches PATH.
refused() { # WHY NAME=VALUE…
    install "${@:2}"
    expect_status 2
    expect_text "::error title=codemate::" "$err"
    expect_text "$1" "$err"
    expect_equal 'standard output' '' "$out"
    [[ ! -e $GITHUB_PATH && ! -e $GITHUB_OUTPUT ]] || fail 'something reached the job'
}
refused "it has $digest" INPUT_ARCHIVE="$scratch/archive.tar" INPUT_SHA256="${digest//[0-9]/0}"
refused 'goes its sha256' INPUT_ARCHIVE="$scratch/archive.tar"
refused 'goes its sha256' INPUT_ARCHIVE="$scratch/archive.tar" INPUT_SHA256="$digest  other"
refused 'has to come by https' INPUT_ARCHIVE=http://127.0.0.1:9/archive.tar INPUT_SHA256="$digest"
refused 'there is no archive' INPUT_ARCHIVE="$scratch/none.tar" INPUT_SHA256="$digest"
refused 'there is no program' INPUT_PROGRAM="$scratch/none"
# One remark, whatever stands in it.
refused 'x%0A::error::%2541' INPUT_PROGRAM=$'x\n::error::%41'
mkdir -p "$scratch/two"$'\n'lines
cp "$codemate" "$scratch/two"$'\n'lines/codemate
install INPUT_PROGRAM="$scratch/two"$'\n'lines/codemate
expect_status 2
[[ ! -e $GITHUB_PATH && ! -e $GITHUB_OUTPUT ]] || fail 'a line reached the job'

tar -C "$scratch/packed" -cf "$scratch/empty.tar" --exclude=bin codemate-1
refused 'has no program codemate' INPUT_ARCHIVE="$scratch/empty.tar" \
    INPUT_SHA256="$(sha256sum <"$scratch/empty.tar" | cut -d ' ' -f 1)"

start_sandbox "$sandbox"
write_project "$scratch/project" "$codemate"
export CODEMATE=$codemate INPUT_WAIT=30s INPUT_GATE=10% INPUT_BASELINE=speed.json

action_run() { # NAME=VALUE…
    run env -C "$scratch/project" "$@" "$action/run.sh"
}

action_run INPUT_RUN='check pull verify' INPUT_LOCKED=true
expect_status 0
expect_text 'no problems' "$out"
expect_text '1 pulled' "$out"
expect_text '1 ok' "$out"

# On several lines, as YAML's block texts have it.
action_run INPUT_RUN=$'check\npull\n\nverify\n' INPUT_TARGETS=$'\nprimary\nnope:x\n' INPUT_LOCKED=false
expect_status 5
expect_text 'no problems' "$out"
expect_text 'nope:x' "$err"

# A target is never an option.
action_run INPUT_RUN=verify INPUT_TARGETS='--host http://127.0.0.1:1'
[[ $status != 0 && $status != 4 ]] || fail 'a target was taken for an option'

# The page of the job has a section for each.
action_run INPUT_RUN='check verify' GITHUB_STEP_SUMMARY="$scratch/page.md"
expect_status 0
expect_equal 'the headings' '### ✅ codemate check
### ✅ codemate verify' "$(grep '^#' "$scratch/page.md")"

# The first time there is nothing to compare with; then there is.
action_run INPUT_RUN=gate INPUT_TARGETS=primary
expect_status 0
expect_text 'nothing to compare with yet' "$out"
action_run INPUT_RUN=gate INPUT_TARGETS=primary
expect_status 0
expect_text 'gate: passed' "$out"

# The status is codemate's, and what comes after does not run.
action_run INPUT_RUN='pull verify' INPUT_TARGETS=nothing-of-that-name INPUT_LOCKED=false
expect_status 5
expect_no_text 'REASON' "$out"
action_run INPUT_RUN=verify INPUT_HOST=http://127.0.0.1:1 INPUT_WAIT=10ms
expect_status 4

action_run INPUT_RUN=gate INPUT_BASELINE=
expect_status 2
expect_text 'gate wants baseline' "$err"
action_run INPUT_RUN=$'pull\r' INPUT_LOCKED=$'yes\n::warning::pwned'
expect_no_text $'\n::warning' "$err"
action_run INPUT_RUN='check pul'
expect_status 2
expect_text 'not pul' "$err"
action_run INPUT_RUN=pull INPUT_LOCKED=perhaps
expect_status 2
expect_text 'not perhaps' "$err"
# Text of an input is never code.
action_run INPUT_RUN=pull INPUT_TARGETS="\$(touch $scratch/owned) ; touch $scratch/owned"
[[ ! -e $scratch/owned ]] || fail 'an input was run'
action_run INPUT_RUN=
expect_status 0
expect_equal 'standard output' '' "$out"

finish
