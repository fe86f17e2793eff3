"""Signals: SIGHUP takes a new TLS certificate without a restart, SIGTERM drains without losing a request."""
import http.client
import os
import re
import signal
import ssl
import tempfile
import threading
import time
import unittest

import server


def make_tls_files(directory, name="operator"):
    """An operator's own root, and a chain and key for localhost under it: their paths."""
    path = {part: os.path.join(directory, name + "." + part) for part in ("root", "root-key", "pem", "key", "csr", "ext")}
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    server.run("openssl", "req", "-x509", *curve, "-keyout", path["root-key"], "-out", path["root"], "-days", "2",
               "-subj", "/CN=Operator root")
    server.run("openssl", "req", *curve, "-keyout", path["key"], "-out", path["csr"], "-subj", "/CN=localhost")
    with open(path["ext"], "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost\n")
    server.run("openssl", "x509", "-req", "-in", path["csr"], "-CA", path["root"], "-CAkey", path["root-key"],
               "-CAcreateserial", "-days", "2", "-extfile", path["ext"], "-out", path["pem"])
    return path


def trusts(port, root):
    """Whether a new connection's certificate chains to `root`."""
    connection = http.client.HTTPSConnection("localhost", port, timeout=10,
                                             context=ssl.create_default_context(cafile=root))
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except ssl.SSLCertVerificationError:
        return False
    finally:
        connection.close()


def wait_until(condition, what, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        time.sleep(0.05)


class ReloadTest(unittest.TestCase):
    def configure(self, running, certificate, key):
        path = os.path.join(running.data, "chancery.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"tls_certificate_file: .*", "tls_certificate_file: " + certificate, text)
        text = re.sub(r"tls_key_file: .*", "tls_key_file: " + key, text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        running.process.send_signal(signal.SIGHUP)

    def test_sighup_takes_the_operators_certificate_and_refuses_a_wrong_one(self):
        with tempfile.TemporaryDirectory() as directory, server.Server() as running:
            running.tolerated_errors = ["configuration.reload_refused"]
            kept = running.connection()
            running.expect(200, "GET", "/me", connection=kept)
            operator = make_tls_files(directory)
            self.assertFalse(trusts(running.port, operator["root"]))
            self.configure(running, operator["pem"], operator["key"])
            wait_until(lambda: trusts(running.port, operator["root"]), "the operator's certificate is served")
            running.expect(200, "GET", "/me", connection=kept)

            other = make_tls_files(directory, "other")
            self.configure(running, operator["pem"], other["key"])
            wait_until(lambda: running.events("configuration.reload_refused"), "the mismatch is reported")
            self.assertTrue(trusts(running.port, operator["root"]))
            kept.close()

    def test_a_refused_reload_changes_nothing_and_a_later_good_one_works(self):
        with tempfile.TemporaryDirectory() as directory, server.Server() as running:
            running.tolerated_errors = ["configuration.reload_refused"]
            missing = os.path.join(directory, "missing.pem")
            self.configure(running, missing, missing)
            wait_until(lambda: running.events("configuration.reload_refused"), "the missing file is reported")
            self.assertIn(missing, running.events("configuration.reload_refused")[0]["error"])
            self.assertTrue(trusts(running.port, running.root))

            operator = make_tls_files(directory)
            self.configure(running, operator["pem"], operator["key"])
            wait_until(lambda: trusts(running.port, operator["root"]), "the operator's certificate is served")
            self.configure(running, "", "")
            wait_until(lambda: trusts(running.port, running.root), "its own certificate is served again")
            wait_until(lambda: len(running.events("configuration.reloaded")) == 2, "both reloads are reported")
            for event in running.events("configuration.reloaded"):
                self.assertFalse(event["restart_needed_for_other_changes"], "the data directory is the one given")


class Caller(threading.Thread):
    """Orders over one kept connection until the server is gone; remembers which names were answered, and how."""

    def __init__(self, running, number):
        super().__init__()
        self.running, self.number = running, number
        self.acknowledged, self.unanswered, self.broken = [], [], []

    def run(self):
        connection = self.running.connection(timeout=30)
        for count in range(1_000_000):
            name = "drain-%d-%d.localhost" % (self.number, count)
            try:
                answer = self.running.api("POST", "/orders", {"common_name": name, "key_algorithm": "ec-256"},
                                          connection=connection)
            except ConnectionRefusedError:
                return
            except http.client.IncompleteRead:
                self.broken.append(name)
                return
            except (http.client.HTTPException, OSError):
                self.unanswered.append(name)  # closed between two requests, before any byte of an answer
                return
            if answer.status == 201:
                self.acknowledged.append((name, answer.json["certificate_id"]))
            elif answer.status != 503:
                self.broken.append("%s: %r" % (name, answer))
            if answer.headers.get("Connection", "").lower() == "close":
                connection.close()


class DrainTest(unittest.TestCase):
    def test_sigterm_under_load_answers_every_request_that_it_took(self):
        with server.Server() as running:
            callers = [Caller(running, number) for number in range(6)]
            for caller in callers:
                caller.start()
            time.sleep(1.0)
            running.stop()
            for caller in callers:
                caller.join(timeout=60)
            self.assertEqual([caller.broken for caller in callers if caller.broken], [])
            acknowledged = dict(pair for caller in callers for pair in caller.acknowledged)
            self.assertGreater(len(acknowledged), 20)

            running.start()
            rows = {row["common_name"]: row["id"] for row in running.all_items("/certificates?q=drain-")}
            self.assertEqual({name: rows.get(name) for name in acknowledged}, acknowledged)
            silent = [name for caller in callers for name in caller.unanswered if name in rows]
            self.assertEqual(silent, [], "these were issued, but their callers were never told")
            running.verify_audit()

    def test_a_restart_keeps_identity_and_prints_no_secret_again(self):
        with server.Server() as running:
            before = running.expect(200, "GET", "/certificate-authorities").json["items"]
            running.stop()
            running.start()
            after = running.expect(200, "GET", "/certificate-authorities").json["items"]
            self.assertEqual([ca["id"] for ca in before], [ca["id"] for ca in after])
            self.assertEqual(running.output().count(running.token), 1)
            self.assertEqual(running.output().count(running.password), 1)


if __name__ == "__main__":
    server.require("openssl")
    server.main()
