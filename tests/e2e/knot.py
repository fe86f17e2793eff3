"""Knot as the primary of a zone that takes dynamic updates (RFC 2136) with a key."""
import os
import socket
import subprocess
import time

import server
import x509

KEY_NAME = "chancery"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

CONFIG = """
server:
    rundir: "{directory}"
    listen: 127.0.0.1@{port}
database:
    storage: "{directory}"
log:
  - target: "{directory}/knot.log"
    any: debug
key:
  - id: {key_name}
    algorithm: {algorithm}
    secret: {key}
acl:
  - id: updates
    key: {key_name}
    action: update
    update-type: [TXT]
zone:
  - domain: {zone}
    file: "{directory}/{zone}.zone"
    acl: updates
"""

ZONE = """$TTL 60
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
* A 127.0.0.1
"""


class Knot:
    """`with Knot(directory, "chancery.example") as dns:`"""

    def __init__(self, directory, zone, algorithm="hmac-sha256"):
        self.directory, self.zone, self.port = directory, zone, server.free_port()
        self.config = os.path.join(directory, "knot.conf")
        x509.write(self.config, CONFIG.format(directory=directory, port=self.port, zone=zone, key_name=KEY_NAME, key=KEY,
                                              algorithm=algorithm))
        x509.write(os.path.join(directory, zone + ".zone"), ZONE)
        self.process = None

    def __enter__(self):
        with open(os.path.join(self.directory, "knot.out"), "ab") as out:
            self.process = subprocess.Popen(["knotd", "-c", self.config], stdout=out, stderr=out)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("knot did not start: " + self.log()) from None
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def log(self):
        text = ""
        for name in ("knot.out", "knot.log"):
            path = os.path.join(self.directory, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text += file.read()
        return text
