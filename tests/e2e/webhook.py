"""A receiver of dns-01 webhooks (docs/providers.md) that takes nothing but what is documented, and keeps the records in
the zone file of dns_server."""
import datetime
import hashlib
import hmac
import http.server
import json
import re
import ssl
import threading

import dns_server
import stand_in

MEMBERS = {"action", "type", "identifier", "name", "value", "time"}
FIELDS = {"host", "user-agent", "accept", "connection", "content-length", "content-type", "x-chancery-signature"}


class Webhook:
    """`with Webhook(directory, zone_file, secret) as hook:`; a TLS client has to trust `hook.certificate`."""

    def __init__(self, directory, zone_file, secret):
        self.zone_file, self.secret = zone_file, secret
        self.certificate, self.key = stand_in.tls_certificate(directory)
        self.taken, self.refused = [], []  # "present _acme-challenge.…", and why not

    def __enter__(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                why = hook.objection(self.path, self.headers, body) or hook.carry_out(json.loads(body))
                if why:
                    hook.refused.append(why)
                answer = why.encode()
                self.send_response(403 if why else 200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = "https://localhost:%d/hooks/dns?zone=example" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def objection(self, path, headers, body):
        signature = "sha256=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers.get("X-Chancery-Signature", ""), signature):
            return "the signature is not mine"
        names = [name.lower() for name in headers.keys()]
        wanted = json.loads(body)
        checks = {
            "path": path == "/hooks/dns?zone=example",
            "host": headers["Host"] == "localhost:%d" % self.server.server_port,
            "fields": len(names) == len(set(names)) and set(names) <= FIELDS,
            "content type": headers["Content-Type"] == "application/json",
            "members": set(wanted) == MEMBERS and all(isinstance(value, str) for value in wanted.values()),
            "type": wanted["type"] == "dns-01",
            "name": wanted["name"] == "_acme-challenge." + wanted["identifier"],
            "value": re.fullmatch(r"[A-Za-z0-9_-]{43}", wanted["value"]),  # RFC 8555 section 8.4
            "time": self.is_now(wanted["time"]),
        }
        return ", ".join(name for name, fine in checks.items() if not fine)

    @staticmethod
    def is_now(text):
        said = datetime.datetime.strptime(text[:19] + "Z", "%Y-%m-%dT%H:%M:%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        return text.endswith("Z") and abs(now - said) < datetime.timedelta(minutes=1)

    def carry_out(self, wanted):
        """Both may be repeated."""
        name, value = wanted["name"], wanted["value"]
        there = value in dns_server.read_zone(self.zone_file).get(name, [])
        if wanted["action"] not in ("present", "cleanup"):
            return "action"
        if there != (wanted["action"] == "present"):
            dns_server.change("remove" if there else "add", self.zone_file, name, value)
        self.taken.append(wanted["action"] + " " + name)
        return ""
