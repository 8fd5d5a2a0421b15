# shellcheck shell=bash
# Completion of codemate's command line in bash 3.2 and later, with and without the bash-completion package.
# What may stand at the cursor is codemate's own answer: `codemate __complete WORD…`.

# bash ends a word at each character of COMP_WORDBREAKS, and a model's name has a colon: the words are put together
# again by the blanks between them, and of an answer only what is behind the last such character is given to bash.
_codemate() {
    local rest=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} words=() n=0 i blanks word
    rest=${rest#*"$program"}
    for ((i = 1; i <= COMP_CWORD; i++)); do
        blanks=${rest%%[![:space:]]*}
        rest=${rest:${#blanks}}
        word=${COMP_WORDS[i]:0:${#rest}}
        rest=${rest:${#word}}
        if [[ -n $blanks || $n == 0 ]]; then
            words[n++]=$word
        else
            words[n - 1]+=$word
        fi
    done

    local current=${words[n - 1]} breaks=${COMP_WORDBREAKS//[!:=@]/} tail
    case $current in
        [\"\']*) breaks= ;; # inside quotes a word has no such end
    esac
    words=("${words[@]//[\"\'\\]/}")
    current=${words[n - 1]}
    tail=$current
    if [[ -n $breaks ]]; then tail=${current##*["$breaks"]}; fi

    [[ $program == \~/* ]] && program=$HOME/${program:2}
    type -P -- "$program" >/dev/null || program=codemate
    local line kind=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            line=${line%%$'\t'*}
            COMPREPLY[${#COMPREPLY[@]}]=${line:${#current}-${#tail}}
        fi
    done < <("$program" __complete "${words[@]}" 2>/dev/null)

    local action
    case $kind in
        :files) action=-f ;;
        :directories) action=-d ;;
        *) return 0 ;;
    esac
    compopt -o filenames 2>/dev/null # which quotes what needs it; bash 3.2 has no compopt
    while IFS= read -r line; do
        COMPREPLY[${#COMPREPLY[@]}]=$line
    done < <(compgen "$action" -- "$tail")
    return 0
}
complete -F _codemate codemate
