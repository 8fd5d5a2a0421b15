#!/usr/bin/env bash
# The verbs of codemate-hub's model-prune.sh. codemate has no prune yet: this script knows its verbs, and refuses them.
set -euo pipefail

usage() {
    cat <<'END'
Usage: model-prune.sh [list-unused | dry-run | keep-models [--dry-run] [--yes] | help]

  list-unused   list the models that nothing keeps; the same without any argument
  dry-run       say what keep-models would delete, and delete nothing
  keep-models   delete every model that is not protected; --dry-run: only say so; --yes: do not ask
  help          this text; also -h and --help

This version of codemate has no prune: each verb but help says so and ends with status 1. Nothing is ever deleted.

Exit status: 0 everything succeeded; 1 anything else.
END
}

refuse() {
    printf 'model-prune.sh: error: %s\n\n' "$1" >&2
    usage >&2
    exit 1
}

verb=${1:-list-unused}
case $verb in
    help | -h | --help)
        if (($# > 1)); then refuse "unexpected argument '$2'"; fi
        usage
        exit 0
        ;;
    list-unused | dry-run)
        if (($# > 1)); then refuse "unexpected argument '$2'"; fi
        ;;
    keep-models)
        for argument in "${@:2}"; do
            case $argument in
                --dry-run | --yes) ;;
                *) refuse "unexpected argument '$argument'" ;;
            esac
        done
        ;;
    *) refuse "there is no verb '$verb'" ;;
esac

echo "model-prune.sh: error: $verb: not yet: this version of codemate has no prune; nothing was deleted" >&2
echo "hint: \`codemate list\` shows what is installed, \`ollama rm NAME\` deletes one model" >&2
exit 1
