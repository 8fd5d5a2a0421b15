#!/usr/bin/env bash
# Each command of codemate in docs/examples does what it is there for: run in the order of its file, in a project of its own,
# on the sandbox. A mention of a command that is in none of the forms below fails: there would be no run of it.
# Usage: examples_test.sh SOURCE_DIR CODEMATE SANDBOX
set -euo pipefail
source=$1 codemate=$2 sandbox=$3
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"
# shellcheck source=tests/scripts/sandbox.sh
. "$source/tests/scripts/sandbox.sh"

# "check|pull|…", as the program has them.
verbs=$("$codemate" --help | awk '/^  [a-z]+ / { print $1 }' | paste -sd '|')

# The arguments of a command as text between blanks, and nothing where the line has none.
# In workflows, pipelines, units, lists of a Compose file, and in a comment between backticks.
command_in() { # LINE
    local form list
    # shellcheck disable=SC2016  # these backticks are of the comment
    for form in '^ *- run: codemate (.*)$' '^ *run: codemate (.*)$' '^ *- codemate (.*)$' '^ExecStart=/usr/bin/codemate (.*)$' \
        '^ *#.*`codemate ([^`]*)`'; do
        if [[ $1 =~ $form ]]; then
            echo "${BASH_REMATCH[1]}"
            return
        fi
    done
    list='\[("CMD", )?"codemate", (.*)\]$'
    if [[ $1 =~ $list ]]; then echo "${BASH_REMATCH[2]//[\",]/}"; fi
}

# Prints the commands of a file, one a line; "?" and the line for a mention that is none of them.
commands_of() { # FILE
    local line found mention
    mention="(^|[^-./[:alnum:]])codemate(\", \"| +)($verbs|--|-[a-z] )"
    while IFS= read -r line; do
        found=$(command_in "$line")
        if [[ -n $found ]]; then
            echo "$found"
        elif [[ $line =~ $mention ]]; then
            echo "?$line"
        fi
    done <"$1"
}

# The example stands in its project as it would in a real one: the names in it are read by `check`, too.
run_all() { # FILE
    local project=$scratch/projects/${1##*/} command words count=0
    write_project "$project" "$codemate"
    cp "$1" "$project/"
    while IFS= read -r command; do
        count=$((count + 1))
        if [[ $command == \?* ]]; then
            fail "${1#"$source/"}: there is no run for: ${command#\?}"
            continue
        fi
        read -r -a words <<<"$command"
        run env -C "$project" XDG_STATE_HOME="$project.state" CI=true "$codemate" "${words[@]}"
        expect_status 0
    done < <(commands_of "$1")
    counts[${1##*/}]=$count
}

start_sandbox "$sandbox"
declare -A counts=()
while IFS= read -r file; do
    run_all "$file"
done < <(find "$source/docs/examples" -type f | LC_ALL=C sort)

expect_equal 'the number of commands in models.yml' 7 "${counts[models.yml]-none}"
expect_equal 'the number of commands in .gitlab-ci.yml' 5 "${counts[.gitlab-ci.yml]-none}"
expect_equal 'the number of commands in compose.yaml' 2 "${counts[compose.yaml]-none}"
expect_equal 'the number of commands in codemate-outdated.service' 1 "${counts[codemate-outdated.service]-none}"

# What this test is for: a command that is none is found out, wherever it stands.
cat >"$scratch/drifted.yml" <<'END'
      - run: codemate pul --locked
      - run: true && codemate verify
      test: ["CMD", "codemate", "verify", "--wait", "20s"]
      # codemate's own, codemate.json and codemate-speed.json
END
run commands_of "$scratch/drifted.yml"
expect_equal 'what is found' 'pul --locked
?      - run: true && codemate verify
verify --wait 20s' "$out"
mkdir -p "$scratch/projects"
(
    failures=0
    run_all "$scratch/drifted.yml"
    expect_equal 'the failures of a drifted example' 2 "$failures"
    echo "$failures"
) >"$scratch/drift"
expect_equal 'the failures of a drifted example' 2 "$(tail -n 1 "$scratch/drift")"

finish
