"""Pebble, the small ACME CA for tests, as a CA upstream: in its strict mode, refusing some nonces, on free ports."""
import http.client
import json
import os
import ssl
import subprocess
import time

import server
import x509


class Pebble:
    """`with Pebble(directory, http01_port, dns_port) as ca:`"""

    def __init__(self, directory, http01_port, dns_port, eab=None):
        self.directory, self.dns_port = directory, dns_port
        self.port, self.management_port = server.free_port(), server.free_port()
        self.certificate = os.path.join(directory, "pebble.pem")
        self.key = os.path.join(directory, "pebble.key")
        self.log_file = os.path.join(directory, "pebble.log")
        self.directory_url = "https://localhost:%d/dir" % self.port
        self.settings = {
            "listenAddress": "127.0.0.1:%d" % self.port,
            "managementListenAddress": "127.0.0.1:%d" % self.management_port,
            "certificate": self.certificate,
            "privateKey": self.key,
            "httpPort": http01_port,
            "tlsPort": server.free_port(),
            "externalAccountBindingRequired": eab is not None,
            "externalAccountMACKeys": eab or {},
            "certificateValidityPeriod": 90 * 86400,
        }
        self.process = None

    def __enter__(self):
        server.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "2", "-subj", "/CN=pebble", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.key, "-out",
                   self.certificate)
        config = os.path.join(self.directory, "pebble.json")
        x509.write(config, json.dumps({"pebble": self.settings}))
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                ["pebble", "-strict", "-config", config, "-dnsserver", "127.0.0.1:%d" % self.dns_port],
                stdout=log, stderr=log,
                env=dict(os.environ, PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="20", PEBBLE_AUTHZREUSE="0"))
        deadline = time.monotonic() + 20
        while True:
            try:
                self.get(self.port, "/dir")
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("pebble did not start: " + self.log()) from None
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def get(self, port, path):
        connection = http.client.HTTPSConnection("localhost", port, timeout=10,
                                                 context=ssl.create_default_context(cafile=self.certificate))
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        if response.status != 200:
            raise AssertionError("pebble: %d %s" % (response.status, body))
        return body

    def root(self):
        """The root that issued certificates chain to, PEM; new at each start."""
        return self.get(self.management_port, "/roots/0")

    def status_of(self, serial):
        """"Valid" or "Revoked", as pebble remembers it."""
        return json.loads(self.get(self.management_port, "/cert-status-by-serial/" + serial))

    def text(self, path):
        with open(path, encoding="ascii") as file:
            return file.read()

    def provider(self, name, **configuration):
        """The body that makes it a provider."""
        return {"name": name, "type": "acme", "configuration": dict(
            {"directory_url": self.directory_url, "account_email": "pki@chancery.example",
             "tls_trust_anchors": self.text(self.certificate), "trust_anchors": self.root(), "validity_days": 90},
            **configuration)}
