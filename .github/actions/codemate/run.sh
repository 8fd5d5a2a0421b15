#!/usr/bin/env bash
# Does what the action's input "run" says, with the codemate of install.sh. Ends with codemate's own status at the first
# command that does not end with 0.
set -euo pipefail

codemate=${CODEMATE:?}
if [[ -n ${INPUT_HOST-} ]]; then export OLLAMA_HOST=$INPUT_HOST; fi
read -r -a targets <<<"${INPUT_TARGETS-}"
read -r -a steps <<<"${INPUT_RUN-}"

locked() {
    case ${INPUT_LOCKED-} in
        true) echo --locked ;;
        false | "") ;;
        *)
            echo "::error title=codemate::locked is true or false, not $INPUT_LOCKED" >&2
            return 2
            ;;
    esac
}

# With no file to compare with there is no gate yet: the first run writes it, and somebody has to keep it.
gate() {
    if [[ -e ${INPUT_BASELINE:?} ]]; then
        "$codemate" benchmark "--gate=${INPUT_GATE:?}" --baseline "$INPUT_BASELINE" "${targets[@]}"
    else
        "$codemate" benchmark --save "$INPUT_BASELINE" "${targets[@]}"
        echo "::notice title=codemate::nothing to compare with yet: $INPUT_BASELINE was written; commit it"
    fi
}

for step in "${steps[@]}"; do
    case $step in
        check) "$codemate" check ;;
        pull)
            option=$(locked)
            "$codemate" pull ${option:+"$option"} --wait "${INPUT_WAIT:-2m}" "${targets[@]}"
            ;;
        verify) "$codemate" verify --wait "${INPUT_WAIT:-2m}" "${targets[@]}" ;;
        gate) gate ;;
        *)
            echo "::error title=codemate::run has check, pull, verify and gate, not $step" >&2
            exit 2
            ;;
    esac
done
