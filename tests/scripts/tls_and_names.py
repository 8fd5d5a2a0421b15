#!/usr/bin/env python3
"""For portable_in_root.sh: an https server in front of an http one, and a name server that knows one domain.

Usage: tls_and_names.py HTTP_PORT CERTIFICATE KEY NAMESERVER_ADDRESS
Prints the port of https on one line when both listen. Every name below .test is 127.0.0.1; other names do not exist.
"""
import http.client
import http.server
import socket
import ssl
import struct
import sys
import threading


class Forward(http.server.BaseHTTPRequestHandler):
    behind = 0

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", self.behind)
        connection.request(self.command, self.path, body)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):  # a client that does not trust us hangs up: that is what some of the checks want
        pass


def https(behind, certificate, key):
    Forward.behind = behind
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Server(("127.0.0.1", 0), Forward)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def name_of(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii").lower())
        at += 1 + query[at]
    return ".".join(labels), at + 1


def answer_to(query):
    name, end = name_of(query)
    (kind,) = struct.unpack(">H", query[end : end + 2])
    known = name.endswith(".test")
    records = 1 if known and kind == 1 else 0
    flags = 0x8180 if known else 0x8183  # 3: no such name
    head = query[:2] + struct.pack(">HHHHH", flags, 1, records, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    return head + query[12 : end + 4] + record * records


def main():
    http_port, certificate, key, address = sys.argv[1:]
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((address, 53))
    print(https(int(http_port), certificate, key), flush=True)
    while True:
        query, client = names.recvfrom(512)
        names.sendto(answer_to(query), client)


main()
