"""Two servers on one PostgreSQL behind a load balancer: a client that meets another one at every request."""
import base64
import hashlib
import http.client
import http.server
import itertools
import json
import os
import socket
import ssl
import sys
import threading
import time
import unittest

import server
import x509

try:
    from cryptography import x509 as certificates
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
except ImportError:
    print("skipped: not installed: python3-cryptography")
    sys.exit(server.SKIPPED)


class RoundRobin:
    """Hands each new connection to the next of the ports, byte by byte, so that TLS ends at the servers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = "https://localhost:%d" % self.port
        self.served = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # ends accept()
        self.acceptor.join()
        self.listener.close()

    def start(self, *ports):
        self.acceptor = threading.Thread(target=self.accept, args=(itertools.cycle(ports),), daemon=True)
        self.acceptor.start()

    def accept(self, ports):
        for port in ports:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.served.append(port)
            threading.Thread(target=self.relay, args=(client, port), daemon=True).start()

    def relay(self, client, port):
        with client, socket.create_connection(("127.0.0.1", port)) as upstream:
            back = threading.Thread(target=self.pump, args=(upstream, client), daemon=True)
            back.start()
            self.pump(client, upstream)
            back.join()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class SecondServer(server.Server):
    """Another server on the database of the first, with its key-encryption key."""

    def __init__(self, first, environment):
        super().__init__(dict(environment, CHANCERY_DATABASE_URL=first.database.url,
                              CHANCERY_KEYS_ENCRYPTION_KEY_FILE=os.path.join(first.data, "key-encryption-key")),
                         database="sqlite")
        self.root, self.token = first.root, first.token


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Client:
    """An ACME client that opens a connection for each request and never tries again."""

    def __init__(self, base, root):
        self.base, self.kid, self.nonce = base, None, None
        self.tls = ssl.create_default_context(cafile=root)
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        self.jwk = {"crv": "P-256", "kty": "EC", "x": encode(numbers.x.to_bytes(32)), "y": encode(numbers.y.to_bytes(32))}
        self.directory = self.send("GET", base + "/acme/default/directory").json
        self.nonce = self.send("HEAD", self.directory["newNonce"]).headers["Replay-Nonce"]

    def connection(self, port):
        return http.client.HTTPSConnection("localhost", port, timeout=60, context=self.tls)

    def send(self, method, url, body=None):
        port, path = url.removeprefix("https://localhost:").split("/", 1)
        connection = self.connection(int(port))
        try:
            connection.request(method, "/" + path, body, {"Content-Type": "application/jose+json"} if body else {})
            response = connection.getresponse()
            return server.Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def sign(self, url, payload, nonce):
        header = {"alg": "ES256", "nonce": nonce, "url": url}
        header.update({"kid": self.kid} if self.kid else {"jwk": self.jwk})
        text = "" if payload is None else encode(json.dumps(payload).encode())
        protected = encode(json.dumps(header).encode())
        r, s = decode_dss_signature(self.key.sign((protected + "." + text).encode(), ec.ECDSA(hashes.SHA256())))
        return json.dumps({"protected": protected, "payload": text, "signature": encode(r.to_bytes(32) + s.to_bytes(32))})

    def post(self, url, payload=None):
        answer = self.send("POST", url, self.sign(url, payload, self.nonce))
        self.nonce = answer.headers["Replay-Nonce"]
        if answer.status >= 300:
            raise AssertionError("%s: %r" % (url, answer))
        return answer

    def register(self):
        self.kid = self.post(self.directory["newAccount"], {"termsOfServiceAgreed": True}).headers["Location"]

    def new_order(self, *names):
        return self.post(self.directory["newOrder"], {"identifiers": [{"type": "dns", "value": name} for name in names]})

    def wait_for(self, url, *states):
        deadline = time.monotonic() + 60
        while (found := self.post(url).json)["status"] not in states:
            if time.monotonic() > deadline:
                raise AssertionError("still %s: %s" % (found["status"], url))
            time.sleep(0.05)
        return found

    def issue(self, web, name):
        order = self.new_order(name)
        thumbprint = encode(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())
        for url in order.json["authorizations"]:
            challenge = next(c for c in self.post(url).json["challenges"] if c["type"] == "http-01")
            web.pages["/.well-known/acme-challenge/" + challenge["token"]] = challenge["token"] + "." + thumbprint
            self.post(challenge["url"], {})
            self.wait_for(url, "valid")
        request = certificates.CertificateSigningRequestBuilder().subject_name(certificates.Name([])).add_extension(
            certificates.SubjectAlternativeName([certificates.DNSName(name)]), False)
        csr = request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        self.post(order.json["finalize"], {"csr": encode(csr.public_bytes(serialization.Encoding.DER))})
        done = self.wait_for(order.headers["Location"], "valid")
        return self.post(done["certificate"]).body.decode("ascii")


class Web(http.server.ThreadingHTTPServer):
    def __init__(self, port):
        self.pages = {}
        super().__init__(("127.0.0.1", port), Page)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = self.server.pages.get(self.path)
        self.send_response(404 if text is None else 200)
        self.end_headers()
        self.wfile.write((text or "").encode("ascii"))

    def log_message(self, *_):
        pass


class NodesTest(unittest.TestCase):
    def setUp(self):
        self.balancer = self.enterContext(RoundRobin())
        port = server.free_port()
        common = {"CHANCERY_SERVER_PUBLIC_URL": self.balancer.url, "CHANCERY_ACME_HTTP01_PORT": str(port)}
        self.first = self.enterContext(server.Server(common, database="postgres"))
        self.second = self.enterContext(SecondServer(self.first, common))
        self.balancer.start(self.first.port, self.second.port)
        self.web = self.enterContext(Web(port))
        self.client = Client(self.balancer.url, self.first.root)

    def test_a_client_that_changes_the_server_at_every_request_meets_no_bad_nonce(self):
        self.client.register()
        for i in range(3):
            name = "www%d.localhost" % i
            x509.assert_chain(self.first.root, self.client.issue(self.web, name), name)
        served = self.balancer.served
        self.assertEqual({one != other for one, other in itertools.pairwise(served)}, {True})
        self.assertGreater(self.answers(201), 0)
        self.assertEqual(self.answers(400), 0)
        print("%d requests, the server changed at each" % len(served))

    def test_a_nonce_shown_to_both_servers_at_once_is_accepted_once(self):
        self.client.register()
        url = self.client.directory["newOrder"]
        order = {"identifiers": [{"type": "dns", "value": "www.localhost"}]}
        connections = [self.client.connection(running.port) for running in (self.first, self.second)]
        for i in range(100):
            head = self.client.send("HEAD", self.client.directory["newNonce"])
            body = self.client.sign(url, order, head.headers["Replay-Nonce"])
            self.assertEqual(self.at_once(connections, url, body), [201, "badNonce"], "round %d" % i)
        for connection in connections:
            connection.close()

    def test_the_nonce_of_a_server_that_died_is_a_bad_nonce_once(self):
        self.client.register()
        url = self.client.directory["newOrder"]
        order = {"identifiers": [{"type": "dns", "value": "www.localhost"}]}
        connection = self.client.connection(self.second.port)
        connection.request("HEAD", "/acme/default/new-nonce")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.second.kill()
        connection = self.client.connection(self.first.port)
        status, nonce = self.post_on(connection, url, self.client.sign(url, order, answer.headers["Replay-Nonce"]))
        self.assertEqual(status, "badNonce")
        self.assertEqual(self.post_on(connection, url, self.client.sign(url, order, nonce))[0], 201)
        connection.close()
        self.assertEqual(len(self.first.events("acme_node.unreachable")), 1)

    def answers(self, status):
        """How many requests both servers answered so."""
        return sum(event["status"] == status for running in (self.first, self.second)
                   for event in running.events("request.answered"))

    @staticmethod
    def post_on(connection, url, body):
        """201 or the type of the problem, and the next nonce."""
        connection.request("POST", "/" + url.split("/", 3)[3], body, {"Content-Type": "application/jose+json"})
        response = connection.getresponse()
        content = json.loads(response.read())
        kind = response.status if response.status < 300 else content["type"].rsplit(":", 1)[1]
        return kind, response.headers["Replay-Nonce"]

    def at_once(self, connections, url, body):
        barrier, kinds = threading.Barrier(len(connections)), []

        def show(connection):
            if connection.sock is None:
                connection.connect()
            barrier.wait()
            kinds.append(self.post_on(connection, url, body)[0])

        threads = [threading.Thread(target=show, args=(connection,)) for connection in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(kinds, key=str)


if __name__ == "__main__":
    server.require("openssl", "psql")
    server.main()
