#!/usr/bin/env bash
# What the wrapper scripts make of their arguments, with a codemate that writes down how it is called.
# Usage: wrappers_test.sh SOURCE_DIR
set -euo pipefail
source=$1
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"

repository=$scratch/repository
log=$scratch/log

# A codemate at this place: writes down its arguments, answers a dry run like the real one, and fails where $FAIL says.
fake_codemate() { # FILE
    mkdir -p "$(dirname "$1")"
    cat >"$1" <<END
#!/usr/bin/env bash
echo "\$*" >>'$log'
[[ -z \${FAIL-} || "\$*" != *\$FAIL* ]] || exit "\$STATUS"
[[ -z \${GREEDY-} ]] || head -c 1000 >/dev/null
case "\$*\${PLAN-}" in
    *'prune --optional --dry-runnone')
        echo 'DO      NAME              SIZE      FREES    WHY'
        echo 'keep    mistral:latest    605 KB    -        it has the role fallback'
        echo 'Nothing to remove' ;;
    *'prune --optional --dry-runempty') echo 'Nothing to remove' ;;
    *'prune --optional --dry-run')
        echo 'DO        NAME              SIZE      FREES            WHY'
        echo 'remove    llama2:latest     3.8 GB    up to 3.8 GB     though the manifest declares it'
        echo 'remove    remove:keep       605 KB    up to 605 KB     nothing keeps it'
        echo 'remove    keep:latest       -         up to 0 B        nothing keeps it'
        echo 'keep      remove:latest     605 KB    -         it has  the role remove'
        echo 'llama2:latest would come back with: codemate pull llama2@sha256:dc663ada7b67'
        echo 'Would delete 3 models: up to 3.8 GB would come free; nothing was changed' ;;
    *'pull --dry-run all-free'*)
        echo 'MODEL                   PULLED FROM            WHY'
        echo 'qwen2.5-coder:7b-q4_0   qwen2.5-coder:7b-i     a role'
        echo 'mistral:latest          mistral:latest         a role'
        echo '2 models would be pulled; nothing was changed'
        echo 'mistral:latest: 0 layers on the server, 2 to fetch (605 KB)'
        echo '    weights 12979142351c  604 KB'
        echo 'to fetch: 1.4 MB' ;;
    *'pull --dry-run'*)
        echo 'MODEL            PULLED FROM      WHY'
        echo "\${*: -1}"'   x   y'
        echo '1 model would be pulled; nothing was changed' ;;
    *) echo "output of: \$*" ;;
esac
END
    chmod +x "$1"
}

new_repository() {
    rm -rf "$repository" "$scratch/path"
    mkdir -p "$repository"
    cp -r "$source/scripts" "$repository/scripts"
    fake_codemate "$scratch/path/codemate"
}

# Runs a wrapper with the fake on PATH.
wrapper() {
    : >"$log"
    run env PATH="$scratch/path:$PATH" "$@"
}

calls() {
    cat "$log"
}

new_repository
pull=$repository/scripts/model-pull.sh
prune=$repository/scripts/model-prune.sh

# --- model-pull.sh: verbs -----------------------------------------------------------------------------------------------

for arguments in '' default; do
    # shellcheck disable=SC2086  # no argument at all is one of the cases
    wrapper "$pull" $arguments
    expect_status 0
    expect_equal 'the calls' '--manifest builtin --quiet pull --dry-run default
--manifest builtin pull default
--manifest builtin list' "$(calls)"
done
wrapper "$pull" ''
expect_text 'pull default' "$(calls)"

wrapper "$pull" all-free
expect_status 0
expect_equal 'the calls' '--manifest builtin --quiet pull --dry-run all-free
--manifest builtin pull all-free' "$(calls)"
expect_equal 'the output' 'Pulling model: qwen2.5-coder:7b-q4_0
Pulling model: mistral:latest
output of: --manifest builtin pull all-free' "$out"

wrapper "$pull" list
expect_status 0
expect_equal 'the calls' '--manifest builtin list --available
--manifest builtin list' "$(calls)"
expect_text 'https://ollama.com/library' "$out"

wrapper "$pull" llama3:8b
expect_status 0
expect_equal 'the output' 'Pulling model: llama3:8b
output of: --manifest builtin pull llama3:8b

output of: --manifest builtin list' "$out"

# A name reaches codemate as it was given, whatever is in it.
wrapper "$pull" 'a b;c*'
expect_text 'pull a b;c*' "$(calls)"

for word in help -h --help; do
    wrapper "$pull" "$word"
    expect_status 0
    expect_text 'Usage: model-pull.sh' "$out"
    expect_equal 'the calls' '' "$(calls)"
done

# --- model-pull.sh: refusals and failures -------------------------------------------------------------------------------

for arguments in 'default extra' 'llama3:8b mistral' 'help me' 'list --json' '--dry-run' '-x'; do
    # shellcheck disable=SC2086  # several arguments
    wrapper "$pull" $arguments
    expect_status 1
    expect_text 'model-pull.sh: error: ' "$err"
    expect_text 'Usage: model-pull.sh' "$err"
    expect_equal 'the calls' '' "$(calls)"
done

for status in 1 4 130; do
    wrapper env FAIL='--dry-run' STATUS=$status "$pull" default
    expect_status 1
    expect_no_text 'Pulling model' "$out"
    wrapper env FAIL='builtin pull default' STATUS=$status "$pull" default
    expect_status 1
    expect_no_text 'builtin list' "$(calls)"
    wrapper env FAIL='builtin list' STATUS=$status "$pull" default
    expect_status 1
    wrapper env FAIL='builtin pull' STATUS=$status "$pull" all-free
    expect_status 1
    wrapper env FAIL='builtin list' STATUS=$status "$pull" list
    expect_status 1
done

# --- which manifest, which codemate -------------------------------------------------------------------------------------

echo '{}' >"$repository/codemate.json"
wrapper "$pull" list
expect_text "--manifest $repository/codemate.json list" "$(calls)"

# From anywhere, and through a link in another project's scripts: that project's manifest.
cd /
wrapper "$pull" list
expect_text "--manifest $repository/codemate.json list" "$(calls)"
mkdir -p "$scratch/hub/scripts"
ln -s "$pull" "$scratch/hub/scripts/model-pull.sh"
echo '{}' >"$scratch/hub/codemate.json"
wrapper "$scratch/hub/scripts/model-pull.sh" list
expect_text "--manifest $scratch/hub/codemate.json list" "$(calls)"

# Built here beats PATH, release beats dev.
: >"$scratch/others"
for place in build/dev/src build/release/src; do
    fake_codemate "$repository/$place/codemate"
    sed -i "2i echo $place >>'$scratch/others'" "$repository/$place/codemate"
    wrapper "$pull" list
    expect_equal 'the codemate used' "$place" "$(tail -n 1 "$scratch/others")"
done

# Installed: PREFIX/share/codemate/scripts beside PREFIX/bin, with nothing on PATH.
prefix=$scratch/prefix
mkdir -p "$prefix/share/codemate"
cp -r "$source/scripts" "$prefix/share/codemate/scripts"
fake_codemate "$prefix/bin/codemate"
: >"$log"
run "$prefix/share/codemate/scripts/model-pull.sh" list
expect_status 0
expect_text '--manifest builtin list' "$(calls)"

# Nowhere.
new_repository
mkdir -p "$scratch/bare"
for tool in bash env dirname readlink cat awk; do ln -sf "$(command -v "$tool")" "$scratch/bare/$tool"; done
run env PATH="$scratch/bare" "$pull" default
expect_status 1
expect_text 'codemate is neither built in this checkout' "$err"

# --- model-prune.sh -----------------------------------------------------------------------------------------------------

for word in help -h --help; do
    wrapper "$prune" "$word"
    expect_status 0
    expect_text 'Usage: model-prune.sh' "$out"
    # Without a terminal keep-models wants --yes, and its help says so.
    expect_text 'Without a terminal nobody can be asked: then it wants --yes' "$out"
    expect_equal 'the calls' '' "$(calls)"
done

for arguments in '' list-unused; do
    # shellcheck disable=SC2086  # no argument at all is one of the cases
    wrapper "$prune" $arguments
    expect_status 0
    expect_equal 'the calls' '--manifest builtin list --unused --optional
--manifest builtin list' "$(calls)"
    expect_equal 'the output' 'Unused models:
output of: --manifest builtin list --unused --optional

Installed models:
output of: --manifest builtin list' "$out"
done

# keep-models --dry-run deleted for real: further arguments were ignored.
for arguments in dry-run 'keep-models --dry-run' 'keep-models --dry-run --yes' 'keep-models --yes --dry-run'; do
    # shellcheck disable=SC2086  # several arguments
    wrapper "$prune" $arguments
    expect_status 0
    expect_equal 'the calls' '--manifest builtin prune --optional --dry-run' "$(calls)"
    expect_equal 'the output' '[WOULD DELETE] llama2:latest (3.8 GB)
[WOULD DELETE] remove:keep (605 KB)
[WOULD DELETE] keep:latest (-)
Would delete 3 model(s)
keep      remove:latest     605 KB    -         it has  the role remove
llama2:latest would come back with: codemate pull llama2@sha256:dc663ada7b67
up to 3.8 GB would come free; nothing was changed
To delete: model-prune.sh keep-models' "$out"
done

wrapper env PLAN=none "$prune" dry-run
expect_status 0
expect_equal 'the output' 'Would delete 0 model(s)
keep    mistral:latest    605 KB    -        it has the role fallback
Nothing to remove' "$out"

wrapper env PLAN=empty "$prune" dry-run
expect_status 0
expect_equal 'the output' 'Would delete 0 model(s)
Nothing to remove' "$out"

wrapper "$prune" keep-models
expect_status 0
expect_equal 'the calls' '--manifest builtin prune --optional
--manifest builtin list' "$(calls)"
wrapper "$prune" keep-models --yes
expect_status 0
expect_equal 'the calls' '--manifest builtin prune --optional --yes
--manifest builtin list' "$(calls)"

# Loops could lose their input to the program that they called.
expect_names() {
    expect_text '[WOULD DELETE] keep:latest (-)
Would delete 3 model(s)' "$(echo 'what a caller has for somebody else' | PATH=$scratch/path:$PATH GREEDY=1 "$@")"
}
expect_names "$prune" dry-run
expect_equal 'the models that are named' 2 \
    "$(yes | PATH=$scratch/path:$PATH GREEDY=1 "$pull" all-free | grep -c '^Pulling model: ')"

# Failure to list read as success, and so did each other failure.
for status in 1 4 6 7 70 130; do
    wrapper env FAIL=list STATUS=$status "$prune" list-unused
    expect_status 1
    wrapper env FAIL='builtin list' STATUS=$status "$prune" keep-models --yes
    expect_status 1
    wrapper env FAIL=--dry-run STATUS=$status "$prune" dry-run
    expect_status 1
    expect_no_text 'Would delete' "$out"
    wrapper env FAIL='prune --optional' STATUS=$status "$prune" keep-models --yes
    expect_status 1
    if ((status == 1)); then # some are deleted: the rest is shown
        expect_text 'output of: --manifest builtin list' "$out"
    else
        expect_no_text 'builtin list' "$(calls)"
    fi
done

echo '{}' >"$repository/codemate.json"
wrapper "$prune" dry-run
expect_text "--manifest $repository/codemate.json prune" "$(calls)"
rm "$repository/codemate.json"
run env PATH="$scratch/bare" "$prune" dry-run
expect_status 1
expect_text 'model-prune.sh: error: codemate is neither built in this checkout' "$err"

for arguments in nonsense --dry-run --yes 'dry-run --yes' 'dry-run x' 'list-unused x' 'list-unused --dry-run' \
    'keep-models x' 'keep-models --yes x' 'keep-models --force' 'keep-models mistral' 'help x'; do
    # shellcheck disable=SC2086  # one or several arguments
    wrapper "$prune" $arguments
    expect_status 1
    expect_text 'model-prune.sh: error: ' "$err"
    expect_text 'Usage: model-prune.sh' "$err"
    expect_equal 'the calls' '' "$(calls)"
done

finish
