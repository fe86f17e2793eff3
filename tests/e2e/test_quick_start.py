"""The lines that `serve` prints at the first start, and those of the README, work as printed: no configuration, default
ports, certbot on port 80.

Runs itself in a network namespace of its own, where those ports are free and no other network is reachable; needs root.
"""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import server

INSIDE = "CHANCERY_E2E_NAMESPACE"


def enter_namespace():
    """Starts this script again inside `unshare`, with the loopback interface up."""
    usable = os.geteuid() == 0 and subprocess.run(["unshare", "-mn", "true"], capture_output=True).returncode == 0
    if not usable:
        print("skipped: needs root and unshare")
        sys.exit(server.SKIPPED)
    binary = server.program()
    # The README's certbot writes to /tmp/certbot: here, into one that nobody else sees.
    again = 'ip link set lo up && mkdir -p /tmp/certbot && mount -t tmpfs tmpfs /tmp/certbot && exec "$0" "$@"'
    os.environ.update({INSIDE: "1", "CHANCERY_BINARY": binary})
    os.execvp("unshare", ["unshare", "-mn", "sh", "-c", again, sys.executable, os.path.abspath(__file__)])


def paragraph_after(text, heading):
    """The indented command that follows a heading and an empty line."""
    found = re.search(re.escape(heading) + r"[^\n]*\n\n((?:  .*\n)+)", text)
    if not found:
        raise AssertionError("not printed: " + heading + "\n" + text)
    return found.group(1)


def readme_commands():
    """The commands of the README's console blocks in their order, each with the lines it goes on in."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
    with open(path, encoding="utf-8") as readme:
        blocks = re.findall(r"```console\n(.*?)```", readme.read(), re.S)
    commands = []
    going_on = False
    for line in "".join(blocks).splitlines():
        if not going_on and not line.startswith("$ "):
            continue  # what the command before prints
        if going_on:
            commands[-1] += "\n" + line
        else:
            commands.append(line[2:])
        going_on = line.endswith("\\") or commands[-1].count("'") % 2 == 1
    return commands


class Shell:
    """One bash for many commands, as a reader has it."""

    def __init__(self, directory):
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.bash = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                     text=True, cwd=directory)

    def close(self):
        self.bash.communicate()
        self.errors.close()

    def run(self, command):
        """What the command prints; it must succeed."""
        self.bash.stdin.write(command + '\nprintf "\\nend %d\\n" $?\n')
        self.bash.stdin.flush()
        printed = ""
        for line in self.bash.stdout:
            if re.fullmatch(r"end \d+\n", line):
                break
            printed += line
        if line != "end 0\n":
            self.errors.seek(0)
            raise AssertionError("%s\n%s%s%s" % (command, printed, line, self.errors.read()))
        return printed


class StartedTest(unittest.TestCase):
    ARGUMENTS = []

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="chancery-quick-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.out = os.path.join(self.directory, "out")
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen([os.environ["CHANCERY_BINARY"], *self.ARGUMENTS, "serve"], stdout=out,
                                            stderr=out, cwd=self.directory)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.terminate)
        deadline = server.time.monotonic() + 30
        while "A certificate by REST" not in self.printed():
            self.assertLess(server.time.monotonic(), deadline, self.printed())
            server.time.sleep(0.1)
        self.token = re.search(r"API token\s+(\S+)", self.printed()).group(1)

    def printed(self):
        with open(self.out, encoding="utf-8") as out:
            return out.read()


class QuickStartTest(StartedTest):
    def shell(self, line, **environment):
        return server.run("bash", "-c", line, env=environment)

    def test_the_printed_lines_obtain_a_certificate_each(self):
        text = self.printed()
        done = self.shell(paragraph_after(text, "A certificate with certbot"))
        self.assertIn("Successfully received certificate", done.stdout)
        root = re.search(r"root +(\S+root\.pem)", text).group(1)
        chain = os.path.join(os.path.dirname(root), "certbot", "live", "demo.localhost", "fullchain.pem")
        server.run("openssl", "verify", "-CAfile", root, "-untrusted", chain, chain)

        ordered = server.json.loads(self.shell(paragraph_after(text, "A certificate by REST"), TOKEN=self.token).stdout)
        self.assertEqual((ordered["status"], ordered["common_name"]), ("complete", "app.localhost"), ordered)


class ReadmeTest(StartedTest):
    ARGUMENTS = ["--data", ".chancery"]

    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.directory, "build", "release"))
        os.symlink(os.environ["CHANCERY_BINARY"], os.path.join(self.directory, "build", "release", "chancery"))
        self.shell = Shell(self.directory)
        self.addCleanup(self.shell.close)
        self.commands = readme_commands()

    def next(self, beginning, filled_in=None):
        """Runs the next command, which must begin so; a reader fills in what `…` stands for and changes nothing else."""
        command = self.commands.pop(0)
        self.assertTrue(command.startswith(beginning), command)
        self.assertEqual("…" in command, filled_in is not None, command)
        if filled_in is not None:
            command = re.sub(r"=\S*…", "=" + filled_in, command)
        return self.shell.run(command)

    def next_json(self, beginning):
        return server.json.loads(self.next(beginning))

    def test_every_command_of_the_tour_does_what_it_says(self):
        self.assertEqual(self.commands.pop(0), "scripts/run")  # setUp starts what it builds
        self.assertIn("Successfully received certificate", self.next("REQUESTS_CA_BUNDLE"))
        self.next("TOKEN=", self.token)
        order = self.next_json("curl")
        self.assertEqual(order["status"], "complete", order)

        self.next("id=", order["certificate_id"])
        self.next("get()")
        leaf = self.next("get https")
        self.assertEqual(leaf.count("BEGIN CERTIFICATE"), 1)
        chain = self.next("get https")
        self.assertIn(leaf.strip(), chain)
        self.assertEqual(chain.count("BEGIN CERTIFICATE"), 2)
        self.check_pfx(self.next_json("get -X POST"))

        challenge = self.next_json("get -X POST")
        self.next("code=", challenge["code"])
        self.next("get -X POST")
        shown = server.json.loads(self.shell.run("get https://localhost:8443/api/v1/certificates/$id"))
        self.assertEqual((shown["status"], shown["revocation"]["reason"]), ("revoked", "superseded"), shown)

        policy = self.next_json("get -X POST")
        self.assertEqual((policy["name"], policy["enabled"]), ("Short lives", True), policy)
        self.assertIn("chain whole", self.next("build/release/chancery"))
        self.assertEqual(self.commands, [])

    def check_pfx(self, export):
        path = os.path.join(self.directory, "app.p12")
        with open(path, "wb") as pfx:
            pfx.write(base64.b64decode(export["content_base64"]))
        opened = server.run("openssl", "pkcs12", "-in", path, "-passin", "pass:" + export["password"], "-nodes").stdout
        self.assertIn("BEGIN PRIVATE KEY", opened)
        self.assertIn("app.localhost", opened)
        wrong = server.run("openssl", "pkcs12", "-in", path, "-passin", "pass:wrong", "-nodes", check=False)
        self.assertNotEqual(wrong.returncode, 0)


if __name__ == "__main__":
    server.require("certbot", "curl", "openssl", "unshare", "ip", "mount")
    if INSIDE not in os.environ:
        enter_namespace()
    unittest.main(verbosity=2)
