# shellcheck shell=bash
# What makes a package's bytes follow from its sources alone. Sourced.

# The time that stands in packages: SOURCE_DATE_EPOCH's, else that of the commit.
set_source_date() { # ROOT
    if [[ -n ${SOURCE_DATE_EPOCH-} ]]; then
        export SOURCE_DATE_EPOCH
        return
    fi
    SOURCE_DATE_EPOCH=$(git -C "$1" log -1 --format=%ct 2>/dev/null) || {
        echo "$1 is no git checkout: set SOURCE_DATE_EPOCH to the time, in seconds, that the package shall carry" >&2
        return 1
    }
    export SOURCE_DATE_EPOCH
}

project_version() { # ROOT
    sed -n 's/^project(codemate VERSION \([0-9.]*\) .*/\1/p' "$1/CMakeLists.txt"
}

# Packs DIR/NAME into FILE.tar.gz: sorted, nobody's, one time for all.
pack() { # DIR NAME FILE
    tar --create --directory="$1" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=ustar "$2" |
        gzip -9n >"$3"
}
