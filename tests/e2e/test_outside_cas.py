"""EST, DigiCert and GlobalSign over HTTPS: the program as it is shipped, and stand-ins that take nothing but what the
protocol says, with the credentials of each."""
import base64
import json

import server
import stand_in
import upstream
import x509

DIGICERT_KEY = "0123456789ABCDEF"
ATLAS_SECRET = "top secret"


def sha256(pem_text):
    return server.run("openssl", "x509", "-noout", "-fingerprint", "-sha256",
                      stdin=pem_text).stdout.strip().split("=", 1)[1].replace(":", "").lower()


class OutsideCaTest(upstream.UpstreamTest):
    def ca(self, kind, **more):
        return self.enterContext(stand_in.StandIn(kind, self.scratch, **more))

    def renew(self, row):
        return self.running.expect(202, "POST", "/certificates/%s/renewals" % row["id"], {}).json

    def refused_check(self, body):
        """What the check of such a provider says, which must fail."""
        made = self.running.expect(201, "POST", "/providers", body).json
        checked = self.running.expect(200, "POST", "/providers/%s/checks" % made["id"], {}).json
        self.assertFalse(checked["succeeded"], checked)
        return checked["detail"]

    def no_machine_revokes(self, row):
        """It is revoked here, and somebody is asked to tell the CA."""
        self.revoke(row)
        dispatch = self.dispatch(row)
        self.assertTrue(dispatch["failed_at"])
        self.assertIn("tell the CA", dispatch["last_error"])
        self.assertTrue(self.running.all_items("/alerts?kind=revocation.not_published"))

    def test_est_by_password_then_by_the_certificate_that_is_renewed(self):
        self.start()
        ca = self.ca("est")
        provider = self.provider(ca.provider(username="chancery", password=stand_in.EST_PASSWORD))
        first, chain = self.issued(ca, self.order(provider, "a.chancery.example"), "a.chancery.example")
        self.assertEqual(ca.asked(), ["GET /cacerts 200", "GET /csrattrs 204", "GET /cacerts 200",
                                      "POST /simpleenroll 200"])
        enrolled = ca.requests()[-1]
        self.assertEqual(enrolled["fields"]["authorization"],
                         "Basic " + base64.b64encode(("chancery:" + stand_in.EST_PASSWORD).encode()).decode())
        self.assertEqual(enrolled["client_certificate"], "")

        self.issued(ca, self.renew(first), "a.chancery.example")
        self.assertEqual(ca.asked()[-1], "POST /simplereenroll 200")
        self.assertEqual(ca.requests()[-1]["client_certificate"], sha256(chain))

        self.assertIn("HTTP 401", self.refused_check(ca.provider(username="chancery", password="not that one")))
        self.assertIn("HTTP 401", self.refused_check(ca.provider()))
        self.no_machine_revokes(first)
        self.nowhere(stand_in.EST_PASSWORD, "chancery:" + stand_in.EST_PASSWORD, "not that one",
                     "chancery:not that one")
        self.running.verify_audit()

    def test_est_by_a_client_certificate(self):
        self.start()
        ca = self.ca("est")
        own = {"client_certificate": ca.text("client.pem"), "client_key": ca.text("client.key")}
        provider = self.provider(ca.provider(**own))
        order = self.order(provider, "b.chancery.example", "c.chancery.example", key_algorithm="rsa-2048")
        self.issued(ca, order, "b.chancery.example", "c.chancery.example")
        for request in ca.requests():
            self.assertEqual(request["client_certificate"], sha256(ca.text("client.pem")))
            self.assertNotIn("authorization", request["fields"])

        # A certificate of another CA is shown as well, and is none here.
        foreign, key = stand_in.tls_certificate(self.scratch, "somebody")
        with open(foreign, encoding="ascii") as certificate, open(key, encoding="ascii") as private:
            other = {"client_certificate": certificate.read(), "client_key": private.read()}
        self.assertIn("HTTP 401", self.refused_check(ca.provider(**other)))
        body = "".join(own["client_key"].splitlines()[1:-1])
        self.nowhere(own["client_key"], body)

    def test_digicert_by_its_key(self):
        self.start()
        ca = self.ca("digicert")
        provider = self.provider(ca.provider(api_key=DIGICERT_KEY, organization_id=4711))
        first, _ = self.issued(ca, self.order(provider, "d.chancery.example"), "d.chancery.example")
        self.assertEqual(ca.asked(), ["GET /user/me 200", "GET /organization/4711 200",
                                      "POST /order/certificate/ssl_basic 201", "GET /order/certificate/1000 200",
                                      "GET /certificate/91000/download/format/pem_all 200"])
        second, chain = self.issued(ca, self.renew(first), "d.chancery.example")
        self.assertEqual(ca.asked()[5], "POST /order/certificate/ssl_basic 201")

        self.revoke(second)
        self.published(second)
        self.assertEqual(ca.asked()[-1], "PUT /certificate/%s/revoke 204" % x509.serial(chain))
        self.assertEqual(json.loads(ca.requests()[-1]["body"])["revocation_reason"], "superseded")
        for request in ca.requests():
            self.assertEqual(request["fields"]["x-dc-devkey"], DIGICERT_KEY)
            self.assertNotIn(DIGICERT_KEY, request["target"] + request["body"])
        detail = self.refused_check(ca.provider(api_key="FEDCBA9876543210", organization_id=4711))
        self.assertIn("invalid_auth", detail)
        self.nowhere(DIGICERT_KEY, "FEDCBA9876543210")
        self.running.verify_audit()

    def test_globalsign_by_client_certificate_and_login(self):
        self.start()
        ca = self.ca("globalsign")
        own = {"api_key": "key", "api_secret": ATLAS_SECRET, "mtls_cert": ca.text("client.pem"),
               "mtls_key": ca.text("client.key")}
        provider = self.provider(ca.provider(**own))
        first, chain = self.issued(ca, self.order(provider, "e.chancery.example"), "e.chancery.example")
        serial = x509.serial(chain)
        asked = ca.asked()
        self.assertEqual(asked[:3], ["POST /login 200", "GET /validationpolicy 200", "GET /trustchain 200"])
        self.assertIn("POST /certificates 201", asked)
        self.assertEqual([one for one in asked if serial in one.lower()],
                         ["GET /certificates/%s 202" % serial, "GET /certificates/%s 200" % serial])
        second, _ = self.issued(ca, self.renew(first), "e.chancery.example")
        self.assertNotEqual(second["serial_number"], first["serial_number"])

        self.revoke(first)
        self.published(first)
        self.assertEqual(ca.asked()[-1], "PATCH /certificates/%s 204" % serial)
        for request in ca.requests():
            self.assertEqual(request["client_certificate"], sha256(ca.text("client.pem")))
            is_login = request["target"].endswith("/login")
            self.assertEqual("authorization" not in request["fields"], is_login)
            self.assertEqual(ATLAS_SECRET in request["body"], is_login)
        detail = self.refused_check(ca.provider(**dict(own, api_secret="another secret")))
        self.assertIn("credentials are invalid", detail)
        self.nowhere(ATLAS_SECRET, "another secret", "Bearer token-1", ca.text("client.key"))
        self.running.verify_audit()

    def test_credentials_go_to_no_server_that_is_not_proved(self):
        self.start()
        ca = self.ca("digicert")
        own = {"api_key": DIGICERT_KEY, "organization_id": 4711}
        self.assertIn("localhost: ", self.refused_check(ca.provider(tls_trust_anchors=None, **own)))
        self.assertIn("localhost: ", self.refused_check(ca.provider(tls_trust_anchors=ca.root(), **own)))
        self.assertEqual(ca.asked(), [])
        by_another_name = self.ca("est", name="est.chancery.example")
        self.assertIn("localhost: ", self.refused_check(
            by_another_name.provider(username="chancery", password=stand_in.EST_PASSWORD)))
        self.assertEqual(by_another_name.asked(), [])

    def test_a_certificate_of_another_root_is_not_taken(self):
        self.start()
        ca = self.ca("est")
        other, _ = stand_in.tls_certificate(self.scratch, "another root")
        with open(other, encoding="ascii") as file:
            provider = self.running.expect(201, "POST", "/providers", ca.provider(
                username="chancery", password=stand_in.EST_PASSWORD, trust_anchors=file.read())).json
        ended = upstream.finished(self.running, self.order(provider, "f.chancery.example"))
        self.assertEqual((ended["status"], ended["error"]["code"]), ("failed", "PROVIDER_FAILED"))
        self.assertIn("trust anchor", ended["error"]["detail"])
        self.assertEqual(self.running.all_items("/certificates?name=f.chancery.example"), [])


if __name__ == "__main__":
    server.require("openssl")
    stand_in.program()
    server.main()
