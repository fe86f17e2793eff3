"""One of everything that the API has, for tests that walk over all operations."""
import datetime
import json

import contract_walk
import server as servers


def make(server, walker):
    """Makes what a fresh server has none of, and tells the walker."""
    def post(path, body, status=201):
        return server.expect(status, "POST", path, body).json

    ids = walker.ids
    post("/policies", {"name": "Walk", "description": "Certificates live at most a day.", "patterns": ["*.localhost"],
                       "actions": ["certificate.generate"],
                       "rules": [{"action": "enforce_max_validity", "fail": "soft", "values": {"max_days": 1}}]})
    order = post("/orders", {"common_name": "walk.localhost", "validity_days": 2})
    ids["/api/v1/orders"], ids["/api/v1/certificates"] = order["id"], order["certificate_id"]
    if order.get("decision_id"):
        ids["/api/v1/policy-decisions"] = order["decision_id"]
    acme = server.expect(200, "GET", "/acme-servers").json["items"][0]
    account = post("/acme-servers/%s/accounts" % acme["id"], {"name": "walk"})
    ids["/api/v1/acme-accounts"] = account["id"]
    binding = walker.by_name["POST /api/v1/acme-accounts/{id}/bindings"].example()
    binding["value"] = "localhost"
    ids["/api/v1/acme-bindings"] = post("/acme-accounts/%s/bindings" % account["id"], binding)["id"]
    post("/api-tokens", {"name": "walk", "scope": "read"})
    post("/saved-views", {"name": "walk"})  # nobody else's to see
    me = server.expect(200, "GET", "/users").json["items"][0]
    link = post("/users/%s/identity-links" % me["id"], {"issuer": "https://id.example.com", "subject": "walk"})
    ids["/api/v1/identity-links"] = link["id"]
    post("/service-accounts", {"kind": "service_account", "name": "walk", "owner_id": me["id"], "scope": "read"})
    policy = server.expect(200, "GET", "/policies").json["items"][0]
    post("/policy-waivers", {"policy_id": policy["id"], "rule": "enforce_max_validity", "reason": "For the walk.",
                             "subject_alternative_names": [{"type": "dns", "value": "waived.localhost"}],
                             "expires_at": in_a_month()})
    batch = post("/certificates/batch-operations", {"certificate_ids": [order["certificate_id"]], "expected_count": 1,
                                                    "change": {"remove_tags": ["walk"]}}, status=202)
    ids["/api/v1/certificates/batch-operations"] = batch["id"]
    revocations = post("/revocation-batches", {"certificate_ids": [order["certificate_id"]]})
    ids["/api/v1/revocation-batches"] = revocations["id"]
    sign_in(server, me["email"], server.password)
    walker.learn_ids()


def in_a_month():
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign_in(server, email, password):
    """The session's cookie and its CSRF token."""
    session = server.api("POST", "/sessions", {"email": email, "password": password}, headers={"Authorization": ""})
    if session.status != 201:
        raise AssertionError("cannot sign in: %r" % session)
    return session.headers["Set-Cookie"].split(";")[0], session.json["csrf_token"]


def somebody(server, email, role, **more):
    """A token, of the widest scope, of a new user."""
    password = "correct horse battery staple"
    server.expect(201, "POST", "/users", {"email": email, "name": email.split("@")[0], "password": password,
                                          "role": role, **more})
    cookie, csrf_token = sign_in(server, email, password)
    # As a browser does: with the cookie, the session's own CSRF token and no bearer token.
    connection = server.connection()
    connection.request("POST", "/api/v1/api-tokens", json.dumps({"name": "test", "scope": "admin"}),
                       {"Cookie": cookie, "X-CSRF-Token": csrf_token, "Content-Type": "application/json"})
    made = json.loads(connection.getresponse().read())
    connection.close()
    return made["token"]


# Administrators whom domains narrow: the role, and its column in rights.csv.
NARROWED_ROLES = (("pki_administrator", "pki"), ("policy_administrator", "policy"))


def narrowed(server):
    """For each of these roles a token of somebody with one domain, under which nothing lies that `make` makes."""
    domain = server.expect(201, "POST", "/domains", {"kind": "dns", "name": "elsewhere.example"}).json["id"]
    return {role: somebody(server, column + "@narrowed.example", role, domain_ids=[domain])
            for role, column in NARROWED_ROLES}


class WalkTest(servers.SharedServerTest):
    """Test cases over a server that has one of everything; `self.walker` knows where."""

    environment = {"CHANCERY_API_PRINCIPAL_REQUESTS": "0", "CHANCERY_API_ADDRESS_REQUESTS": "0"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walker = contract_walk.Walker(cls.server)
        make(cls.server, cls.walker)
