"""Fifty identical requests with one Idempotency-Key at the same time do once what they ask for."""
import threading

import resources
import server

TOGETHER = 50


class IdempotencyTest(resources.WalkTest):
    def together(self, path, body, key, token=None):
        """The answers of that many callers, each on a connection of its own, that start as one."""
        answers, barrier = [None] * TOGETHER, threading.Barrier(TOGETHER)

        def call(index):
            connection = self.server.connection()
            connection.connect()
            barrier.wait()
            answers[index] = self.server.api("POST", path, body, headers={"Idempotency-Key": key}, token=token,
                                             connection=connection)
            connection.close()

        callers = [threading.Thread(target=call, args=(index,)) for index in range(TOGETHER)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        return answers

    def assert_done_once(self, path, body, status, key):
        """One of them did it; the others show its answer or ask to come back; afterwards it is shown to everybody."""
        answers = self.together(path, body, key)
        done = [one for one in answers if one.status == status]
        first = [one for one in done if one.headers["Idempotency-Replayed"] is None]
        self.assertEqual(len(first), 1, [one for one in answers if one.status >= 400][:3])
        for one in answers:
            if one.status != status:
                self.assertEqual((one.status, one.json["code"]), (409, "IDEMPOTENCY_IN_FLIGHT"), one)
                self.assertGreaterEqual(int(one.headers["Retry-After"]), 1)
        again = self.server.expect(status, "POST", path, body, headers={"Idempotency-Key": key})
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        for one in done:
            self.assertEqual(one.json.get("id"), first[0].json.get("id"))
        return first[0], again

    def total(self, path):
        joint = "&" if "?" in path else "?"
        return self.server.expect(200, "GET", path + joint + "include_total=true&limit=1").json["total"]

    def test_one_order_and_one_certificate(self):
        before = self.total("/orders"), self.total("/certificates")
        self.assert_done_once("/orders", {"common_name": "once.localhost"}, 201, "order")
        self.assertEqual((self.total("/orders"), self.total("/certificates")), (before[0] + 1, before[1] + 1))

    def test_one_order_whose_key_takes_its_time(self):
        before = self.total("/orders")
        first, _ = self.assert_done_once("/orders", {"common_name": "slow.localhost", "key_algorithm": "rsa-2048"}, 202,
                                         "slow-order")
        self.assertEqual(self.total("/orders"), before + 1)
        self.assertEqual(len(self.server.all_items("/orders?common_name=slow.localhost")), 1)
        self.assertEqual(first.json["common_name"], "slow.localhost")

    def test_one_revocation(self):
        order = self.server.expect(201, "POST", "/orders", {"common_name": "revoked.localhost"}).json
        path = "/certificates/%s" % order["certificate_id"]
        code = self.server.expect(201, "POST", path + "/revocation-challenges").json["code"]
        self.assert_done_once(path + "/revocation", {"code": code, "reason": "superseded"}, 201, "revocation")
        self.assertEqual(self.server.actions_on(order["certificate_id"]).count("certificate.revoke.success"), 1)

    def test_one_acme_server(self):
        body = self.walker.by_name["POST /api/v1/acme-servers"].example()
        body["slug"] = "once"
        body["authority_id"] = self.server.expect(200, "GET", "/acme-servers").json["items"][0]["authority_id"]
        before = self.total("/acme-servers")
        self.assert_done_once("/acme-servers", body, 201, "acme-server")
        self.assertEqual(self.total("/acme-servers"), before + 1)

    def test_one_user_though_passwords_are_slow(self):
        before = self.total("/users")
        self.assert_done_once("/users", {"email": "once@chancery.example", "name": "Once",
                                         "password": "correct horse battery staple"}, 201, "user")
        self.assertEqual(self.total("/users"), before + 1)

    def test_what_was_shown_once_is_shown_to_one(self):
        certificate = self.walker.ids["/api/v1/certificates"]
        acme = self.walker.ids["/api/v1/acme-servers"]
        for path, body, secret in (("/api-tokens", {"name": "once", "scope": "read"}, "token"),
                                   ("/acme-servers/%s/accounts" % acme, {"name": "once"}, "mac_key"),
                                   ("/certificates/%s/exports" % certificate, {}, "password"),
                                   ("/certificates/%s/revocation-challenges" % certificate, None, "code")):
            with self.subTest(path):
                answers = self.together(path, body, "secret" + secret)
                shown = [one.json[secret] for one in answers if one.status == 201 and one.json[secret] is not None]
                self.assertEqual(len(shown), 1)
                again = self.server.expect(201, "POST", path, body, headers={"Idempotency-Key": "secret" + secret})
                self.assertIsNone(again.json[secret])
                self.assertNotIn(shown[0], again.body.decode())

    def test_different_callers_have_keys_of_their_own(self):
        other = resources.somebody(self.server, "other@chancery.example", "super_administrator")
        body = {"common_name": "own.localhost"}
        mine = self.server.expect(201, "POST", "/orders", body, headers={"Idempotency-Key": "own"})
        theirs = self.server.expect(201, "POST", "/orders", body, headers={"Idempotency-Key": "own"}, token=other)
        self.assertIsNone(theirs.headers["Idempotency-Replayed"])
        self.assertNotEqual(mine.json["id"], theirs.json["id"])


if __name__ == "__main__":
    server.main()
