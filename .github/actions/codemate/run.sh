#!/usr/bin/env bash
# Does what the action's input "run" says, with the codemate of install.sh. Ends with codemate's own status at the first
# command that does not end with 0.
set -euo pipefail
# shellcheck source=.github/actions/codemate/annotation.sh
. "$(dirname "${BASH_SOURCE[0]}")/annotation.sh"

codemate=${CODEMATE:?}
if [[ -n ${INPUT_HOST-} ]]; then export OLLAMA_HOST=$INPUT_HOST; fi
# Words, on one line or on several. Targets stand behind --, so that none of them is an option.
read -r -d '' -a targets <<<"${INPUT_TARGETS-}" || true
read -r -d '' -a steps <<<"${INPUT_RUN-}" || true

locked() {
    case ${INPUT_LOCKED-} in
        true) echo --locked ;;
        false | "") ;;
        *)
            annotate error "locked is true or false, not $INPUT_LOCKED" >&2
            return 2
            ;;
    esac
}

# With no file to compare with there is no gate yet: the first run writes it, and somebody has to keep it.
gate() {
    if [[ -z ${INPUT_BASELINE-} || -z ${INPUT_GATE-} ]]; then
        annotate error "gate wants baseline, a file to compare with, and gate, how much slower is too slow" >&2
        return 2
    fi
    if [[ -e $INPUT_BASELINE ]]; then
        "$codemate" benchmark "--gate=$INPUT_GATE" --baseline "$INPUT_BASELINE" -- "${targets[@]}"
    else
        "$codemate" benchmark --save "$INPUT_BASELINE" -- "${targets[@]}"
        annotate notice "nothing to compare with yet: $INPUT_BASELINE was written; commit it"
    fi
}

for step in "${steps[@]}"; do
    case $step in
        check) "$codemate" check ;;
        pull)
            option=$(locked)
            "$codemate" pull ${option:+"$option"} --wait "${INPUT_WAIT:-2m}" -- "${targets[@]}"
            ;;
        verify) "$codemate" verify --wait "${INPUT_WAIT:-2m}" -- "${targets[@]}" ;;
        gate) gate ;;
        *)
            annotate error "run has check, pull, verify and gate, not $step" >&2
            exit 2
            ;;
    esac
done
