"""The commands of docs/people-and-machines.md work as they stand there, in their order, in one shell; and a machine is known
by its certificate over TLS."""
import base64
import hashlib
import hmac
import json
import os
import re
import struct

import server
import x509

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "people-and-machines.md")


def totp(secret, at):
    """RFC 6238, from the base32 secret that a person types into their app."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[offset:offset + 4])[0] & 0x7fffffff) % 1_000_000)


def guide_blocks():
    with open(GUIDE, encoding="utf-8") as guide:
        return re.findall(r"```sh\n(.*?)```", guide.read(), re.S)


class PeopleAndMachinesTest(server.SharedServerTest):
    environment = {"CHANCERY_SERVER_CLIENT_CERTIFICATES": "requested"}

    def client_certificate(self, name):
        """Paths of a certificate for TLS clients and of its key, and its id."""
        key, csr = x509.new_key_and_csr(self.scratch, name)
        with open(csr, encoding="ascii") as file:
            made = self.server.expect(201, "POST", "/orders", {"csr": file.read(),
                                                               "extended_key_usage": ["clientAuth"]}).json
        self.assertEqual(made["status"], "complete", made)
        pem = os.path.join(self.scratch, "machine.pem")
        x509.write(pem, self.server.expect(200, "GET", "/certificates/%s/chain" % made["certificate_id"]).body)
        return pem, key, made["certificate_id"]

    def shell(self, script, **variables):
        # Every refusal ends the script.
        head = 'set -e -o pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'
        return server.run("bash", "-c", head + "cd " + self.scratch + "\n" + script,
                          env=dict(variables, CURL_CA_BUNDLE=self.server.root)).stdout

    def test_the_guide(self):
        _, key, certificate_id = self.client_certificate("machine.localhost")
        os.rename(key, os.path.join(self.scratch, "machine.key"))
        domain = self.server.all_items("/domains?q=localhost")[0]["id"]
        script = "\n".join(guide_blocks())
        # The code of the page is nobody's; the app's is asked for where the secret is shown.
        script = script.replace("jq -r .otpauth_uri", "tee totp.json | jq -r .otpauth_uri", 1)
        script = script.replace('"287082"', "\"'\"$(cat code)\"'\"", 1)
        before, shown, after = script.partition("tee totp.json | jq -r .otpauth_uri\n")
        script = (before + shown + 'python3 -c "$TOTP" > code\n' + after).replace("app.example.com", "app.localhost")
        program = ("import sys; sys.path.insert(0, %r); import json, time, test_people_and_machines as t; "
                   "print(t.totp(json.load(open('totp.json'))['secret'], time.time()), end='')"
                   % os.path.dirname(os.path.abspath(__file__)))
        out = self.shell(script, CA=self.server.url, ADMIN=self.server.token, DOMAIN_ID=domain,
                         CERTIFICATE_ID=certificate_id, TOTP=program)
        self.assertIn('"type": "service_account"', out)
        self.assertIn('"status":"complete"', out.replace(" ", ""))
        self.assertEqual(len(re.findall(r"^[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}$", out, re.M)), 10, out)
        self.assertIn("session.login.success", [event["action"] for event in self.server.all_items("/audit-events")])

    def test_a_certificate_opens_nothing_but_the_account_it_is_bound_to(self):
        pem, key, certificate_id = self.client_certificate("bound.localhost")
        command = ["curl", "-s", "--cacert", self.server.root, "--cert", pem, "--key", key, "-o", "/dev/null", "-w",
                   "%{http_code}", self.server.url + "/api/v1/me"]
        self.assertEqual(server.run(*command).stdout, "401")
        owner = self.server.expect(200, "GET", "/me").json["actor"]["id"]
        account = self.server.expect(201, "POST", "/service-accounts",
                                     {"kind": "service_account", "name": "bound", "owner_id": owner, "scope": "read",
                                      "certificate_ids": [certificate_id]}).json
        self.assertEqual(server.run(*command).stdout, "200")
        etag = self.server.expect(200, "GET", "/service-accounts/" + account["id"]).headers["ETag"]
        self.server.expect(200, "PATCH", "/service-accounts/" + account["id"], {"enabled": False},
                           headers={"If-Match": etag})
        self.assertEqual(server.run(*command).stdout, "401")
        self.assertNotIn("error", json.dumps(self.server.events("request.refused")))


if __name__ == "__main__":
    server.require("curl", "jq", "bash")
    server.main()
