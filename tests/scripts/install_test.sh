#!/usr/bin/env bash
# What `cmake --install` puts below a prefix works there, wherever the prefix is and whatever else is on PATH.
# Usage: install_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1 build=$2
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"

prefix=$scratch/somewhere/else
run cmake --install "$build" --prefix "$prefix"
expect_status 0

for file in bin/codemate share/codemate/scripts/{model-pull.sh,model-prune.sh,lib/wrapper.sh} \
    share/doc/codemate/{README.md,CHANGELOG.md,LICENSE} share/doc/codemate/docs/{README.md,cli.md,ci.md,json/codemate.schema.json} \
    share/man/man1/{codemate,codemate-pull}.1 share/bash-completion/completions/codemate share/zsh/site-functions/_codemate \
    share/fish/vendor_completions.d/codemate.fish; do
    [[ -f $prefix/$file ]] || fail "$file is not installed"
done
# Nothing beside what is meant: no library, no header, no test.
expect_equal 'what is installed' 'bin
share' "$(cd "$prefix" && printf '%s\n' *)"

cd "$scratch"
run "$prefix/bin/codemate" --version
expect_status 0
expect_text 'codemate ' "$out"

run "$prefix/share/codemate/scripts/model-pull.sh" help
expect_status 0

# The installed codemate, though another one is on PATH. Port 1 is reserved and never answers.
mkdir "$scratch/path"
printf '#!/bin/sh\necho the wrong codemate\n' >"$scratch/path/codemate"
chmod +x "$scratch/path/codemate"
run env PATH="$scratch/path:$PATH" OLLAMA_HOST=http://127.0.0.1:1 "$prefix/share/codemate/scripts/model-pull.sh" default
expect_status 1
expect_text 'codemate: error: ' "$err"
expect_no_text 'the wrong codemate' "$out"

finish
