"""Every operation of the document, asked in each of the ways that its document says are refused: the running server
refuses them so, whoever wrote the operation."""
import contextlib
import http.client
import json
import sqlite3
import threading
import unittest

import contract_walk
import resources
import server
from contract_walk import UNKNOWN_ID

# A server that has printed no code makes no first administrator, and need not look for others.
ASKS_NO_DATABASE = {"POST /api/v1/first-administrator"}
WRONG_ETAG = '"nothing"'


def token_endpoint(walker):
    """The one operation outside the API that takes a body of a client's."""
    operation, = walker.document.operations("/oauth2/")
    return operation


def ask_for_a_token(walker, headers=None):
    form = "grant_type=client_credentials&client_id=%s&client_secret=chs_x" % contract_walk.UNKNOWN_ID
    return walker.send(token_endpoint(walker), form, headers, token=None)


class ContractWalkTest(resources.WalkTest):
    def each(self, check, *, documented=None, where=lambda operation: True):
        """Checks every operation that documents a status, each as a subtest."""
        found = [one for one in self.walker.operations
                 if (documented is None or documented in one.statuses) and where(one)]
        self.assertTrue(found, "no operation to walk over")
        for operation in found:
            with self.subTest(operation.name):
                check(operation)

    def assert_refused(self, reply, status, code=None):
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json", reply)
        self.assertEqual(reply.json["status"], status, reply)
        self.assertEqual(reply.json["request_id"], reply.headers["X-Request-Id"], reply)
        if code:
            self.assertEqual(reply.code, code, reply)
        return reply

    def good_headers(self, operation):
        """What the operation wants beside its body, so that something else is refused."""
        return {"If-Match": WRONG_ETAG} if operation.takes("If-Match") else {}

    def test_401_without_credentials_or_with_none_that_are_known(self):
        def check(operation):
            for token in (None, "chy_nonsense"):
                reply = self.assert_refused(self.walker.send(operation, operation.example(), token=token), 401)
                self.assertIn("Bearer", reply.headers["WWW-Authenticate"])

        self.each(check, documented=401, where=lambda one: not one.is_open)

    def test_404_for_what_is_not_there(self):
        def check(operation):
            for id in (UNKNOWN_ID, "not-an-id", "%00", "..%2f"):
                self.assert_refused(self.walker.send(operation, operation.example(), self.good_headers(operation),
                                                     id=id), 404, "NOT_FOUND")

        self.each(check, where=lambda one: "{" in one.path)

    def test_405_with_the_methods_that_there_are(self):
        for path, item in self.walker.document.whole["paths"].items():
            if not path.startswith(contract_walk.API):
                continue
            documented = {method.upper() for method in item if method in contract_walk.METHODS}
            target = path.replace("{id}", UNKNOWN_ID)
            for method in {"GET", "PUT", "POST", "PATCH", "DELETE"} - documented:
                with self.subTest(method + " " + path):
                    status, headers, text = self.walker.raw(method, target, "{}")
                    self.assertEqual((status, json.loads(text)["code"]), (405, "METHOD_NOT_ALLOWED"))
                    allowed = documented | {"OPTIONS"} | ({"HEAD"} if "GET" in documented else set())
                    self.assertEqual(set(headers["Allow"].split(", ")), allowed)
            status, headers, text = self.walker.raw("OPTIONS", target)
            self.assertEqual((status, text), (204, b""))

    def test_201_for_a_replay_that_is_waited_for(self):
        made = self.walker.send(self.walker.by_name["POST /api/v1/policy-replays"],
                                {"policy_id": self.walker.ids["/api/v1/policies"]}, {"Prefer": "wait=20"})
        self.assertEqual((made.status, made.headers["Preference-Applied"]), (201, "wait=20"), made)
        self.assertEqual(made.json["state"], "complete", made)
        show = self.walker.by_name["GET /api/v1/policy-replays/{id}"]
        etag = self.walker.send(show, id=made.json["id"]).headers["ETag"]
        self.assertEqual(self.walker.send(show, headers={"If-None-Match": etag}, id=made.json["id"]).status, 304)

    def test_head_is_get_without_a_body(self):
        def check(operation):
            if operation.is_stream:
                return
            shown = self.walker.send(operation)
            status, headers, text = self.walker.raw("HEAD", self.walker.target(operation))
            self.assertEqual((status, text), (shown.status, b""))
            self.assertEqual(headers["Content-Type"], shown.headers["Content-Type"])

        self.each(check, where=lambda one: one.method == "GET" and self.walker.is_known(one.path))

    def test_406_for_another_representation(self):
        def check(operation):
            reply = self.walker.send(operation, operation.example(), {"Accept": "application/x-nothing"})
            self.assert_refused(reply, 406, "NOT_ACCEPTABLE")

        self.each(check, documented=406)

    def test_the_token_endpoint_refuses_in_the_same_ways(self):
        reply = ask_for_a_token(self.walker, {"Accept": "application/x-nothing"})
        self.assert_refused(reply, 406, "NOT_ACCEPTABLE")
        self.refuses_to_read(token_endpoint(self.walker))

    def test_415_for_another_media_type(self):
        def check(operation):
            for media_type in ("text/plain", "application/xml", "multipart/form-data; boundary=x"):
                reply = self.walker.send(operation, "{}", {"Content-Type": media_type})
                self.assert_refused(reply, 415, "UNSUPPORTED_MEDIA_TYPE")

        self.each(check, documented=415)

    def test_413_for_more_than_the_server_reads(self):
        self.each(self.refuses_to_read, documented=413)

    def refuses_to_read(self, operation):
        connection = self.server.connection()
        connection.putrequest(operation.method, self.walker.target(operation))
        connection.putheader("Authorization", "Bearer " + self.server.token)
        connection.putheader("Content-Type", operation.media_type or "application/json")
        connection.putheader("Content-Length", str(2 * 1024 * 1024))
        connection.endheaders()
        response = connection.getresponse()
        reply = contract_walk.Reply(operation, response.status, response.headers, response.read())
        self.walker.log(operation, reply)
        self.assertEqual(reply.status, 413, reply)
        connection.close()

    def test_400_for_what_is_no_json_object(self):
        def check(operation):
            for body in ("{", "[]", "null", '{"a":1,"a":2}', "\xff", "[" * 100000):
                reply = self.walker.send(operation, body.encode("latin-1"), {"If-Match": self.etag(operation)})
                self.assert_refused(reply, 400, "BAD_REQUEST")

        self.each(check, documented=400, where=lambda one: one.media_type is not None)

    def etag(self, operation):
        """Of the resource that the operation is about; the wrong one where there is none."""
        reader = self.walker.by_name.get("GET " + operation.path)
        if reader is None or not operation.takes("If-Match"):
            return WRONG_ETAG
        return self.walker.send(reader).headers["ETag"] or WRONG_ETAG

    def test_422_for_a_member_that_nobody_knows(self):
        def check(operation):
            body = dict(operation.example(), no_such_member=1)
            reply = self.walker.send(operation, body, {"If-Match": self.etag(operation)})
            self.assert_refused(reply, 422, "VALIDATION_ERROR")
            self.assertIn("/no_such_member", reply.pointers)

        self.each(check, documented=422, where=lambda one: one.media_type is not None)

    def test_422_for_a_member_of_another_type(self):
        def check(operation):
            for member, schema in operation.body_schema.get("properties", {}).items():
                wrong = {"no": "such type"}
                if "object" in json.dumps(self.walker.document.follow(schema).get("type", "object")):
                    wrong = 7
                body = dict(operation.example(), **{member: wrong})
                reply = self.walker.send(operation, body, {"If-Match": self.etag(operation)})
                self.assert_refused(reply, 422)
                self.assertTrue(any(one.startswith("/" + member) for one in reply.pointers), (member, reply))

        self.each(check, documented=422, where=lambda one: one.media_type is not None)

    def test_422_for_a_query_that_nobody_knows(self):
        def check(operation):
            if not self.walker.is_known(operation.path):
                return
            reply = self.walker.send(operation, query="?no_such_member=1")
            self.assert_refused(reply, 422, "VALIDATION_ERROR")
            self.assertEqual(reply.pointers, ["?no_such_member"])

        self.each(check, documented=422, where=lambda one: one.method == "GET")

    def test_422_for_a_page_that_is_none(self):
        def check(operation):
            for member, value in (("limit", "0"), ("limit", "201"), ("limit", "many"), ("cursor", "nonsense"),
                                  ("cursor", "AAAA"), ("include_total", "perhaps")):
                reply = self.walker.send(operation, query="?%s=%s" % (member, value))
                self.assert_refused(reply, 422, "VALIDATION_ERROR")
                self.assertEqual(reply.pointers, ["?" + member])

        self.each(check, where=lambda one: one.takes("cursor"))

    def test_428_and_412_without_the_current_etag(self):
        def check(operation):
            self.assert_refused(self.walker.send(operation, operation.example()), 428, "PRECONDITION_REQUIRED")
            weak = "W/" + self.etag(operation)  # If-Match compares strongly (RFC 9110 section 13.1.1)
            for etag in (WRONG_ETAG, weak, '"one", "two"'):
                reply = self.walker.send(operation, operation.example(), {"If-Match": etag})
                self.assert_refused(reply, 412, "PRECONDITION_FAILED")

        self.each(check, where=lambda one: one.takes("If-Match"))

    def test_304_for_what_the_client_has(self):
        def check(operation):
            shown = self.walker.send(operation)
            if shown.status == 404:
                return  # such as the revocation of a certificate that is not revoked
            again = self.walker.send(operation, headers={"If-None-Match": shown.headers["ETag"]})
            self.assertEqual((again.status, again.text), (304, b""))
            self.assertEqual(again.headers["ETag"], shown.headers["ETag"])

        self.each(check, documented=304, where=lambda one: self.walker.is_known(one.path))

    def test_400_for_an_idempotency_key_that_is_no_text(self):
        def check(operation):
            for key in ("two words", "x" * 256):
                reply = self.walker.send(operation, operation.example(), {"Idempotency-Key": key})
                self.assert_refused(reply, 400, "BAD_REQUEST")

        self.each(check, where=lambda one: one.takes("Idempotency-Key"))


    def test_304_for_a_revocation_that_the_client_has(self):
        order = self.server.expect(201, "POST", "/orders", {"common_name": "revoked.localhost"}).json
        path = "/certificates/%s" % order["certificate_id"]
        code = self.server.expect(201, "POST", path + "/revocation-challenges").json["code"]
        self.server.expect(201, "POST", path + "/revocation", {"code": code})
        shown = self.server.expect(200, "GET", path + "/revocation")
        self.server.expect(304, "GET", path + "/revocation", headers={"If-None-Match": shown.headers["ETag"]})

    def change(self, method, path, body):
        """With the current ETag."""
        etag = self.server.expect(200, "GET", path).headers["ETag"]
        return self.server.api(method, path, body, headers={
            "If-Match": etag, "Content-Type": "application/json" if method == "PUT" else "application/merge-patch+json"})

    def test_409_for_what_the_state_does_not_allow(self):
        administrator = self.server.expect(200, "GET", "/me").json["actor"]["id"]
        example = self.walker.by_name["POST /api/v1/policies"].example()
        first, second = (self.server.expect(201, "POST", "/policies", dict(example, name=name)).json
                         for name in ("First", "Second"))
        for code, method, path, body in (
                ("CONFLICT", "PATCH", "/users/" + administrator, {"enabled": False}),
                ("ALREADY_EXISTS", "PUT", "/policies/" + second["id"], dict(example, name=first["name"]))):
            with self.subTest(method + " " + path):
                reply = self.change(method, path, body)
                self.assertEqual((reply.status, reply.json["code"]), (409, code), reply)

    def test_403_for_a_session_without_its_csrf_token(self):
        cookie = resources.sign_in(self.server, "admin@localhost", self.server.password)[0]
        changes = [one for one in self.walker.operations if one.method != "GET" and not one.is_open]
        for operation in changes:
            for more in ({}, {"X-CSRF-Token": "nonsense"}):
                with self.subTest(operation.name, **more):
                    reply = self.walker.send(operation, operation.example(), {"Cookie": cookie, **more}, token=None)
                    self.assert_refused(reply, 403, "FORBIDDEN")

    def test_documents_are_cached(self):
        for path in ("/openapi.json", "/openapi.yaml", "/docs"):
            with self.subTest(path):
                operation = self.walker.document.operations(path)[0]
                shown = self.walker.send(operation)
                self.assertEqual(shown.status, 200)
                again = self.walker.send(operation, headers={"If-None-Match": shown.headers["ETag"]})
                self.assertEqual((again.status, again.text), (304, b""))

    def test_404_for_what_a_body_names_and_is_not_there(self):
        for path, member in (("/api/v1/api-tokens", "user_id"), ("/api/v1/certificate-authorities", "parent_id")):
            operation = self.walker.by_name["POST " + path]
            body = dict(operation.example(), **{member: UNKNOWN_ID})
            self.assert_refused(self.walker.send(operation, body), 404, "NOT_FOUND")

    def test_400_for_what_is_no_http(self):
        for operation in self.walker.document.operations("/"):
            if operation.path.startswith(contract_walk.API) or 400 not in operation.statuses:
                continue
            with self.subTest(operation.name):
                target = self.walker.target(operation)
                self.assertEqual(self.ask_with_two_hosts(operation, target).status, 400)

    def ask_with_two_hosts(self, operation, target):
        """RFC 9112 section 3.2: such a request must be refused."""
        connection = self.server.connection()
        connection.connect()
        connection.sock.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" % target.encode())
        response = http.client.HTTPResponse(connection.sock)
        response.begin()
        reply = contract_walk.Reply(operation, response.status, response.headers, response.read())
        self.walker.log(operation, reply)
        connection.close()
        return reply


class FailingDatabaseTest(resources.WalkTest):
    """What is answered when the database does not: no internals, and what a client can do about it."""

    @classmethod
    def setUpClass(cls):
        if server.database_kind() != "sqlite":
            raise unittest.SkipTest("the embedded database is one that a test can break")
        cls.environment = dict(cls.environment, CHANCERY_DATABASE_MAX_QUEUE="16")
        super().setUpClass()
        cls.server.tolerated_errors = ["request.failed"]

    def database(self):
        return contextlib.closing(sqlite3.connect(self.server.data + "/chancery.db", isolation_level=None, timeout=30))

    def test_500_of_the_token_endpoint_says_nothing_either(self):
        with self.database() as database:
            database.execute("ALTER TABLE machine_accounts RENAME TO machine_accounts_gone")
            try:
                reply = ask_for_a_token(self.walker)
            finally:
                database.execute("ALTER TABLE machine_accounts_gone RENAME TO machine_accounts")
        self.assertEqual((reply.status, reply.code), (500, "INTERNAL"), reply)
        for word in ("machine_accounts", "SQL", "sqlite", "soci", ".cpp"):
            self.assertNotIn(word, reply.json["title"] + reply.json["detail"])

    def test_500_says_nothing_of_the_inside(self):
        tables = ("api_tokens", "users")
        with self.database() as database:
            for table in tables:
                database.execute("ALTER TABLE %s RENAME TO %s_gone" % (table, table))
            try:
                for operation in self.walker.operations:
                    if operation.name in ASKS_NO_DATABASE:
                        continue
                    with self.subTest(operation.name):
                        reply = self.walker.send(operation, operation.example())
                        self.assertEqual((reply.status, reply.code), (500, "INTERNAL"), reply)
                        for word in tables + ("SQL", "sqlite", "soci", ".cpp"):
                            self.assertNotIn(word, reply.json["title"] + reply.json["detail"])
            finally:
                for table in tables:
                    database.execute("ALTER TABLE %s_gone RENAME TO %s" % (table, table))

    def test_503_with_retry_after_when_the_queue_of_changes_is_full(self):
        """Reads have connections of their own, which a change that goes on does not hold up."""
        with self.database() as database:
            database.execute("BEGIN IMMEDIATE")  # nobody else writes until it is over
            refused = threading.Event()
            waiting = [threading.Thread(target=self.write_something, args=(refused,)) for _ in range(40)]
            for thread in waiting:
                thread.start()
            try:
                self.assertTrue(refused.wait(10), "the queue did not fill up")
                changes = [one for one in self.walker.operations if one.method != "GET" and one.takes("X-CSRF-Token")]
                busy = sum(self.is_busy(operation) for operation in changes)
            finally:
                database.execute("ROLLBACK")
                for thread in waiting:
                    thread.join()
        # All but those that read first, or have something slow to do before they write.
        self.assertGreater(busy, len(changes) / 2)

    def write_something(self, refused):
        with contextlib.suppress(OSError, http.client.HTTPException):
            if self.server.api("POST", "/api-tokens", {"name": "busy", "scope": "read"}).status == 503:
                refused.set()

    def is_busy(self, operation):
        reply = self.walker.send(operation, operation.example())
        if reply.status == 503:
            self.assertEqual(reply.code, "BUSY")
            self.assertGreaterEqual(int(reply.headers["Retry-After"]), 1)
        return reply.status == 503


if __name__ == "__main__":
    server.main()
