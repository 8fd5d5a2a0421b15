# Completion of codemate's command line in fish. What may stand at the cursor is codemate's own answer:
# `codemate __complete WORD…`.
function __codemate_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l current (string replace --all --regex '["\'\\\\]' '' -- $typed)
    set -l program (string replace --regex '^~/' "$HOME/" -- $words[1])
    command -sq -- $program; or set program codemate
    command -sq -- $program; or return
    set -e words[1]
    set -l lines ($program __complete $words "$current" 2>/dev/null)
    set -q lines[1]; or return
    set -l kind $lines[1]
    set -e lines[1]
    if set -q lines[1]
        printf '%s\n' $lines
    end
    # Of --option=path the path is completed, and what stands before it is kept.
    set -l before (string match --regex '^--[^=]*=' -- $typed)
    set -l path (string replace --regex '^--[^=]*=' '' -- $typed)
    switch $kind
        case :files
            __codemate_paths "$before" $path
        case :directories
            __codemate_paths "$before" $path | string match --regex '.*/$'
    end
end
# As fish itself completes the arguments of a command it does not know: with ~, variables and quotes.
function __codemate_paths --argument-names before typed
    for path in (complete -C "__codemate_no_such_command $typed")
        echo $before(string replace --regex '\t.*' '' -- $path)
    end
end
complete -c codemate -f -a '(__codemate_complete)'
