"""A network of a test's own, for clients that insist on ports 53, 80 and 443 and on the system's own files.

The script runs itself again in network and mount namespaces of its own: nothing leaves it, every name is this machine
(`dns_server.py` at port 53 says so) and the trust store may be changed. Where namespaces are not permitted, the script
ends as skipped.
"""
import contextlib
import functools
import http.server
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import dns_server
import server
import x509

INSIDE = "CHANCERY_E2E_PRIVATE_NETWORK"
SYSTEM_FILES = {
    "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:2\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
TRUST_STORE = "/etc/ssl/certs/ca-certificates.crt"


def main(*tools, prepare=None):
    """Runs the script's test cases inside; `prepare` is called outside before, where the world can be reached."""
    if os.environ.get(INSIDE):
        build_inside(os.environ[INSIDE])
        server.main()
        return
    server.require("unshare", "ip", "mount", "openssl", *tools)
    namespaces = ["unshare", "-mn" if os.geteuid() == 0 else "-rmn"]
    probe = subprocess.run([*namespaces, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        print("skipped: private namespaces are not permitted here: " + probe.stderr.strip())
        sys.exit(server.SKIPPED)
    if prepare:
        prepare()
    with tempfile.TemporaryDirectory(prefix="chancery-net-") as directory, database_from_inside(directory) as changed:
        done = subprocess.run([*namespaces, sys.executable, *sys.argv], check=False,
                              env=dict(os.environ, **changed, **{INSIDE: directory}))
    sys.exit(done.returncode)


def build_inside(directory):
    server.run("ip", "link", "set", "lo", "up")
    for path, content in SYSTEM_FILES.items():
        replace_file(directory, path, content)


def replace_file(directory, path, content):
    """For everybody in this mount namespace and nobody else; `directory` outlives the namespace."""
    own = os.path.join(directory, os.path.basename(path))
    x509.write(own, content)
    if os.path.exists(path):
        server.run("mount", "--bind", own, os.path.realpath(path))


@contextlib.contextmanager
def database_from_inside(directory):
    """What to change in the environment so that PostgreSQL, at a TCP port outside, is reached from inside: a socket in
    the file system that leads there."""
    parts = urllib.parse.urlsplit(os.environ.get("CHANCERY_TEST_POSTGRES", ""))
    if server.database_kind() != "postgres" or not parts.hostname:
        yield {}
        return
    target, path = (parts.hostname, parts.port or 5432), os.path.join(directory, ".s.PGSQL.5432")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        threading.Thread(target=relay, args=(listener, target), daemon=True).start()
        user = parts.netloc.rpartition("@")[0]
        query = "&".join(filter(None, [parts.query, "host=%s&port=5432" % directory]))
        yield {"CHANCERY_TEST_POSTGRES": urllib.parse.urlunsplit(parts._replace(netloc=user + "@", query=query))}


def relay(listener, target):
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.create_connection(target)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=copy, args=(source, sink), daemon=True).start()


def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other direction ended both


@contextlib.contextmanager
def web_server(directory):
    """The files of `directory` at port 80, for http-01; gives the list of the paths that were asked for."""
    asked = []

    class Pages(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            asked.append(self.path)

        def log_message(self, *_):
            pass

    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 80), functools.partial(Pages, directory=directory))
    with pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        try:
            yield asked
        finally:
            pages.shutdown()


class ClientTest(server.SharedServerTest):
    """Test cases with a server that validates at the real ports and asks the DNS server of the system, `self.dns`."""

    environment = {"CHANCERY_ACME_HTTP01_PORT": "80"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dns = cls.enterClassContext(dns_server.DnsServer(53, os.path.join(cls.scratch, "zone.json")))

    def trust_the_root(self):
        """In the system's trust store, for clients that know no other."""
        with open(self.server.root, encoding="ascii") as root:
            replace_file(os.environ[INSIDE], TRUST_STORE, root.read())

    def script(self, name, text):
        """The path of an executable shell script."""
        path = os.path.join(self.scratch, name)
        x509.write(path, "#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return path

    def dns_command(self, action, name, value):
        """A shell command that adds or removes a TXT record."""
        return '"%s" "%s" %s "%s" %s %s' % (sys.executable, os.path.abspath(dns_server.__file__), action,
                                             self.dns.zone_file, name, value)

    def assert_issued(self, chain, *names):
        """The chain verifies and is for these names; order, inventory and audit say the same. Gives the inventory row."""
        x509.assert_chain(self.server.root, chain, names[0].replace("*", "anything"))
        self.assertEqual(x509.names(x509.split_pem(chain)[0]), sorted(names))
        row = self.row(chain)
        self.assertEqual((row["status"], row["source"], row["has_private_key"]), ("active", "managed", False))
        order = self.server.expect(200, "GET", "/orders/" + row["order_id"]).json
        self.assertEqual((order["status"], order["certificate_id"]), ("complete", row["id"]))
        self.assertEqual(order["requested_by"]["type"], "acme_client")
        self.assertIn("certificate.issue.success", self.server.actions_on(row["id"]))
        return row

    def assert_revoked(self, chain, reason):
        row = self.row(chain)
        self.assertEqual((row["status"], row["revocation"]["reason"]), ("revoked", reason))
        self.assertIn("certificate.revoke.success", self.server.actions_on(row["id"]))

    def row(self, chain):
        found = self.server.expect(200, "GET", "/certificates?serial_number=" + x509.serial(chain)).json["items"]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def tearDown(self):
        self.server.verify_audit()


def read(*path):
    with open(os.path.join(*path), encoding="utf-8", errors="replace") as file:
        return file.read()


def served_chain(name):
    """What the web server at port 443 shows for a name, as PEM; empty when there is nothing."""
    done = server.run("openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", name, "-showcerts", stdin="",
                      check=False)
    return "".join(x509.split_pem(done.stdout))


def wait_for(what, condition, within=60):
    """The first result of `condition` that is true."""
    deadline = time.monotonic() + within
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.2)
    return result
