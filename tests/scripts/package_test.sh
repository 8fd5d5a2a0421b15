#!/usr/bin/env bash
# What packages are made of, without making one: Debian's layout of an install tree, archives whose bytes do not depend on when
# and where they are packed, no path of this build in them.
# Usage: package_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1 build=$2
# shellcheck source=tests/scripts/expect.sh
. "$source/tests/scripts/expect.sh"
# shellcheck source=scripts/lib/reproducible.sh
. "$source/scripts/lib/reproducible.sh"

export SOURCE_DATE_EPOCH=1700000000
umask 022
stage=$scratch/stage

# As CPack does it.
run cmake --install "$build" --prefix "$stage/usr"
expect_status 0
# The program of a build for tests has its sources' paths in it, for the debugger. Whether strip leaves any is looked at below.
run strip "$stage/usr/bin/codemate"
expect_status 0
run cmake -DCPACK_TEMPORARY_INSTALL_DIRECTORY="$stage" -DCPACK_PACKAGE_VERSION=1.2.3 -DCPACK_DEBIAN_PACKAGE_RELEASE=4 \
    -DCPACK_PACKAGE_CONTACT='Some One <some.one@example.org>' -P "$source/packaging/debian/layout.cmake"
expect_status 0

cd "$stage"
for file in usr/bin/codemate usr/share/bash-completion/completions/codemate usr/share/zsh/vendor-completions/_codemate \
    usr/share/fish/vendor_completions.d/codemate.fish usr/share/man/man1/codemate{,-pull}.1.gz \
    usr/share/doc/codemate/{copyright,changelog.gz,changelog.Debian.gz,docs/install.md}; do
    [[ -f $file ]] || fail "$file is not in the package"
done
expect_equal 'what Debian has elsewhere' '' "$(find . -path '*site-functions*' -o -name LICENSE -o -name 'CHANGELOG*' -o -name '*.1')"
expect_equal 'what is neither a directory, a file for all nor a program' '' \
    "$(find . ! \( -type d -perm 755 \) ! \( -type f -perm 644 \) ! \( -type f -perm 755 \( -path ./usr/bin/codemate -o -name 'model-*.sh' \) \))"
expect_equal 'files of another time' '' "$(find . -printf '%T@ %p\n' | grep -v "^$SOURCE_DATE_EPOCH\.0* " || true)"
for file in usr/share/man/man1/codemate.1.gz usr/share/doc/codemate/changelog.Debian.gz; do
    expect_equal "flags and time in the head of $file" '0000000000' "$(od -An -tx1 -j3 -N5 "$file" | tr -d ' \n')"
done
changelog=$(gzip -dc usr/share/doc/codemate/changelog.Debian.gz)
expect_text 'codemate (1.2.3-4) unstable' "$changelog"
expect_text ' -- Some One <some.one@example.org>  Tue, 14 Nov 2023 22:13:20 +0000' "$changelog"
copyright=$(<usr/share/doc/codemate/copyright)
expect_text "Copyright: $(sed -n 's/^Copyright (c) //p' "$source/LICENSE")" "$copyright"
# Each line of the licence is there, as the format wants it.
while IFS= read -r line; do
    expect_text "
 ${line:-.}" "$copyright"
done < <(sed -n '/^Permission/,$p' "$source/LICENSE")

expect_equal 'files with a path of this build' '' "$(grep -rlF -e "$source" -e "$build" . || true)"

# The same files, put there in another order at another time, give the same archive.
mkdir -p "$scratch"/{a,b}/tree/d
printf 1 >"$scratch/a/tree/x" && printf 2 >"$scratch/a/tree/d/y" && printf 3 >"$scratch/a/tree/B"
printf 3 >"$scratch/b/tree/B" && printf 2 >"$scratch/b/tree/d/y" && printf 1 >"$scratch/b/tree/x"
touch --date=@1 "$scratch"/b/tree/{x,d}
TZ=UTC pack "$scratch/a" tree "$scratch/a.tar.gz"
TZ=Asia/Tokyo pack "$scratch/b" tree "$scratch/b.tar.gz"
cmp -s "$scratch/a.tar.gz" "$scratch/b.tar.gz" || fail 'the two archives differ'
printf 4 >"$scratch/b/tree/x"
pack "$scratch/b" tree "$scratch/b.tar.gz"
if cmp -s "$scratch/a.tar.gz" "$scratch/b.tar.gz"; then fail 'other content gives the same archive'; fi

# The version stands in one place.
run "$stage/usr/bin/codemate" --version
expect_equal 'the version of packages and of the program' "codemate $(project_version "$source")" "$out"

page=$(<"$source/docs/install.md")
version=$(project_version "$source")
expect_equal 'versions that docs/install.md names' "codemate-$version
codemate_$version" "$(grep -oE 'codemate[-_][0-9]+\.[0-9]+\.[0-9]+' <<<"$page" | sort -u)"
expect_text "codemate_$version-$(sed -n 's/^set(CPACK_DEBIAN_PACKAGE_RELEASE \([^)]*\)).*/\1/p' "$source/cmake/Package.cmake")_" "$page"

# The time of a package: given, of the commit, or asked for.
run bash -c ". '$source/scripts/lib/reproducible.sh' && set_source_date '$scratch' && echo \$SOURCE_DATE_EPOCH"
expect_equal 'a given time' 1700000000 "$out"
unset SOURCE_DATE_EPOCH
run env GIT_CEILING_DIRECTORIES="$scratch" bash -c "set -e; . '$source/scripts/lib/reproducible.sh'; set_source_date '$scratch'; echo and on"
expect_status 1
expect_text 'set SOURCE_DATE_EPOCH' "$err"
expect_no_text 'and on' "$out"
git init -q "$scratch/checkout"
GIT_COMMITTER_DATE='@1600000000 +0000' git -C "$scratch/checkout" -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m x
run bash -c ". '$source/scripts/lib/reproducible.sh' && set_source_date '$scratch/checkout' && echo \$SOURCE_DATE_EPOCH"
expect_equal "a commit's time" 1600000000 "$out"

run "$source/scripts/check-reproducible.sh" no-such-package
expect_status 2
expect_text "there is no package 'no-such-package'" "$err"

finish
