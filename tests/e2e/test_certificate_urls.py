"""After advisories about servers that fetched what a stranger's certificate told them to: CRL distribution points, OCSP
responders and issuers' certificates that a CSR or an uploaded certificate names are asked by nobody. Every network is
allowed here, so that nothing but that keeps the server from it."""
import http.client
import os
import socket
import ssl
import tempfile
import threading
import time
import unittest

import server
import upstream
import x509

LONG_ENOUGH = 3  # for a job that would fetch


class Trap:
    """Listens on loopback and counts who comes."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.came = self.socket.getsockname()[1], 0
        threading.Thread(target=self.count, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def count(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.came += 1
            connection.close()

    def extensions(self):
        """As a line each of an OpenSSL configuration."""
        url = "http://localhost:%d" % self.port
        return ["crlDistributionPoints=URI:%s/crl,URI:http://127.0.0.1:%d/crl" % (url, self.port),
                "authorityInfoAccess=OCSP;URI:%s/ocsp,caIssuers;URI:%s/issuer.crt" % (url, url),
                "freshestCRL=URI:%s/delta" % url]


class CertificateUrlsTest(unittest.TestCase):
    def setUp(self):
        self.trap = self.enterContext(Trap())
        self.scratch = self.enterContext(tempfile.TemporaryDirectory())
        self.server = self.enterContext(server.Server(upstream.NETWORKS))

    def tearDown(self):
        time.sleep(LONG_ENOUGH)
        self.assertEqual(self.trap.came, 0, "somebody followed a URL of a certificate")
        socket.create_connection(("127.0.0.1", self.trap.port)).close()
        deadline = time.monotonic() + 10
        while self.trap.came == 0:
            self.assertLess(time.monotonic(), deadline, "the trap does not see who comes")
            time.sleep(0.05)

    def path(self, name):
        return os.path.join(self.scratch, name)

    def read(self, name):
        with open(self.path(name), encoding="ascii") as file:
            return file.read()

    def csr(self, name):
        """With the URLs among the extensions that it asks for; NAME.key and NAME.csr."""
        more = [option for line in self.trap.extensions() for option in ("-addext", line)]
        server.run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                   self.path(name + ".key"), "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, *more,
                   "-out", self.path(name + ".csr"))
        return self.read(name + ".csr")

    def ca(self):
        """A CA with these URLs in its own certificate, ca.pem and ca.key, and one below it: sub.pem and sub.key."""
        options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        more = [option for line in self.trap.extensions() for option in ("-addext", line)]
        server.run("openssl", "req", "-x509", *options, "-days", "30", "-subj", "/CN=Outside", "-keyout",
                   self.path("ca.key"), "-addext", "keyUsage=critical,keyCertSign", *more, "-out", self.path("ca.pem"))
        server.run("openssl", "req", "-new", *options, "-subj", "/CN=Outside, below", "-keyout", self.path("sub.key"),
                   "-out", self.path("sub.csr"))
        self.sign("sub", "ca", "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")

    def sign(self, name, ca, *lines):
        x509.write(self.path("extensions"), "\n".join([*lines, "authorityKeyIdentifier=keyid",
                                                       *self.trap.extensions()]) + "\n")
        server.run("openssl", "x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.path(ca + ".pem"), "-CAkey",
                   self.path(ca + ".key"), "-days", "20", "-extfile", self.path("extensions"), "-out",
                   self.path(name + ".pem"))

    def leaf(self, name):
        self.sign(name, "sub", "subjectAltName=DNS:" + name, "extendedKeyUsage=serverAuth,clientAuth",
                  "keyUsage=critical,digitalSignature")
        return self.read(name + ".pem")

    def test_of_a_csr(self):
        made = self.server.expect(201, "POST", "/orders", {"csr": self.csr("csr.localhost")}).json
        text = server.run("openssl", "x509", "-noout", "-text", stdin=self.server.expect(
            200, "GET", "/certificates/%s/pem" % made["certificate_id"]).body.decode()).stdout
        self.assertIn("CRL Distribution Points", text)  # the CA's own
        self.assertNotIn(str(self.trap.port), text)

    def test_of_an_uploaded_certificate_and_of_those_above_it(self):
        self.ca()
        provider = self.server.expect(201, "POST", "/providers", {
            "name": "By hand", "type": "external_ca", "kind": "manual",
            "configuration": {"validity_days": 20, "trust_anchors": self.read("ca.pem")}}).json
        order = self.server.expect(202, "POST", "/orders", {"common_name": "hand.localhost",
                                                           "provider_id": provider["id"]}).json
        x509.write(self.path("hand.localhost.csr"), self.server.expect(200, "GET", "/orders/%s/csr" % order["id"]).body)
        self.sign("hand.localhost", "sub", "subjectAltName=DNS:hand.localhost", "extendedKeyUsage=serverAuth",
                  "keyUsage=critical,digitalSignature")
        leaf, place = self.read("hand.localhost.pem"), "/orders/%s/certificate" % order["id"]
        # Its issuer is missing: who follows caIssuers would find it.
        self.server.expect(422, "POST", place, {"certificate": leaf})
        self.server.expect(200, "POST", place, {"certificate": leaf + self.read("sub.pem")})

    def test_of_a_ca_that_is_imported(self):
        self.ca()
        self.server.expect(201, "POST", "/certificate-authorities/imports", {
            "name": "Outside", "certificate": self.read("ca.pem"), "private_key": self.read("ca.key")})
        self.server.expect(201, "POST", "/certificate-authorities/imports", {
            "name": "Outside, below", "certificate": self.read("sub.pem") + self.read("ca.pem"),
            "private_key": self.read("sub.key")})

    def test_of_a_client_that_shows_one(self):
        self.ca()
        self.csr("client.localhost")
        self.leaf("client.localhost")
        context = ssl.create_default_context(cafile=self.server.root)
        context.load_cert_chain(self.path("client.localhost.pem"), self.path("client.localhost.key"))
        connection = http.client.HTTPSConnection("localhost", self.server.port, timeout=20, context=context)
        connection.request("GET", "/api/v1/me")
        self.assertEqual(connection.getresponse().status, 401)
        connection.close()

    def test_of_a_host_that_is_checked(self):
        self.ca()
        self.csr("host.localhost")
        x509.write(self.path("host.chain"), self.leaf("host.localhost"))  # without the one above
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("host.chain"), self.path("host.localhost.key"))
        listening = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=self.serve_one, args=(listening, context), daemon=True).start()
        seen = self.server.expect(200, "POST", "/host-checks", {
            "host": "localhost", "port": listening.getsockname()[1], "server_name": "host.localhost"}).json
        self.assertTrue(seen["chain"], seen)
        self.assertTrue(seen["findings"], seen)

    @staticmethod
    def serve_one(listening, context):
        connection, _ = listening.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)
        except OSError:
            pass


if __name__ == "__main__":
    server.require("openssl")
    server.main()
