"""Every command of the program: what it does, and how it fails."""
import os
import re
import sqlite3
import tempfile
import unittest

import server


class CommandTest(server.SharedServerTest):
    """Commands beside a running server."""

    def test_version_and_configuration_are_printed(self):
        self.assertRegex(self.server.command("version").stdout, r"^chancery \d+\.\d+\.\d+\n$")
        shown = self.server.command("config").stdout
        self.assertIn("http01_port: %d" % self.server.http01_port, shown)
        reference = self.server.command("config", "--reference").stdout
        self.assertIn("| `server.public_url` | `CHANCERY_SERVER_PUBLIC_URL` |", reference)

    def test_doctor_finds_nothing_wrong_beside_a_running_server(self):
        done = self.server.command("doctor")
        self.assertNotIn("FAIL", done.stdout)
        for check in ("configuration", "clock", "key", "database", "authorities", "port"):
            self.assertRegex(done.stdout, r"(?m)^ok +%s " % check)
        self.assertIn("is in use", done.stdout)

    def test_the_audit_log_verifies(self):
        self.assertRegex(self.server.verify_audit(), r"^\d+ records, chain whole, head [0-9a-f]{64}\n$")

    def test_migrate_on_a_current_schema_changes_nothing(self):
        self.assertRegex(self.server.command("migrate").stdout, r"^the schema is up to date")

    def test_certificate_authorities_are_created_shown_and_listed(self):
        self.server.command("ca", "create", "Second root", "--algorithm", "ec-384")
        self.server.command("ca", "create", "Second issuing", "--parent", "Second root", "--days", "365")
        listed = self.server.command("ca", "list").stdout
        self.assertRegex(listed, r"root +active +ec-384 .* Second root")
        self.assertRegex(listed, r"intermediate +active +ec-256 .* Second issuing")
        pem = self.server.command("ca", "show", "Second issuing").stdout
        issuer = server.run("openssl", "x509", "-noout", "-issuer", stdin=pem).stdout
        self.assertIn("Second root", issuer)
        missing = self.server.command("ca", "show", "nobody", check=False)
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))
        self.assertIn("nobody", missing.stderr)
        unknown = self.server.command("ca", "create", "X", "--algorithm", "dsa", check=False)
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("dsa", unknown.stderr)

    def test_a_ca_is_imported_with_its_key(self):
        certificate, key = (os.path.join(self.scratch, name) for name in ("ca.pem", "ca.key"))
        server.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "300", "-subj", "/CN=Imported root", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout",
                   key, "-out", certificate)
        done = self.server.command("ca", "import", "Imported", certificate, "--key", key)
        self.assertRegex(done.stdout, r"^imported root Imported \([0-9a-f-]{36}\), active\n$")
        wrong = self.server.command("ca", "import", "Wrong", self.server.root, "--key", key, check=False)
        self.assertEqual(wrong.returncode, 1, wrong.stdout)

    def test_users_and_their_tokens(self):
        added = self.server.command("user", "add", "eve@chancery.example", "--role", "user")
        self.assertRegex(added.stdout, r"password \S+ \(shown once\)")
        self.assertIn("eve@chancery.example", self.server.command("user", "list").stdout)
        token = self.server.command("token", "create", "eve@chancery.example", "--name", "ci", "--scope",
                                    "write").stdout.strip()
        self.server.expect(200, "GET", "/me", token=token)
        listed = self.server.command("token", "list", "eve@chancery.example").stdout
        self.assertRegex(listed, r"write +active")
        self.server.command("user", "disable", "eve@chancery.example")
        self.server.expect(401, "GET", "/me", token=token)
        self.server.command("user", "enable", "eve@chancery.example")
        self.server.expect(200, "GET", "/me", token=token)
        self.server.command("token", "revoke", listed.split()[0])
        self.server.expect(401, "GET", "/me", token=token)
        file = os.path.join(self.scratch, "password")
        with open(file, "w", encoding="ascii") as out:
            out.write("a-long-enough-passphrase-7\n")
        self.server.command("user", "password", "eve@chancery.example", "--password-file", file)
        self.server.expect(201, "POST", "/sessions", {"email": "eve@chancery.example",
                                                      "password": "a-long-enough-passphrase-7"})
        subject = ["user", "link", "eve@chancery.example", "subject-1"]
        nowhere = self.server.command(*subject, check=False)
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn("--issuer", nowhere.stderr)
        self.server.command(*subject, "--issuer", "https://id.example.com")
        self.assertEqual(self.server.command(*subject, "--issuer", "https://id.example.com", check=False).returncode, 1)
        again = self.server.command("user", "add", "eve@chancery.example", check=False)
        self.assertEqual(again.returncode, 1)
        nobody = self.server.command("token", "create", "nobody@chancery.example", "--name", "x", check=False)
        self.assertEqual(nobody.returncode, 1)
        self.assertIn("nobody@chancery.example", nobody.stderr)

    def test_a_second_server_on_the_same_port_says_so_and_ends(self):
        with tempfile.TemporaryDirectory() as directory:
            environment = {key: value for key, value in self.server.environment.items() if "DATABASE" not in key}
            done = server.run(self.server.binary, "--data", os.path.join(directory, "data"), "serve", check=False,
                              timeout=60, env=environment)
            self.assertEqual(done.returncode, 1)
            self.assertIn(str(self.server.port), done.stderr)


    @unittest.skipUnless(server.database_kind() == "sqlite", "on PostgreSQL several servers may run")
    def test_a_second_server_on_the_same_data_says_so_and_ends(self):
        done = self.server.command("serve", check=False,
                                   environment={"CHANCERY_SERVER_LISTEN": "127.0.0.1:%d" % server.free_port(),
                                                "CHANCERY_SERVER_HTTP_LISTEN": "127.0.0.1:%d" % server.free_port()})
        self.assertEqual(done.returncode, 1)
        self.assertIn("another server is running on this data directory", done.stderr)
        self.server.expect(200, "GET", "/me")


class OfflineCommandTest(unittest.TestCase):
    """Commands without a server, and configurations that are wrong. The database is SQLite."""

    def setUp(self):
        self.binary = os.environ["CHANCERY_BINARY"]
        self.directory = self.enterContext(tempfile.TemporaryDirectory())
        self.data = os.path.join(self.directory, "data")
        self.environment = {"CHANCERY_SERVER_LISTEN": "127.0.0.1:%d" % server.free_port(),
                            "CHANCERY_SERVER_HTTP_LISTEN": "127.0.0.1:%d" % server.free_port()}

    def command(self, *arguments, check=True, environment=None):
        return server.run(self.binary, "--data", self.data, *arguments, check=check,
                          env=dict(self.environment, **(environment or {})))

    def test_init_sets_up_once_and_doctor_agrees(self):
        self.assertRegex(self.command("init").stdout, r"API token +\S+")
        self.assertEqual(oct(os.stat(self.data).st_mode & 0o777), "0o700")
        self.assertEqual(os.stat(os.path.join(self.data, "key-encryption-key")).st_mode & 0o077, 0)
        self.assertIn("can be bound", self.command("doctor").stdout)
        again = self.command("init", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("already", again.stderr)

    def test_an_unknown_key_in_the_file_is_named(self):
        file = os.path.join(self.directory, "chancery.yaml")
        with open(file, "w", encoding="ascii") as out:
            out.write("server:\n  colour: red\n")
        done = server.run(self.binary, "--config", file, "config", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(file, done.stderr)
        self.assertIn("server.colour", done.stderr)

    def test_a_value_out_of_range_is_named(self):
        done = self.command("config", check=False, environment={"CHANCERY_ACME_HTTP01_PORT": "99999"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("CHANCERY_ACME_HTTP01_PORT", done.stderr)

    def test_wrong_usage_ends_with_two(self):
        self.assertEqual(self.command("nonsense", check=False).returncode, 2)
        self.assertEqual(self.command("ca", check=False).returncode, 2)

    def test_the_wrong_key_encryption_key_is_refused_and_doctor_says_why(self):
        self.command("init")
        other = os.path.join(self.directory, "other-key")
        with open(other, "w", encoding="ascii") as out:
            out.write("ab" * 32)
        os.chmod(other, 0o600)
        wrong = {"CHANCERY_KEYS_ENCRYPTION_KEY_FILE": other}
        done = self.command("doctor", check=False, environment=wrong)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^FAIL  authorities .*key")
        missing = self.command("doctor", check=False, environment={"CHANCERY_KEYS_ENCRYPTION_KEY_FILE": other + "x"})
        self.assertEqual(missing.returncode, 1)
        self.assertRegex(missing.stdout, r"(?m)^FAIL  key ")

    def test_a_changed_audit_record_is_found(self):
        self.command("init")
        database = sqlite3.connect(os.path.join(self.data, "chancery.db"))
        triggers = [row[0] for row in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'")]
        self.assertTrue(triggers, "nothing guards the audit log")
        with self.assertRaises(sqlite3.DatabaseError):
            database.execute("UPDATE audit_events SET actor_name = 'somebody else' WHERE sequence = 2")
        for trigger in triggers:
            database.execute('DROP TRIGGER "%s"' % trigger)
        database.execute("UPDATE audit_events SET actor_name = 'somebody else' WHERE sequence = 2")
        database.commit()
        database.close()
        done = self.command("audit", "verify", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIsNotNone(re.search(r"broken at record 2", done.stderr), done.stderr)


if __name__ == "__main__":
    server.require("openssl")
    server.main()
