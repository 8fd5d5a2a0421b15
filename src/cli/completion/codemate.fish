# Completion of codemate's command line in fish. What may stand at the cursor is codemate's own answer:
# `codemate __complete WORD…`.
function __codemate_complete
    set -l words (commandline -opc)
    set -l current (string replace --all --regex '["\'\\\\]' '' -- (commandline -ct))
    set -l program (string replace --regex '^~/' "$HOME/" -- $words[1])
    command -sq -- $program; or set program codemate
    set -e words[1]
    set -l lines ($program __complete $words "$current" 2>/dev/null)
    set -q lines[1]; or return
    set -l kind $lines[1]
    set -e lines[1]
    if set -q lines[1]
        printf '%s\n' $lines
    end
    # Of --option=path the path is completed, and what stands before it is kept.
    set -l before (string match --regex '^--[^=]*=' -- "$current")
    set -l path (string replace --regex '^--[^=]*=' '' -- "$current")
    switch $kind
        case :files
            __codemate_paths "$before" (__fish_complete_path "$path")
        case :directories
            __codemate_paths "$before" (__fish_complete_directories "$path" '')
    end
end
function __codemate_paths --argument-names before
    for path in $argv[2..-1]
        echo $before$path
    end
end
complete -c codemate -f -a '(__codemate_complete)'
