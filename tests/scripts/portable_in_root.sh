#!/usr/bin/env bash
# The portable program runs where there is nothing but a kernel, and in distributions' roots: plain and by TLS, with names
# from files and from DNS. No part of the default run: it wants root, and port 53 of an address of its own.
# Usage: tests/scripts/portable_in_root.sh TARBALL SANDBOX [ROOT…]     (roots as debootstrap makes them; not changed)
set -euo pipefail
tarball=$(realpath "$1") sandbox=$(realpath "$2")
roots=("${@:3}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/scripts/expect.sh
. "$here/expect.sh"

nameserver=127.53.53.53
pids=()
clean_up() {
    if ((${#pids[@]} > 0)); then kill "${pids[@]}" 2>/dev/null || true; fi
    wait
    rm -rf "$scratch"
}
trap clean_up EXIT

start_servers() {
    local line
    mkfifo "$scratch/sandbox.out" "$scratch/tls.out"
    "$sandbox" --port 0 --store "$scratch/models" >"$scratch/sandbox.out" </dev/null &
    pids+=($!)
    exec 3<"$scratch/sandbox.out"
    IFS= read -r -t 60 line <&3
    plain=${line#listening on }
    make_certificates
    python3 "$here/tls_and_names.py" "${plain##*:}" "$scratch/server.pem" "$scratch/server.key" "$nameserver" >"$scratch/tls.out" </dev/null &
    pids+=($!)
    exec 4<"$scratch/tls.out"
    IFS= read -r -t 60 line <&4
    secure=https://ollama.test:$line
}

# An authority of our own, and a server's certificate signed by it.
make_certificates() {
    (
        cd "$scratch"
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=an authority' -keyout ca.key -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj '/CN=ollama.test' -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:ollama.test\n' >server.ext
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.pem
    ) 2>/dev/null
}

# What a machine says of names; the modules are those of a desktop, and are not there or belong to another glibc.
write_name_settings() {
    echo "nameserver $nameserver" >"$scratch/resolv.conf"
    echo '127.0.0.1 localhost host-of-file' >"$scratch/hosts"
    printf '%s\n' 'passwd: files systemd' 'hosts: mymachines mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] files myhostname dns' >"$scratch/nsswitch.conf"
}

# in_root ROOT [VARIABLE=VALUE…] ARGUMENT…: codemate there, with our settings for names, in a layer that is gone afterwards
in_root() {
    local root=$1 variables=(CODEMATE_MANIFEST=builtin XDG_STATE_HOME=/tmp/state)
    shift
    while [[ $1 == [A-Z]*=* ]]; do
        variables+=("$1")
        shift
    done
    # shellcheck disable=SC2016  # for the inner shell to expand
    run env -i PATH="$PATH" unshare --mount bash -c '
        set -e
        lower=$1 ours=$2
        mount -t tmpfs none "$ours/layer"
        mkdir "$ours/layer"/{upper,work}
        mount -t overlay -o "lowerdir=$lower,upperdir=$ours/layer/upper,workdir=$ours/layer/work" none "$ours/root"
        cp "$ours"/{resolv.conf,hosts,nsswitch.conf} "$ours/root/etc/"
        mount --bind "$ours/program" "$ours/root/mnt"
        exec env -i "${@:3}"' in_root "$root" "$scratch" "${variables[@]}" "$(command -v chroot)" "$scratch/root" /mnt/bin/codemate "$@"
    ran="${variables[*]} codemate $* (in $root)"
}

check_root() {
    local root=$1
    echo "in $root"
    in_root "$root" --version
    expect_status 0
    expect_text 'codemate ' "$out"
    in_root "$root" OLLAMA_HOST="$plain" pull --yes default
    expect_status 0
    in_root "$root" OLLAMA_HOST="$plain" list
    expect_status 0
    expect_text 'mistral:latest' "$out"
    # names: of /etc/hosts, of DNS, nobody's; the server is found, and refuses to be called so, as a real one does
    in_root "$root" OLLAMA_HOST="http://host-of-file:${plain##*:}" list
    expect_text 'the server refuses this client (403)' "$err"
    in_root "$root" OLLAMA_HOST="http://from-dns.test:${plain##*:}" list
    expect_text 'the server refuses this client (403)' "$err"
    in_root "$root" OLLAMA_HOST="http://nobody.example:${plain##*:}" list
    expect_status 4
    expect_text "cannot find the host 'nobody.example'" "$err"
    # TLS: an authority of our own
    in_root "$root" OLLAMA_HOST="$secure" SSL_CERT_FILE=/mnt/ca.pem list
    expect_status 0
    expect_text 'mistral:latest' "$out"
    in_root "$root" OLLAMA_HOST="$secure" SSL_CERT_FILE=/mnt/other.pem list
    expect_status 4
    expect_text 'is not trusted' "$err"
}

# A root with nothing in it but what is named here.
make_empty_root() {
    empty=$scratch/empty
    mkdir -p "$empty"/{etc,tmp,mnt}
}

check_certificates() {
    local place
    echo 'where certificates are looked for'
    in_root "$empty" OLLAMA_HOST="$secure" list
    expect_status 2
    expect_text 'there are no certificates on this machine' "$err"
    expect_text 'ca-certificates' "$err"
    for place in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem; do
        mkdir -p "$empty$(dirname "$place")"
        cp "$scratch/ca.pem" "$empty$place"
        in_root "$empty" OLLAMA_HOST="$secure" list
        expect_status 0
        rm "$empty$place"
    done
}

write_name_settings
mkdir "$scratch"/{program,layer,root}
tar -xzf "$tarball" -C "$scratch/program" --strip-components=1
expect_text 'static' "$(file -b "$scratch/program/bin/codemate")"
expect_no_text 'interpreter' "$(file -b "$scratch/program/bin/codemate")"
start_servers
cp "$scratch/ca.pem" "$scratch/program/ca.pem"
(cd "$scratch" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=another' -keyout other.key -out program/other.pem) 2>/dev/null
make_empty_root
check_root "$empty"
check_certificates
for root in "${roots[@]}"; do check_root "$root"; done
finish
