#!/usr/bin/env bash
# The layering check fails on each thing that it is there for, and passes on a tree without them.
# Usage: layering_test.sh SOURCE_DIR
set -euo pipefail
source=$1
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"

tree=$scratch/tree

put() { # FILE LINE…
    mkdir -p "$(dirname "$tree/$1")"
    printf '%s\n' "${@:2}" >"$tree/$1"
}

good_tree() {
    rm -rf "$tree"
    mkdir -p "$tree/docs"
    cat >"$tree/docs/architecture.md" <<'END'
| another | table |
| --- | --- |
| `nothing` | `at all` |

| floor | module | what | may use | library that only it includes |
| --- | --- | --- | --- | --- |
| words | `base` | | – | `<openssl/>` `<zlib.h>` |
| | `http` | | – | `<curl/>` |
| outside | `ollama` | | `http` | – |
| judgement | `rules` | | `ollama/types.hpp` | – |
| | `lifecycle` | | `ollama` | – |
| face | `cli` | | all | `<CLI/>` in `parse.cpp` |
| stand-in | `tests/sandbox` | | – | `<httplib.h>` in `listen.cpp` |

After the table: `http` may use `everything`.
END
    put include/codemate/base/text.hpp '#include <string>' '#include <sys/types.h>'
    put include/codemate/http/client.hpp '#include "codemate/base/text.hpp"'
    put src/base/text.cpp '#include "codemate/base/text.hpp"' '#include <openssl/evp.h>' '#  include <unistd.h>' '#include <zlib.h>'
    put src/http/client.cpp '#include "http/handle.hpp"' '// #include "ollama/wire.hpp" is no include' '#include <curl/curl.h>'
    put src/ollama/server.cpp '#include "codemate/http/client.hpp"' '#include "codemate/base/text.hpp"'
    put src/rules/keep.cpp '#include "codemate/ollama/types.hpp"'
    put src/lifecycle/pull/plan.cpp '#include "codemate/lifecycle/pull.hpp"' '#include "lifecycle/pull/transfer.hpp"'
    put src/cli/parse.cpp '#include <CLI/CLI.hpp>' '#include "codemate/lifecycle/pull.hpp"'
    put tests/sandbox/listen.cpp '#include <httplib.h>' '#include "sandbox/api.hpp"' '#include "codemate/base/text.hpp"'
    put tests/sandbox/test/replay_test.cpp '#include "support/catch.hpp"'
}

passes() { # WHAT
    run "$source/scripts/check-layering.sh" "$tree"
    [[ $status == 0 ]] || fail "refused: $1"
}

# refuses WHAT-IT-SAYS FILE LINE…: the good tree with this one file in it
refuses() {
    good_tree
    put "${@:2}"
    run "$source/scripts/check-layering.sh" "$tree"
    expect_status 1
    expect_text "$1" "$out"
    expect_text '1 violation(s)' "$out"
}

good_tree
passes 'the good tree'

refuses 'src/http/a.cpp:2: http may not use ollama' src/http/a.cpp '' '#include "codemate/ollama/server.hpp"'
refuses 'rules may not use ollama' src/rules/a.cpp '#include "codemate/ollama/server.hpp"'
refuses 'base may not use http' include/codemate/base/a.hpp '#include "codemate/http/client.hpp"'
refuses 'a private header of another module' src/ollama/a.cpp '#include "http/handle.hpp"'
refuses 'which is not public' include/codemate/http/a.hpp '#include "http/handle.hpp"'
refuses 'is of no module of the table' src/ollama/a.cpp '#include "codemate/registry/registry.hpp"'
refuses 'only base may' src/ollama/a.cpp '#include <openssl/sha.h>'
refuses 'only base may' src/ollama/a.cpp '#include <zlib.h>'
refuses 'only http may' src/cli/a.cpp '#include<curl/curl.h>'
refuses 'a library of no module' src/ollama/a.cpp '#include <boost/asio.hpp>'
refuses 'a library of no module' src/ollama/a.cpp '#include <sqlite3.h>'
refuses 'third-party header <openssl/evp.h> in include/' include/codemate/base/a.hpp '#include <openssl/evp.h>'
refuses 'only parse.cpp may include <CLI/CLI.hpp>' src/cli/options.cpp '#include <CLI/CLI.hpp>'
refuses 'only parse.cpp may include <CLI/CLI.hpp>' src/cli/commands/parse.cpp '#include <CLI/CLI.hpp>'
refuses 'only listen.cpp may include <httplib.h>' tests/sandbox/api.cpp '#include <httplib.h>'
refuses 'tests/sandbox may not use http' tests/sandbox/api.cpp '#include "codemate/http/url.hpp"'
refuses 'a private header of another module' tests/sandbox/api.cpp '#include "ollama/wire.hpp"'
refuses 'use case pull may not include another one' src/lifecycle/pull/a.cpp '#include "codemate/lifecycle/list.hpp"'
refuses 'use case pull may not include another one' src/lifecycle/pull/a.cpp '#include "lifecycle/list/rows.hpp"'
refuses 'use case pull may not include another one' include/codemate/lifecycle/pull.hpp '#include "codemate/lifecycle/list.hpp"'
refuses 'beside the folders of the use cases' src/lifecycle/shared.cpp '#include <string>'
refuses 'its folder is no module of the table' src/utils/a.cpp '#include <string>'
refuses 'its folder is no module of the table' src/stray.cpp '#include <string>'

good_tree
rm -r "$tree/src/ollama"
run "$source/scripts/check-layering.sh" "$tree"
expect_status 1
expect_text 'module ollama has no sources' "$out"

good_tree
put docs/architecture.md 'no table here'
run "$source/scripts/check-layering.sh" "$tree"
expect_status 1
expect_text 'no module table found' "$out"

run "$source/scripts/check-layering.sh" "$source"
[[ $status == 0 ]] || fail 'this checkout breaks its module table'

finish
