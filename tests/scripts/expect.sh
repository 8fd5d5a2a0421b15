# shellcheck shell=bash
# What the tests of scripts share: run something, say what was expected of it. Sourced; the test ends with `finish`.

failures=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/codemate-scripts-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export XDG_STATE_HOME=$scratch/state # nothing of what is run shall remember anything in the home directory
# What tells codemate where and how it runs, a CI system's CI=true among it, is for each test to set.
for variable in "${!CODEMATE_@}" "${!OLLAMA_@}"; do unset "$variable"; done
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY CLICOLOR_FORCE COLUMNS NO_COLOR DESTDIR http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# Runs a command without standard input; its output is in $out and $err, its status in $status.
run() {
    status=0
    "$@" </dev/null >"$scratch/out" 2>"$scratch/err" || status=$?
    out=$(cat "$scratch/out")
    err=$(cat "$scratch/err")
    ran="$*"
}

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n  after: %s (status %s)\n  stdout: %s\n  stderr: %s\n' "$1" "${ran-}" "${status-}" "${out-}" "${err-}"
}

expect_status() {
    [[ $status == "$1" ]] || fail "status is not $1"
}

# expect_equal WHAT EXPECTED FOUND
expect_equal() {
    [[ $2 == "$3" ]] || fail "$1 is not as expected
--- expected
$2
--- found
$3
---"
}

# expect_text TEXT IN…: the text stands in it
expect_text() {
    [[ "${*:2}" == *"$1"* ]] || fail "there is no '$1'"
}

expect_no_text() {
    [[ "${*:2}" != *"$1"* ]] || fail "there is '$1'"
}

finish() {
    if ((failures > 0)); then
        echo "$failures expectation(s) failed"
        exit 1
    fi
    echo "all expectations met"
}
