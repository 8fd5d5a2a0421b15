# shellcheck shell=bash
# Completion of codemate's command line in bash 3.2 and later, with and without the bash-completion package.
# What may stand at the cursor is codemate's own answer: `codemate __complete WORD…`.

# bash's own words end at each character of COMP_WORDBREAKS, and a model's name has a colon: the line is read here
# again, up to the cursor, and of an answer only what is behind the last such character is given to bash. Redirections
# are no words of codemate's.
_codemate() {
    local program=${COMP_WORDS[0]} breaks=${COMP_WORDBREAKS//[!:=@]/}
    local line=${COMP_LINE:0:COMP_POINT} behind=${COMP_LINE:COMP_POINT}
    line=${line#*"$program"}
    # at: where in the word begins what bash replaces. target: the word is what a redirection names.
    local words=() word='' begun='' at=0 quote='' inside=0 target='' i c
    for ((i = 0; i < ${#line}; i++)); do
        c=${line:i:1}
        if [[ -n $quote ]]; then
            if [[ $c == "$quote" ]]; then
                quote=''
                continue
            fi
            if [[ $quote == '"' && $c == \\ && ${line:i+1:1} == [\"\\\$\`] ]]; then
                i=$((i + 1))
                c=${line:i:1}
            fi
            word+=$c
            continue
        fi
        case $c in
            [[:space:]\<\>])
                # 2> and &> are one sign.
                if [[ $c == [\<\>] && ($word == '&' || $word != *[!0-9]*) ]]; then begun=''; fi
                if [[ -n $begun && -n $target ]]; then
                    target=''
                elif [[ -n $begun ]]; then
                    words[${#words[@]}]=$word
                fi
                word='' begun='' at=0
                if [[ $c == [\<\>] ]]; then
                    target=1
                    while [[ ${line:i+1:1} == [\<\>\&\|] ]]; do i=$((i + 1)); done
                fi
                ;;
            \\)
                i=$((i + 1))
                word+=${line:i:1}
                begun=1
                ;;
            [\"\'])
                quote=$c
                inside=${#word}
                begun=1
                ;;
            *)
                word+=$c
                begun=1
                if [[ $breaks == *"$c"* ]]; then at=${#word}; fi
                ;;
        esac
    done
    if [[ -n $quote ]]; then at=$inside; fi

    [[ $program == \~/* ]] && program=$HOME/${program:2}
    type -P -- "$program" >/dev/null || program=codemate
    local kind='' found=()
    if [[ -n $target ]]; then
        kind=:files
    else
        while IFS= read -r line; do
            if [[ -z $kind ]]; then
                kind=$line
            else
                found[${#found[@]}]=${line%%$'\t'*}
            fi
        done < <("$program" __complete "${words[@]}" "$word" 2>/dev/null)
    fi

    local action='' before=
    case $kind in
        :files) action=-f ;;
        :directories) action=-d ;;
    esac
    if [[ -n $action ]]; then
        compopt -o filenames 2>/dev/null # which quotes what needs it; bash 3.2 has no compopt
        if [[ -z $target && $word == --*=* ]]; then before=${word%%=*}=; fi
        while IFS= read -r line; do
            found[${#found[@]}]=$before$line
        done < <(compgen "$action" -- "${word:${#before}}")
    fi

    # Within a word bash puts what is found before the rest of the word, which stays: it may only bring what is missing
    # between the two.
    COMPREPLY=()
    if [[ -n $behind && -n $quote ]]; then return 0; fi
    behind=${behind%%[[:space:]\<\>\;\|\&]*}
    behind=${behind//[\"\'\\]/}
    if [[ -n $behind ]] && ! compopt -o nospace 2>/dev/null; then return 0; fi
    for line in "${found[@]}"; do
        if [[ $line == *"$behind" && ${#line} -ge $((${#word} + ${#behind})) ]]; then
            line=${line:0:${#line}-${#behind}}
            COMPREPLY[${#COMPREPLY[@]}]=${line:at}
        fi
    done
    return 0
}
complete -F _codemate codemate
