"""A DNS server for dns-01: TXT records from a JSON file that hooks change, the loopback address for everything else.

As a program it changes the records, for hooks: `dns_server.py add|remove FILE NAME VALUE`, or without the last two, as
the hook of certbot's manual plugin, with CERTBOT_DOMAIN and CERTBOT_VALIDATION in the environment.
"""
import fcntl
import json
import os
import socket
import struct
import sys
import threading

A, NS, SOA, TXT, AAAA, CAA = 1, 2, 6, 16, 28, 257


def read_name(message, at):
    labels = []
    while message[at]:
        length = message[at]
        labels.append(message[at + 1:at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return ".".join(labels), at + 1


def encode_name(name):
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split(".") if label) + b"\0"


def record(kind, data, ttl=0):
    """A resource record for the question's name (a pointer to offset 12)."""
    return struct.pack("!HHHIH", 0xC00C, kind, 1, ttl, len(data)) + data


class DnsServer:
    def __init__(self, port, zone_file):
        self.port, self.zone_file = port, zone_file
        self.queries = []
        self.sockets = []

    def __enter__(self):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        tcp = socket.socket()
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(("127.0.0.1", self.port))
        tcp.listen()
        self.sockets = [udp, tcp]
        threading.Thread(target=self.serve_udp, args=(udp,), daemon=True).start()
        threading.Thread(target=self.serve_tcp, args=(tcp,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in self.sockets:
            one.close()

    def serve_udp(self, udp):
        while True:
            try:
                message, peer = udp.recvfrom(4096)
                udp.sendto(self.answer(message), peer)
            except OSError:
                return

    def serve_tcp(self, tcp):
        while True:
            try:
                connection, _ = tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_stream, args=(connection,), daemon=True).start()

    def serve_stream(self, connection):
        with connection:
            stream = connection.makefile("rb")
            while len(head := stream.read(2)) == 2:
                answer = self.answer(stream.read(struct.unpack("!H", head)[0]))
                connection.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, message):
        number, flags = struct.unpack("!HH", message[:4])
        name, end = read_name(message, 12)
        kind = struct.unpack("!H", message[end:end + 2])[0]
        self.queries.append((name, kind))
        records = self.records(name, kind)
        authority = [] if records else [record(SOA, encode_name("ns.invalid") + encode_name("hostmaster.invalid") +
                                               struct.pack("!IIIII", 1, 60, 60, 60, 0))]
        head = struct.pack("!HHHHHH", number, 0x8480 | (flags & 0x0100), 1, len(records), len(authority), 0)
        return head + message[12:end + 4] + b"".join(records + authority)

    def records(self, name, kind):
        if kind == A:
            return [record(A, socket.inet_aton("127.0.0.1"))]
        if kind == TXT:
            return [record(TXT, bytes([len(text)]) + text.encode("ascii")) for text in read_zone(self.zone_file).get(name, [])]
        return []


def read_zone(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def change(action, path, name, value):
    with open(path + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        zone = read_zone(path)
        values = zone.setdefault(name, [])
        if action == "add":
            values.append(value)
        else:
            values.remove(value)
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(zone, file)
        os.replace(path + ".new", path)


def record_of_certbot():
    return "_acme-challenge." + os.environ["CERTBOT_DOMAIN"], os.environ["CERTBOT_VALIDATION"]


if __name__ == "__main__":
    change(sys.argv[1], sys.argv[2], *(sys.argv[3:5] or record_of_certbot()))
