#!/usr/bin/env bash
# The verbs of codemate-hub's model-pull.sh, mapped to codemate. See `model-pull.sh help`.
set -euo pipefail

# shellcheck source=scripts/lib/wrapper.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/wrapper.sh"

usage() {
    cat <<'END'
Usage: model-pull.sh [default | all-free | list | MODEL | help]

  default    pull the required set, then list what is installed; the same without any argument
  all-free   pull the manifest's group all-free; no list afterwards
  list       list the declared models that are not installed, then those that are; nothing is pulled
  MODEL      pull this model (or group, or role), then list what is installed
  help       this text; also -h and --help

The set is that of codemate.json in the directory above this script's, else the one built into codemate.
The server is OLLAMA_HOST's, else http://127.0.0.1:11434. All else of the environment is codemate's, see `codemate --help`.

Exit status: 0 everything succeeded; 1 anything else. codemate tells more apart: 2 usage or manifest, 4 server or
registry unreachable, 5 not found, 6 storage, 7 refused, 70 a defect, 129/130/143 interrupted. Here they are all 1.
END
}

# One line for each model, as the original printed them, then the pull itself. The plan is a table below a heading, up to
# the line that counts its models; what it will take stands below that.
pull() {
    local plan
    plan=$(on_manifest --quiet pull --dry-run "$1")
    awk '$1 ~ /^[0-9]+$/ && $2 ~ /^models?$/ { exit } NR > 1 { print "Pulling model: " $1 }' <<<"$plan"
    on_manifest pull "$1"
}

if (($# > 1)); then refuse model-pull.sh "unexpected argument '$2'"; fi
verb=${1:-default}
case $verb in
    help | -h | --help)
        usage
        exit 0
        ;;
    -*) refuse model-pull.sh "there is no option '$verb'" ;;
esac

find_codemate "${BASH_SOURCE[0]}"

case $verb in
    all-free) pull all-free ;;
    list)
        echo "Available models:"
        on_manifest list --available
        echo
        echo "Installed models:"
        on_manifest list
        echo
        echo "More models: https://ollama.com/library"
        ;;
    *)
        pull "$verb"
        echo
        on_manifest list
        ;;
esac
