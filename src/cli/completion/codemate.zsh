#compdef codemate
# Completion of codemate's command line in zsh. What may stand at the cursor is codemate's own answer:
# `codemate __complete WORD…`.
_codemate() {
    local program=${(Q)words[1]} line
    local -a lines told bare
    [[ $program == '~/'* ]] && program=$HOME/${program#'~/'}
    whence -p -- $program >/dev/null || program=codemate
    lines=("${(@f)$($program __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    for line in "${(@)lines[2,-1]}"; do
        if [[ -n ${line#*$'\t'} ]]; then
            told+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        else
            bare+=("${${line%%$'\t'*}//:/\\:}")
        fi
    done
    # Apart, as among words that have help one without any is shown with an empty one.
    (( $#told )) && _describe codemate told
    (( $#bare )) && _describe codemate bare
    case $lines[1] in
        (:files) compset -P '--*='; _files ;;
        (:directories) compset -P '--*='; _files -/ ;;
    esac
}
if [[ $funcstack[1] == _codemate ]]; then
    _codemate "$@" # loaded by its name from a directory of $fpath
else
    compdef _codemate codemate
fi
