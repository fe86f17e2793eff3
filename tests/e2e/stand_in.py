"""A stand-in for a CA outside (EST, DigiCert, GlobalSign) behind HTTPS: the program stand_in_ca, on a port of its own."""
import json
import os
import subprocess
import sys
import uuid

import server
import x509


EST_PASSWORD = "s3cret pass"  # of "chancery"


def program():
    """The stand-in's program, the argument after the server's; removed so that unittest does not see it."""
    if len(sys.argv) > 2 and not sys.argv[2].startswith("-"):
        os.environ["CHANCERY_STAND_IN"] = os.path.abspath(sys.argv.pop(2))
    if not os.path.exists(os.environ.get("CHANCERY_STAND_IN", "")):
        sys.exit("usage: %s PROGRAM STAND_IN" % sys.argv[0])


def tls_certificate(directory, name="localhost"):
    """A self-signed one for a server of the test's own: tls.pem and tls.key."""
    certificate, key = os.path.join(directory, "tls.pem"), os.path.join(directory, "tls.key")
    server.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout", key, "-out", certificate)
    return certificate, key


class StandIn:
    """`with StandIn("est", directory) as ca:`; `name` is what its TLS certificate is for."""

    PATHS = {"est": "/.well-known/est", "digicert": "/services/v2", "globalsign": "/v2"}

    def __init__(self, kind, directory, name="localhost"):
        self.kind, self.name, self.directory = kind, name, os.path.join(directory, kind)
        self.process = self.port = None

    def __enter__(self):
        os.makedirs(self.directory)
        tls_certificate(self.directory, self.name)
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen([os.environ["CHANCERY_STAND_IN"], self.kind, self.directory],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the stand-in did not start: " + self.text("log"))
        self.port = int(line)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def path(self, name):
        return os.path.join(self.directory, name)

    def url(self):
        return "https://localhost:%d%s" % (self.port, self.PATHS[self.kind])

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def root(self):
        return self.text("root.pem")

    def log(self):
        return self.text("requests.ndjson")

    def requests(self):
        return [json.loads(line) for line in self.log().splitlines()]

    def asked(self):
        """"GET /cacerts 200", behind the service's path, in order."""
        return ["%s %s %d" % (one["method"], one["target"].removeprefix(self.PATHS[self.kind]), one["status"])
                for one in self.requests()]

    def provider(self, **configuration):
        """The body that makes it a provider; a member that is None is left out."""
        members = dict({"url": self.url(), "validity_days": 90,
                        "tls_trust_anchors": self.text("tls.pem"), "trust_anchors": self.root()}, **configuration)
        return {"name": "%s %s" % (self.kind, uuid.uuid4().hex[:6]), "type": "external_ca", "kind": self.kind,
                "configuration": {name: value for name, value in members.items() if value is not None}}

