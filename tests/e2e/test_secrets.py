"""Nothing that is secret is in the answer to any GET, in the audit log, or in the server's log."""
import json
import re

import resources
import server

NAMES = re.compile(r"password|passphrase|secret|private|hmac|token|credential|code|key$", re.IGNORECASE)
# Members that are called so and are none, each with what it is.
HARMLESS = {
    "has_private_key": "whether there is one",
    "key_id": "the public half of an external account's credentials",
    "csrf_token": "null but for a session, where it is what the session's own client is to send",
    "code": "of a problem or finding",
    "token_count": "a number",
}


def members(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path + "/" + name, name, inner
            yield from members(inner, path + "/" + name)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner, path + "/-")


class SecretsTest(resources.WalkTest):
    def secrets(self):
        """What was shown once, and what was sent in."""
        api = self.server.expect
        acme = self.walker.ids["/api/v1/acme-servers"]
        certificate = self.walker.ids["/api/v1/certificates"]
        key = {"Idempotency-Key": "secrets"}
        yield "administrator's token", self.server.token
        yield "administrator's password", self.server.password
        yield "API token", api(201, "POST", "/api-tokens", {"name": "secret", "scope": "read"}, headers=key).json["token"]
        made = api(201, "POST", "/acme-servers/%s/accounts" % acme, {"name": "secret"}).json
        yield "EAB key", made["mac_key"]
        exported = api(201, "POST", "/certificates/%s/exports" % certificate, {}).json
        yield "PFX password", exported["password"]
        yield "revocation code", api(201, "POST", "/certificates/%s/revocation-challenges" % certificate).json["code"]
        password = "a password of somebody, 7391"
        api(201, "POST", "/users", {"email": "secret@chancery.example", "name": "Secret", "password": password})
        yield "user's password", password

    def readings(self):
        for operation in self.walker.operations:
            if operation.method == "GET" and self.walker.is_known(operation.path):
                yield operation, self.walker.send(operation, query="?limit=200" if operation.takes("limit") else "")

    def test_no_answer_has_a_member_that_is_called_like_a_secret(self):
        seen = 0
        for operation, reply in self.readings():
            for path, name, value in members(reply.json):
                if NAMES.search(name) and name not in HARMLESS and isinstance(value, str):
                    self.fail("%s shows %s: %r" % (operation.name, path, value))
                seen += 1
        self.assertGreater(seen, 200)

    def test_no_answer_and_no_log_has_what_was_shown_once(self):
        secrets = dict(self.secrets())
        places = {operation.name: reply.text.decode("utf-8", "replace") for operation, reply in self.readings()}
        places["the audit log"] = json.dumps(self.server.all_items("/audit-events"))
        places["the server's log"] = "\n".join(self.server.log_lines())
        for what, secret in secrets.items():
            digits = what == "revocation code"  # six digits may be part of an id
            sought = re.compile(r"(?<![0-9a-f])%s(?![0-9a-f])" % secret if digits else re.escape(secret))
            for where, text in places.items():
                with self.subTest(what, where=where):
                    self.assertIsNone(sought.search(text))

    def test_no_private_key_is_in_any_answer(self):
        for operation, reply in self.readings():
            self.assertNotIn(b"PRIVATE KEY", reply.text, operation.name)


if __name__ == "__main__":
    server.main()
