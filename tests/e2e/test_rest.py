"""The REST door as a caller sees it: orders, downloads, PFX, revocation with the six-digit code, lists."""
import base64
import json
import os

import server
import x509


class RestTest(server.SharedServerTest):
    def order(self, **wanted):
        made = self.server.expect(201, "POST", "/orders", wanted).json
        self.assertEqual(made["status"], "complete", made)
        return made

    def csr_order(self, name):
        _, csr = x509.new_key_and_csr(self.scratch, name)
        with open(csr, encoding="ascii") as file:
            return self.order(csr=file.read())

    def chain_of(self, certificate_id):
        return self.server.expect(200, "GET", "/certificates/%s/chain" % certificate_id).body.decode()

    def test_an_automated_order_gives_a_certificate_that_openssl_accepts(self):
        for algorithm in ("ec-256", "ec-384", "ed25519"):
            name = algorithm + ".localhost"
            made = self.order(common_name=name, key_algorithm=algorithm)
            x509.assert_chain(self.server.root, self.chain_of(made["certificate_id"]), name)
            row = self.server.expect(200, "GET", "/certificates/" + made["certificate_id"]).json
            self.assertEqual((row["algorithm"], row["has_private_key"]), (algorithm, True))

    def test_an_rsa_order_is_finished_by_a_job_and_can_be_waited_for(self):
        answer = self.server.api("POST", "/orders", {"common_name": "rsa.localhost", "key_algorithm": "rsa-2048"},
                                 headers={"Prefer": "wait=30"})
        self.assertEqual((answer.status, answer.json["status"]), (201, "complete"), answer)
        self.assertTrue(answer.headers["Location"].endswith("/orders/" + answer.json["id"]))
        x509.assert_chain(self.server.root, self.chain_of(answer.json["certificate_id"]), "rsa.localhost")

    def test_a_host_is_looked_at_over_the_network(self):
        check = lambda **wanted: self.server.expect(200, "POST", "/host-checks", wanted).json  # noqa: E731
        seen = check(host="localhost", port=self.server.port)
        self.assertTrue(seen["succeeded"], seen)
        self.assertEqual(seen["findings"], [])
        self.assertEqual(seen["tls_version"], "TLSv1.3")
        x509.assert_chain(self.server.root, "".join(one["certificate"] for one in seen["chain"]), "localhost")
        known = self.server.expect(200, "GET", "/certificates/" + seen["certificate_id"]).json
        self.assertEqual(known["common_name"], "localhost")
        by_another_name = check(host="127.0.0.1", port=self.server.port, server_name="www.chancery.example")
        self.assertEqual([one["code"] for one in by_another_name["findings"]], ["name_mismatch"])
        plain = check(host="localhost", port=self.server.http_port)  # no TLS there
        self.assertEqual((plain["succeeded"], plain["chain"]), (False, []))
        self.assertTrue(plain["detail"].startswith("localhost: "), plain)

    def test_a_pfx_opens_with_the_password_shown_and_with_no_other(self):
        made = self.order(common_name="pfx.localhost", key_algorithm="ec-256")
        path = os.path.join(self.scratch, "pfx")
        for legacy in (False, True):
            export = self.server.expect(201, "POST", "/certificates/%s/exports" % made["certificate_id"],
                                        {"legacy": legacy}).json
            x509.write(path, base64.b64decode(export["content_base64"]))
            opened = x509.read_pfx(path, export["password"], legacy)
            self.assertEqual(opened.returncode, 0, opened.stderr)
            self.assertIn("PRIVATE KEY", opened.stdout)
            held = x509.split_pem(opened.stdout)
            self.assertEqual(x509.names(held[0]), ["pfx.localhost"])
            self.assertGreaterEqual(len(held), 2, "the chain is missing")
            wrong = x509.read_pfx(path, "not-" + export["password"], legacy)
            self.assertNotEqual(wrong.returncode, 0)
            self.assertIn("password", wrong.stderr)
        actions = self.server.actions_on(made["certificate_id"])
        self.assertIn("certificate.download_pfx.success", actions)

    def test_a_certificate_from_a_csr_has_no_pfx(self):
        made = self.csr_order("csr.localhost")
        x509.assert_chain(self.server.root, self.chain_of(made["certificate_id"]), "csr.localhost")
        refused = self.server.expect(409, "POST", "/certificates/%s/exports" % made["certificate_id"], {})
        self.assertEqual(refused.json["code"], "NO_PRIVATE_KEY")

    def test_a_revocation_needs_the_code_that_was_shown_and_only_once(self):
        made = self.order(common_name="revoke.localhost", key_algorithm="ec-256")
        path = "/certificates/" + made["certificate_id"]
        chain = self.chain_of(made["certificate_id"])
        code = self.server.expect(201, "POST", path + "/revocation-challenges", {}).json["code"]
        self.assertRegex(code, r"^\d{6}$")
        wrong = "%06d" % ((int(code) + 1) % 1000000)
        refused = self.server.api("POST", path + "/revocation", {"code": wrong})
        self.assertEqual((refused.status, refused.json["code"]), (422, "CHALLENGE_MISMATCH"), refused)
        self.assertEqual(self.server.expect(200, "GET", path).json["status"], "active")

        code = self.server.expect(201, "POST", path + "/revocation-challenges", {}).json["code"]
        done = self.server.expect(201, "POST", path + "/revocation", {"code": code, "reason": "superseded"}).json
        self.assertEqual((done["status"], done["revocation"]["reason"]), ("revoked", "superseded"))
        again = self.server.api("POST", path + "/revocation", {"code": code})
        self.assertIn(again.json["code"], ("ALREADY_REVOKED", "CHALLENGE_GONE"), again)
        second = self.server.api("POST", path + "/revocation-challenges", {})
        self.assertEqual((second.status, second.json["code"]), (409, "ALREADY_REVOKED"), second)
        listed = x509.published_crl(self.server, x509.serial(chain), chain)
        self.assertEqual(listed[x509.serial(chain)], "Superseded")
        self.server.verify_audit()

    def test_lists_give_every_row_once_whatever_the_page_size(self):
        names = ["list-%02d.localhost" % i for i in range(7)]
        for name in names:
            self.order(common_name=name, key_algorithm="ec-256")
        seen, path = [], "/api/v1/certificates?domain=localhost&q=list-&limit=2"
        pages = 0
        while path:
            page = self.server.expect(200, "GET", path[len("/api/v1"):])
            self.assertLessEqual(len(page.json["items"]), 2)
            seen += [row["common_name"] for row in page.json["items"]]
            cursor = page.json["next_cursor"]
            path = cursor and "/api/v1/certificates?domain=localhost&q=list-&limit=2&cursor=" + cursor
            pages += 1
        self.assertEqual((sorted(seen), pages), (names, 4))

    def test_what_is_refused_says_why_and_leaves_no_certificate(self):
        refused = self.server.api("POST", "/orders", {"common_name": "foreign.test", "key_algorithm": "ec-256"})
        self.assertEqual((refused.status, refused.json["code"]), (422, "DOMAIN_NOT_ACTIVE"), refused)
        self.assertEqual(refused.headers["Content-Type"].split(";")[0], "application/problem+json")
        mistaken = self.server.api("POST", "/orders", {"common_name": "a.localhost", "colour": "red"})
        self.assertEqual((mistaken.status, mistaken.json["code"]), (422, "VALIDATION_ERROR"), mistaken)
        self.assertIn("/colour", [error["pointer"] for error in mistaken.json["errors"]])
        stranger = self.server.api("GET", "/certificates", token="chy_" + "x" * 40)
        self.assertEqual(stranger.status, 401, stranger)
        self.assertEqual(self.server.all_items("/certificates?name=foreign.test"), [])

    def test_a_repeated_idempotency_key_gives_the_first_answer_again(self):
        wanted = {"common_name": "once.localhost", "key_algorithm": "ec-256"}
        key = {"Idempotency-Key": "e2e-0001"}
        first = self.server.expect(201, "POST", "/orders", wanted, headers=key).json
        again = self.server.expect(201, "POST", "/orders", wanted, headers=key).json
        self.assertEqual(first["id"], again["id"])
        self.assertEqual(len(self.server.all_items("/certificates?name=once.localhost")), 1)
        other = self.server.api("POST", "/orders", dict(wanted, common_name="two.localhost"), headers=key)
        self.assertEqual((other.status, other.json["code"]), (422, "IDEMPOTENCY_MISMATCH"), other)

    def test_a_person_signs_in_with_the_password_that_was_printed(self):
        answer = self.server.api("POST", "/sessions", {"email": "admin@localhost", "password": self.server.password})
        self.assertEqual(answer.status, 201, answer)
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        me = self.server.api("GET", "/me", headers={"Cookie": cookie, "Authorization": ""})
        self.assertEqual(me.status, 200, me)
        self.assertNotIn(self.server.password, json.dumps(me.json))
        wrong = self.server.api("POST", "/sessions", {"email": "admin@localhost", "password": "not it"})
        self.assertEqual(wrong.status, 401, wrong)


if __name__ == "__main__":
    server.require("openssl")
    server.main()
