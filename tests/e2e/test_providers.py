"""CAs outside: an ACME CA upstream that somebody else wrote, and a name server that takes dynamic updates."""
import os
import shutil
import socket
import struct

import dns_server
import knot
import pebble
import server
import upstream
import webhook
import x509


class PebbleTest(upstream.UpstreamTest):
    def test_pebble_validates_by_http_01_from_any_server_and_revokes(self):
        dns = self.enterContext(dns_server.DnsServer(server.free_port(), os.path.join(self.scratch, "zone.json")))
        running = self.start()
        ca = self.enterContext(pebble.Pebble(self.scratch, running.http_port, dns.port))
        provider = self.provider(ca.provider("Pebble"))
        order = self.order(provider, "a.chancery.example", "b.chancery.example")
        row, chain = self.issued(ca, order, "a.chancery.example", "b.chancery.example")
        self.assertEqual(running.plain("/.well-known/acme-challenge/nothing").status, 404)

        self.revoke(row)
        self.published(row)
        self.assertEqual(ca.status_of(x509.serial(chain))["Status"], "Revoked")
        actions = running.actions_on(row["id"])
        self.assertIn("certificate.revoke.dispatched", actions)
        self.assertIn("certificate.revoke_publish.success", actions)

        # An order is taken up again after a crash, and ends once.
        interrupted = self.order(provider, "c.chancery.example", key_algorithm="rsa-2048")
        running.kill()
        running.start()
        self.issued(ca, interrupted, "c.chancery.example")
        running.verify_audit()

    def test_a_wildcard_is_proved_by_dynamic_updates(self):
        if not shutil.which("knotd"):
            self.skipTest("knotd is not installed")
        dns = self.enterContext(knot.Knot(self.scratch, "chancery.example"))
        self.start()
        ca = self.enterContext(pebble.Pebble(self.scratch, server.free_port(), dns.port))
        configuration = {"solver": "dns-01-rfc2136", "dns_server": "127.0.0.1:%d" % dns.port, "dns_wait_seconds": 0,
                         "tsig_key_name": knot.KEY_NAME, "tsig_secret": knot.KEY}
        provider = self.provider(ca.provider("By DNS", **configuration))
        order = self.order(provider, "*.wild.chancery.example", "wild.chancery.example")
        self.issued(ca, order, "*.wild.chancery.example", "wild.chancery.example")
        self.assertEqual(self.texts(dns, "_acme-challenge.wild.chancery.example"), "", "the records were taken away")

        wrong = self.provider(ca.provider("Wrong key", **dict(configuration, tsig_secret="d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=")))
        refused = upstream.finished(self.running, self.order(wrong, "other.chancery.example"))
        self.assertEqual((refused["status"], refused["error"]["code"]), ("failed", "PROVIDER_FAILED"))
        self.assertIn("NOTAUTH", refused["error"]["detail"])

    def test_a_wildcard_is_proved_by_a_webhook(self):
        secret = "a webhook's secret, 4711"
        zone = os.path.join(self.scratch, "zone.json")
        hook = self.enterContext(webhook.Webhook(self.scratch, zone, secret))
        dns = self.enterContext(dns_server.DnsServer(server.free_port(), zone))
        running = self.start({"SSL_CERT_FILE": hook.certificate})
        ca = self.enterContext(pebble.Pebble(self.scratch, server.free_port(), dns.port))
        configuration = {"solver": "dns-01-webhook", "webhook_url": hook.url, "webhook_secret": secret,
                         "dns_wait_seconds": 0}
        provider = self.provider(ca.provider("By webhook", **configuration))
        names = ("*.hook.chancery.example", "hook.chancery.example")
        self.issued(ca, self.order(provider, *names), *names)
        record = "_acme-challenge.hook.chancery.example"
        self.assertEqual(sorted(set(hook.taken)), ["cleanup " + record, "present " + record])
        self.assertEqual((hook.refused, dns_server.read_zone(zone)[record]), ([], []))

        wrong = self.provider(ca.provider("Wrong secret", **dict(configuration, webhook_secret="somebody else's")))
        refused = upstream.finished(running, self.order(wrong, "other.chancery.example"))
        self.assertEqual((refused["status"], refused["error"]["code"]), ("failed", "PROVIDER_FAILED"))
        self.assertIn("The DNS webhook answers HTTP 403: the signature is not mine", refused["error"]["detail"])
        self.assertEqual(set(hook.refused), {"the signature is not mine"})
        self.nowhere(secret, "somebody else's")

    def test_a_webhook_that_is_not_proved_is_told_nothing(self):
        zone = os.path.join(self.scratch, "zone.json")
        hook = self.enterContext(webhook.Webhook(self.scratch, zone, "secret"))
        dns = self.enterContext(dns_server.DnsServer(server.free_port(), zone))
        self.start()  # without the anchor
        ca = self.enterContext(pebble.Pebble(self.scratch, server.free_port(), dns.port))
        provider = self.provider(ca.provider("By webhook", solver="dns-01-webhook", webhook_url=hook.url,
                                             webhook_secret="secret", dns_wait_seconds=0))
        self.order(provider, "hook.chancery.example")
        self.assertIn("localhost: ", self.alert_of(provider)["detail"])
        self.assertEqual((hook.taken, hook.refused), ([], []))

    def texts(self, dns, name):
        """What the name server has there; empty for nothing."""
        query = struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + dns_server.encode_name(name) + b"\0\x10\0\1"
        with socket.create_connection(("127.0.0.1", dns.port), timeout=5) as connection:
            connection.sendall(len(query).to_bytes(2, "big") + query)
            stream = connection.makefile("rb")
            answer = stream.read(int.from_bytes(stream.read(2), "big"))
        return "" if answer[6:8] == b"\0\0" else answer.hex()

    def test_pebble_wants_an_external_account_binding(self):
        dns = self.enterContext(dns_server.DnsServer(server.free_port(), os.path.join(self.scratch, "zone.json")))
        running = self.start()
        key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
        ca = self.enterContext(pebble.Pebble(self.scratch, running.http_port, dns.port, eab={"kid-1": key}))
        without = running.expect(201, "POST", "/providers", ca.provider("Without")).json
        checked = running.expect(200, "POST", "/providers/%s/checks" % without["id"], {}).json
        self.assertFalse(checked["succeeded"])
        provider = self.provider(ca.provider("With", eab_kid="kid-1", eab_hmac_key=key))
        self.assertEqual(provider["configuration"]["eab_hmac_key"], "********")
        self.issued(ca, self.order(provider, "a.chancery.example"), "a.chancery.example")
        self.assertNotIn(key, "\n".join(running.log_lines()))

    def test_reserved_networks_are_refused_unless_they_are_listed(self):
        dns = self.enterContext(dns_server.DnsServer(server.free_port(), os.path.join(self.scratch, "zone.json")))
        running = self.start({"CHANCERY_PROVIDERS_ALLOWED_NETWORKS": ""})
        ca = self.enterContext(pebble.Pebble(self.scratch, running.http_port, dns.port))
        made = running.expect(201, "POST", "/providers", ca.provider("Inside")).json
        checked = running.expect(200, "POST", "/providers/%s/checks" % made["id"], {}).json
        self.assertFalse(checked["succeeded"])
        self.assertIn("may be connected to", checked["detail"])
        order = self.order(made, "a.chancery.example")
        done = upstream.finished(running, order)
        self.assertEqual(done["status"], "failed")


if __name__ == "__main__":
    server.require("pebble", "openssl")
    server.main()
