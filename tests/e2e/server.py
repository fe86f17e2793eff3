"""A Chancery server of a test's own: fresh directory, free ports, its own database, stopped and judged at the end.

Every script takes the server program as its first argument (or CHANCERY_BINARY) and the database as
CHANCERY_E2E_DATABASE=sqlite|postgres; the latter needs CHANCERY_TEST_POSTGRES, the URL of a server where databases may
be made and dropped. A script that cannot run here exits with 77, which ctest shows as skipped.
"""
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

import contract_log

SKIPPED = 77


def program():
    """The server program; removed from the command line so that unittest does not see it."""
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["CHANCERY_BINARY"] = os.path.abspath(sys.argv.pop(1))
    binary = os.environ.get("CHANCERY_BINARY")
    if not binary or not os.path.exists(binary):
        sys.exit("usage: %s PROGRAM" % sys.argv[0])
    return binary


def database_kind():
    return os.environ.get("CHANCERY_E2E_DATABASE", "sqlite")


def require(*tools):
    """Ends the script as skipped unless all these programs are installed."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        print("skipped: not installed: " + ", ".join(missing))
        sys.exit(SKIPPED)


def main():
    """Runs the script's test cases, on the database that the environment names."""
    program()
    if database_kind() == "postgres" and not os.environ.get("CHANCERY_TEST_POSTGRES"):
        if os.environ.get("CHANCERY_REQUIRE_POSTGRES") == "1":
            sys.exit("CHANCERY_REQUIRE_POSTGRES=1, but CHANCERY_TEST_POSTGRES is not set")
        print("skipped: CHANCERY_TEST_POSTGRES is not set")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)


_handed_out = set()


def free_port():
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in _handed_out:
            _handed_out.add(port)
            return port


def run(*command, check=True, timeout=120, env=None, stdin=None):
    """The finished process, with its output as text; fails with that output when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, input=stdin,
                          env=dict(os.environ, **(env or {})))
    if check and done.returncode != 0:
        raise AssertionError("%s: exit %d\n%s\n%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
    return done


class PostgresDatabase:
    def __init__(self):
        self.admin_url = os.environ["CHANCERY_TEST_POSTGRES"]
        self.name = "chancery_e2e_" + uuid.uuid4().hex[:12]
        self.sql('CREATE DATABASE "%s"' % self.name)
        parts = urllib.parse.urlsplit(self.admin_url)
        self.url = urllib.parse.urlunsplit(parts._replace(path="/" + self.name))

    def sql(self, statement):
        return run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.admin_url, "-c", statement).stdout

    def drop(self):
        self.sql('DROP DATABASE IF EXISTS "%s" WITH (FORCE)' % self.name)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "%d %s" % (self.status, self.body[:600])


class Server:
    """`with Server() as server:`; `environment` adds configuration keys (CHANCERY_…)."""

    def __init__(self, environment=None, database=None, domains="localhost,chancery.example"):
        self.binary = os.environ["CHANCERY_BINARY"]
        self.directory = tempfile.mkdtemp(prefix="chancery-e2e-")
        self.data = os.path.join(self.directory, "data")
        self.log_file = os.path.join(self.directory, "log")
        self.out_file = os.path.join(self.directory, "out")
        self.root = os.path.join(self.data, "root.pem")
        self.port, self.http_port, self.http01_port = free_port(), free_port(), free_port()
        self.url = "https://localhost:%d" % self.port
        self.http_url = "http://localhost:%d" % self.http_port
        self.directory_url = self.url + "/acme/default/directory"
        self.database = PostgresDatabase() if (database or database_kind()) == "postgres" else None
        self.environment = {
            "CHANCERY_SERVER_LISTEN": "127.0.0.1:%d" % self.port,
            "CHANCERY_SERVER_HTTP_LISTEN": "127.0.0.1:%d" % self.http_port,
            "CHANCERY_SERVER_DRAIN_SECONDS": "20",
            "CHANCERY_ACME_HTTP01_PORT": str(self.http01_port),
            "CHANCERY_ACME_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
            "CHANCERY_HOST_CHECKS_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
            "CHANCERY_ACME_DNS_TRUST_ANCHORS": "",  # the tests' own DNS server signs nothing
            "CHANCERY_SETUP_DOMAINS": domains,
            "CHANCERY_LOG_LEVEL": "info",
        }
        if self.database:
            self.environment["CHANCERY_DATABASE_URL"] = self.database.url
        self.environment.update(environment or {})
        self.process = None
        self.password = self.token = None
        self._paths = None
        self.tolerated_errors = []  # events that may be in the log at level "error"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.log_audited()
                self.stop()
                self.check_log()
            else:
                self.kill()
                sys.stderr.write("server log:\n" + "\n".join(self.log_lines()[-40:]) + "\n")
        finally:
            if self.database:
                self.database.drop()
            shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, ready_within=30):
        with open(self.out_file, "ab") as out, open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([self.binary, "--data", self.data, "serve"], stdout=out, stderr=log,
                                            env=dict(os.environ, **self.environment))
        deadline = time.monotonic() + ready_within
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the server did not become ready\n" + self.output() + "\n".join(self.log_lines()))
            time.sleep(0.02)
        if self.token is None:
            self.password = self.printed(r"password\s+(\S+)")
            self.token = self.printed(r"API token\s+(\S+)")

    def is_ready(self):
        try:
            return self.plain("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def printed(self, pattern):
        found = re.search(pattern, self.output())
        if not found:
            raise AssertionError("not printed: " + pattern + "\n" + self.output())
        return found.group(1)

    def output(self):
        with open(self.out_file, encoding="utf-8") as out:
            return out.read()

    def log_audited(self):
        """Tells the contract's log what the requests left in the audit log, as far as this server can still be asked."""
        if os.environ.get("CHANCERY_CONTRACT_LOG") and self.process is not None:
            with contextlib.suppress(AssertionError, OSError, http.client.HTTPException):
                for event in self.all_items("/audit-events"):
                    contract_log.audited(event["request_id"], event["action"])

    def stop(self):
        """SIGTERM; the server must end by itself with 0."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.process = None
        if code != 0:
            raise AssertionError("the server ended with %d\n%s" % (code, "\n".join(self.log_lines()[-20:])))

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.drop_torn_line()

    def drop_torn_line(self):
        """The kernel ends a write of a killed process at a page's boundary: the log's last line may be half a line."""
        with open(self.log_file, "r+b") as log:
            log.truncate(log.read().rfind(b"\n") + 1)

    def log_lines(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as log:
            return log.read().splitlines()

    def events(self, name):
        return [line for line in map(json.loads, self.log_lines()) if line.get("event") == name]

    def check_log(self):
        for line in self.log_lines():
            entry = json.loads(line)
            if entry["level"] == "error" and entry["event"] not in self.tolerated_errors:
                raise AssertionError("the log has an error: " + line)

    def command(self, *arguments, check=True, environment=None):
        """Runs another `chancery` command on this server's data."""
        return run(self.binary, "--data", self.data, *arguments, check=check,
                   env=dict(self.environment, **(environment or {})))

    def connection(self, timeout=60):
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout,
                                           context=ssl.create_default_context(cafile=self.root))

    def api(self, method, path, body=None, headers=None, token=None, connection=None):
        """One REST call; `body` is turned into JSON. Paths start behind /api/v1."""
        sent = {"Authorization": "Bearer " + (token or self.token or "")}
        data = None
        if body is not None:
            data = json.dumps(body)
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        sent.update(headers or {})
        own = connection or self.connection()
        own.request(method, "/api/v1" + path, body=data, headers=sent)
        response = own.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        if connection is None:
            own.close()
        if os.environ.get("CHANCERY_CONTRACT_LOG"):
            contract_log.record(self.documented_paths(), method, "/api/v1" + path, answer.status, response.headers,
                                answer.body)
        return answer

    def documented_paths(self):
        """The paths of the OpenAPI document that this server serves."""
        if self._paths is None:
            connection = self.connection()
            connection.request("GET", "/openapi.json")
            self._paths = list(json.loads(connection.getresponse().read())["paths"])
            connection.close()
        return self._paths

    def expect(self, status, method, path, body=None, **more):
        answer = self.api(method, path, body, **more)
        if answer.status != status:
            raise AssertionError("%s %s: expected %d, got %r" % (method, path, status, answer))
        return answer

    def plain(self, path):
        """A GET over plain HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def all_items(self, path):
        """Every item of a list, page by page."""
        items, cursor = [], None
        joint = "&" if "?" in path else "?"
        with_limit = path + joint + "limit=200"
        connection = self.connection()
        while True:
            page = self.expect(200, "GET", with_limit + ("&cursor=" + cursor if cursor else ""),
                               connection=connection).json
            items += page["items"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                connection.close()
                return items

    def certificate_named(self, name, **matching):
        """The newest inventory row for a name."""
        found = self.all_items("/certificates?name=" + name)
        for key, value in matching.items():
            found = [row for row in found if row[key] == value]
        if not found:
            raise AssertionError("not in the inventory: " + name)
        return max(found, key=lambda row: row["created_at"])

    def actions_on(self, resource_id):
        return [event["action"] for event in self.all_items("/audit-events?resource_id=" + resource_id)]

    def verify_audit(self):
        return self.command("audit", "verify").stdout


class SharedServerTest(unittest.TestCase):
    """Test cases that share one server, `self.server`, and one scratch directory; the server's log is shown when a
    case fails, and judged when all are done."""

    environment = None  # configuration keys of its own

    @classmethod
    def setUpClass(cls):
        cls.scratch = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.server = cls.enterClassContext(Server(cls.environment))

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            sys.stderr.write("server log:\n" + "\n".join(self.server.log_lines()[-15:]) + "\n")
