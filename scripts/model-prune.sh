#!/usr/bin/env bash
# The verbs of codemate-hub's model-prune.sh, mapped to codemate. See `model-prune.sh help`.
set -euo pipefail

# shellcheck source=scripts/lib/wrapper.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/wrapper.sh"

usage() {
    cat <<'END'
Usage: model-prune.sh [list-unused | dry-run | keep-models [--dry-run] [--yes] | help]

  list-unused   list the models that nothing keeps, then all that are installed; the same without any argument
  dry-run       say what keep-models would delete, how much comes free and what stays, and delete nothing
  keep-models   delete every model that nothing keeps, then list what is left; --dry-run: the same as the verb dry-run;
                --yes: do not ask
  help          this text; also -h and --help

Kept are the models that have a role or are in the group default, those that "protected" matches, what other projects
on this machine require, what is loaded, and what would not come back. Other declared models go. The manifest is
codemate.json in the directory above this script's, else the one built into codemate.
`codemate prune` has more to choose by: names, age, size.

keep-models asks before it deletes. Without a terminal nobody can be asked: then it wants --yes, and without that prints
its plan, deletes nothing and ends with status 1. (codemate-hub's script never asked.)

The server is OLLAMA_HOST's, else http://127.0.0.1:11434. All else of the environment is codemate's, see `codemate --help`.

Exit status: 0 everything succeeded, also where there was nothing to delete; 1 anything else. codemate tells more apart:
2 usage or manifest, 4 server or registry unreachable, 6 storage, 7 refused or not confirmed, 70 a defect, 129/130/143
interrupted. Here they are all 1.
END
}

on_manifest() {
    "$program" --manifest "$manifest" "$@" || exit 1
}

# The lines of the original, by the first rows of codemate's plan: DO, NAME, SIZE, two blanks or more apart.
dry_run() {
    local plan
    plan=$(on_manifest prune --optional --dry-run)
    awk -F '  +' '
        NR == 1 && $1 == "DO" { next }
        $1 == "remove" { print "[WOULD DELETE] " $2 " (" $3 ")"; count++; next }
        { sub(/^Would delete [0-9]+ models?: /, ""); rest = rest "\n" $0 }
        END {
            print "Would delete " count + 0 " model(s)" rest
            if (count > 0) print "To delete: model-prune.sh keep-models"
        }' <<<"$plan"
}

verb=${1:-list-unused}
shift $(($# > 0 ? 1 : 0))
options=()
case $verb in
    help | -h | --help)
        if (($# > 0)); then refuse model-prune.sh "unexpected argument '$1'"; fi
        usage
        exit 0
        ;;
    list-unused | dry-run)
        if (($# > 0)); then refuse model-prune.sh "unexpected argument '$1'"; fi
        ;;
    keep-models)
        for argument; do
            case $argument in
                --dry-run) verb=dry-run ;;
                --yes) options=(--yes) ;;
                *) refuse model-prune.sh "unexpected argument '$argument'" ;;
            esac
        done
        ;;
    *) refuse model-prune.sh "there is no verb '$verb'" ;;
esac

find_codemate "${BASH_SOURCE[0]}"

case $verb in
    list-unused)
        echo "Unused models:"
        on_manifest list --unused --optional
        echo
        echo "Installed models:"
        on_manifest list
        ;;
    dry-run) dry_run ;;
    keep-models)
        status=0
        "$program" --manifest "$manifest" prune --optional "${options[@]}" || status=$?
        if ((status > 1)); then exit 1; fi # 1: some are deleted, some are not
        echo
        on_manifest list
        exit "$status"
        ;;
esac
