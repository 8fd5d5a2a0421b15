# shellcheck shell=bash
# The libcurl of the portable program: Debian's source package, with HTTP and OpenSSL only. Debian's own static libcurl
# drags in LDAP, Kerberos and twenty more libraries. Sourced.

# Everything that codemate does not use. Certificates are found at run time (src/http/trust.cpp).
portable_curl_options=(
    --disable-shared --enable-static --with-openssl --without-ca-bundle --without-ca-path
    --without-zlib --without-brotli --without-zstd --without-libpsl --without-libgsasl --without-librtmp --without-libidn2
    --without-nghttp2 --without-libssh2 --without-libssh
    --disable-ftp --disable-file --disable-ldap --disable-ldaps --disable-rtsp --disable-dict --disable-telnet --disable-tftp
    --disable-pop3 --disable-imap --disable-smb --disable-smtp --disable-gopher --disable-mqtt
    --disable-manual --disable-libcurl-option --disable-ntlm --disable-tls-srp --disable-unix-sockets --disable-cookies
    --disable-doh --disable-mime --disable-netrc --disable-alt-svc --disable-hsts --disable-websockets --disable-ares
    --disable-openssl-auto-load-config --disable-dependency-tracking
)

# Prints the apt sources of this distribution, as sources of source packages. They stay in a file of our own: the
# machine's settings are not touched.
source_lists() {
    local file
    for file in /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
        if [[ -e $file ]]; then sed 's/^Types:.*/Types: deb-src/' "$file"; fi
    done
}

old_source_lists() {
    if [[ -e /etc/apt/sources.list ]]; then sed -n 's/^ *deb \(.*\)/deb-src \1/p' /etc/apt/sources.list; fi
}

# Downloads the source package into DIR, as it is for this distribution, its digests checked against the signed lists.
download_curl_source() { # DIR
    local directory=$1
    mkdir -p "$directory/apt/parts" "$directory/apt/lists"
    source_lists >"$directory/apt/parts/these.sources"
    old_source_lists >"$directory/apt/parts/these.list"
    local options=(
        -q -o APT::Sandbox::User=root -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$directory/apt/parts"
        -o "Dir::State::Lists=$directory/apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
    )
    apt-get "${options[@]}" update </dev/null
    (cd "$directory" && apt-get "${options[@]}" source --download-only --only-source curl </dev/null)
}

# Builds it below DIR and installs header and archive in DIR/prefix; does nothing where that is there already.
# CODEMATE_CURL_SOURCE=FILE.dsc: of this source package and without apt.
make_portable_curl() { # DIR
    local directory=$1 package=${CODEMATE_CURL_SOURCE-} stamp
    mkdir -p "$directory"
    if [[ -z $package ]]; then
        package=$(newest_source "$directory")
        if [[ -z $package ]]; then
            download_curl_source "$directory"
            package=$(newest_source "$directory")
        fi
    fi
    stamp="$(basename "$package") ${portable_curl_options[*]}"
    if [[ -e $directory/prefix/stamp && $(<"$directory/prefix/stamp") == "$stamp" ]]; then return; fi
    rm -rf "$directory/source" "$directory/build" "$directory/prefix"
    dpkg-source --no-check -x "$package" "$directory/source" # apt has checked it
    mkdir "$directory/build"
    (
        cd "$directory/build" || exit
        CC="$(command -v ccache || true) ${CC:-gcc}" CFLAGS='-O2 -ffunction-sections -fdata-sections' \
            ../source/configure --quiet --prefix="$directory/prefix" "${portable_curl_options[@]}"
        make --silent -j"$(nproc)" -C lib
        make --silent -C lib install
        make --silent -C include install
    )
    echo "$stamp" >"$directory/prefix/stamp"
}

newest_source() { # DIR
    find "$1" -maxdepth 1 -name 'curl_*.dsc' | sort -V | tail -1
}
