#!/usr/bin/env bash
# Looks at the examples in docs/examples, and at what is in .github: YAML by yamllint, units by systemd-analyze; workflows by
# actionlint, and all of them by the schemas of their programs, where these checkers are in PATH. Their commands are run by a
# test of its own (tests/scripts/examples_test.sh), their scripts read by check-scripts.sh.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

have() { # COMMAND
    command -v "$1" >/dev/null && return
    echo "examples: skipped, $1 is not here"
    return 1
}

# GitHub's key "on:" is no truth value. How much space there is within braces and before a comment is a matter of taste.
yaml_rules='{extends: default, rules: {line-length: {max: 130}, document-start: disable, truthy: {check-keys: false},
    braces: {max-spaces-inside: 1}, comments: {min-spaces-from-content: 1}}}'

yaml() {
    have yamllint || return 0
    yamllint --strict --config-data "$yaml_rules" .github docs/examples
}

# As on a machine where codemate is installed: here it need not be.
units() {
    local scratch unit
    have systemd-analyze || return 0
    scratch=$(mktemp -d)
    for unit in docs/examples/systemd/*; do
        sed 's|^ExecStart=/usr/bin/codemate |ExecStart=/bin/true |' "$unit" >"$scratch/${unit##*/}"
    done
    systemd-analyze verify --man=no "$scratch"/* || {
        rm -rf "$scratch"
        return 1
    }
    rm -rf "$scratch"
}

workflows() {
    have actionlint || return 0
    shopt -s nullglob
    actionlint docs/examples/github/*.yml .github/workflows/*.yml
}

schemas() {
    have check-jsonschema || return 0
    check-jsonschema --quiet --builtin-schema vendor.github-workflows docs/examples/github/*.yml
    check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
    check-jsonschema --quiet --builtin-schema vendor.gitlab-ci docs/examples/gitlab/.gitlab-ci.yml
    check-jsonschema --quiet --builtin-schema vendor.compose-spec docs/examples/compose/compose.yaml
}

yaml
units
workflows
schemas
files=(docs/examples/*/* docs/examples/gitlab/.gitlab-ci.yml)
echo "examples: ${#files[@]} files"
