#!/usr/bin/env bash
# Runs the parts of docs/remote.md that need another machine: a network namespace with a real Ollama on its loopback
# address, sshd, and nginx with the very settings that the page shows. It takes root, nginx, openssh-server and ip, and
# leaves nothing behind. No part of the default run.
# Usage: far.sh OLLAMA_PROGRAM BUILD_DIR
# shellcheck disable=SC2016  # fences of Markdown, and programs that expand their own variables
set -euo pipefail
ollama=$(realpath "$1") build=$(realpath "$2")
source=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
space=codemate-far far=10.231.7.2 near=10.231.7.1
directory=$(mktemp -d "${TMPDIR:-/tmp}/codemate-far-XXXXXX")
pids=()

clean_up() {
    /usr/bin/ssh -F "$directory/ssh_config" -O exit models.lan 2>/dev/null || true
    for file in "$directory"/*.pid; do
        if [[ -s $file ]]; then pids+=("$(cat "$file")"); fi
    done
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    ip netns del "$space" 2>/dev/null || true
    ip link del codemate0 2>/dev/null || true
    rm -rf "/etc/netns/$space" "$directory"
}

make_network() {
    printf '127.0.0.1 localhost\n%s models.lan\n%s registry.lan\n' "$far" "$near" >"$directory/hosts"
    mkdir -p "/etc/netns/$space"
    cp "$directory/hosts" "/etc/netns/$space/hosts"
    ip netns add "$space"
    ip link add codemate0 type veth peer name codemate1 netns "$space"
    ip addr add "$near/24" dev codemate0
    ip link set codemate0 up
    ip -n "$space" addr add "$far/24" dev codemate1
    ip -n "$space" link set codemate1 up
    ip -n "$space" link set lo up
}

there() { ip netns exec "$space" "$@"; }

make_certificates() {
    cd "$directory"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj '/CN=Our own authority' \
        -addext 'keyUsage=critical,keyCertSign' 2>openssl.log
    openssl req -newkey rsa:2048 -nodes -keyout models.key -out models.csr -subj /CN=models.lan 2>>openssl.log
    openssl x509 -req -in models.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out models.pem -days 2 \
        -extfile <(echo subjectAltName=DNS:models.lan) 2>>openssl.log
}

# The page's own settings, and a second port without TLS.
start_nginx() {
    local snippet
    snippet=$(sed -n '/^```nginx/,/^```/p' "$source/docs/remote.md" | grep -v '^```' |
        sed "s|/etc/ssl/models|$directory/models|; s|listen 443|listen $far:443|")
    cat >"$directory/nginx.conf" <<END
pid $directory/nginx.pid; error_log $directory/nginx.log; events {}
http {
    access_log off;
    $snippet
    server { listen $far:8080; location / { proxy_pass http://127.0.0.1:11434; proxy_set_header Host localhost:11434; } }
}
END
    there nginx -c "$directory/nginx.conf"
    cat >"$directory/registry.conf" <<END
pid $directory/registry.pid; error_log $directory/registry.log; events {}
http { access_log off; server { listen $near:5000; location / { proxy_pass $1; proxy_set_header Host \$http_host; } } }
END
    nginx -c "$directory/registry.conf"
}

# ssh -f ends the tunnel before it, and does not end with the terminal of the command.
start_sshd() {
    cd "$directory"
    ssh-keygen -q -t ed25519 -N '' -f host
    ssh-keygen -q -t ed25519 -N '' -f id
    printf '%s\n' "ListenAddress $far" "HostKey $directory/host" "AuthorizedKeysFile $directory/id.pub" \
        "PidFile $directory/sshd.pid" 'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' >sshd_config
    mkdir -p /run/sshd
    there /usr/sbin/sshd -f "$directory/sshd_config" -E "$directory/sshd.log"
    printf '%s\n' "IdentityFile $directory/id" "UserKnownHostsFile $directory/known" 'StrictHostKeyChecking accept-new' \
        'ExitOnForwardFailure yes' 'LogLevel ERROR' "ControlPath $directory/tunnel" >ssh_config
    mkdir bin
    cat >bin/ssh <<END
#!/bin/bash
if [[ \$1 != -f ]]; then exec /usr/bin/ssh -F $directory/ssh_config "\$1" PATH=$build/src:\\\$PATH "\${@:2}"; fi
/usr/bin/ssh -F $directory/ssh_config -O exit models.lan 2>/dev/null
exec setsid -w /usr/bin/ssh -F $directory/ssh_config -M "\$@" </dev/null >/dev/null 2>&1
END
    chmod +x bin/ssh
}

start_servers() {
    "$build/tests/sandbox/codemate-sandbox" --port 0 --store "$directory/registry" >"$directory/sandbox" &
    pids+=("$!")
    mkdir "$directory/store" "$directory/home"
    there env HOME="$directory/home" OLLAMA_HOST=127.0.0.1:11434 OLLAMA_MODELS="$directory/store" "$ollama" serve \
        >"$directory/ollama.log" 2>&1 &
    pids+=("$!")
    until grep -q . "$directory/sandbox"; do sleep 0.1; done
}

trap clean_up EXIT
trap 'exit 1' HUP INT TERM
make_network
make_certificates
start_servers
registry=$(sed -n 's/^listening on //p' "$directory/sandbox")
start_nginx "$registry"
start_sshd
printf '#!/bin/sh\nexec curl -sf -d "moving-tag=$1" %s/sandbox/faults >/dev/null\n' "$registry" >"$directory/bin/move-tag"
chmod +x "$directory/bin/move-tag"
until there bash -c ': >/dev/tcp/127.0.0.1/11434' 2>/dev/null; do sleep 0.1; done

# In a view of the file system of its own: the names, the authority, and no store of the far server.
export CODEMATE_FAR=$directory
unshare -m bash -euc '
mount --bind "$CODEMATE_FAR/hosts" /etc/hosts
mount -t tmpfs none "$CODEMATE_FAR/store"
cp -rL /etc/ssl "$CODEMATE_FAR/ssl" && cp "$CODEMATE_FAR/ca.pem" "$CODEMATE_FAR/ssl/our-authority.pem"
mount --bind "$CODEMATE_FAR/ssl" /etc/ssl
exec "$1" "[.far]"' far "$build/tests/docs/docs_test"
