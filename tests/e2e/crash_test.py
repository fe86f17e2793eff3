"""kill -9 at random moments under load: nothing that was acknowledged is lost, nothing is issued twice.

usage: crash_test.py PROGRAM LOAD_GENERATOR [ROUNDS]

Each round loads the server by ACME (the load generator journals every answer it read) and by REST (threads that
remember every answer they read), kills it, starts it again and checks.
"""
import base64
import collections
import datetime
import http.client
import os
import random
import sys
import threading
import time
import uuid

import server

REST_THREADS = 3
SETTLE_SECONDS = 45  # PostgreSQL: until the leases of the dead process are over


class RestLoad(threading.Thread):
    """Orders with an Idempotency-Key each, now and then one whose key is slow to make and which is answered before it
    is done."""

    def __init__(self, running, prefix):
        super().__init__(daemon=True)
        self.running, self.prefix = running, prefix
        self.acknowledged = []  # (name, order as answered, DER or None)
        self.in_flight = None   # (name, key, body) of the request that was never answered
        self.unexpected = []

    def run(self):
        try:
            self.order_until_lost()
        except (OSError, http.client.HTTPException):
            pass

    def order_until_lost(self):
        connection = self.running.connection(timeout=20)
        for count in range(1_000_000):
            name = "%s-%d.localhost" % (self.prefix, count)
            body = {"common_name": name, "key_algorithm": "rsa-2048" if count % 40 == 7 else "ec-256"}
            key = str(uuid.uuid4())
            self.in_flight = (name, key, body)
            answer = self.running.api("POST", "/orders", body, headers={"Idempotency-Key": key}, connection=connection)
            self.in_flight = None
            if answer.status not in (201, 202):
                if answer.status != 503:
                    self.unexpected.append("%s: %r" % (name, answer))
                continue
            order = answer.json
            entry = [name, order, None]
            self.acknowledged.append(entry)
            if order["certificate_id"]:
                entry[2] = self.running.api("GET", "/certificates/%s/der" % order["certificate_id"],
                                            connection=connection).body


class CrashTest:
    def __init__(self, running, load_program, rounds):
        self.running, self.load_program, self.rounds = running, load_program, rounds
        self.journal = os.path.join(running.directory, "journal")
        self.acknowledged = 0
        self.repeated = 0
        self.journaled = collections.Counter()
        self.recovered = set()  # ids of orders that were accepted before a kill and completed after it
        self.random = random.Random(int(os.environ.get("CHANCERY_CRASH_SEED", "0")) or None)

    def run(self):
        for number in range(1, self.rounds + 1):
            started = time.monotonic()
            loads = self.load_and_kill(number)
            killed_at = datetime.datetime.now(datetime.timezone.utc)
            self.running.start()
            recovery = time.monotonic()
            self.check_rest(loads)
            self.wait_for_final_orders()
            settled = time.monotonic() - recovery
            self.check_journal()
            certificates = self.check_inventory(killed_at)
            chain = self.running.verify_audit().strip()
            print("round %2d: %5d certificates, orders final %.1f s after the restart, %s (%.1f s)" %
                  (number, certificates, settled, chain, time.monotonic() - started), flush=True)
        print("REST: %d orders acknowledged, %d unanswered requests repeated with their Idempotency-Key\n"
              "ACME: %d orders, %d finalised, %d certificates acknowledged\n"
              "%d orders were accepted before a kill and completed after it" %
              (self.acknowledged, self.repeated, self.journaled["order"], self.journaled["finalized"],
               self.journaled["certificate"], len(self.recovered)))
        assert self.acknowledged > self.rounds and self.journaled["certificate"] > self.rounds, "hardly any load"

    def load_and_kill(self, number):
        with open(self.journal + ".round", "w", encoding="ascii"):
            pass
        acme = server.subprocess.Popen(
            [self.load_program, "--directory", self.running.directory_url, "--ca", self.running.root, "--http01-port",
             str(self.running.http01_port), "--accounts", "6", "--connections", "6", "--certificates", "0",
             "--seconds", "60", "--until-disconnect", "--journal", self.journal + ".round"],
            stdout=server.subprocess.PIPE, stderr=server.subprocess.STDOUT, text=True)
        loads = [RestLoad(self.running, "crash-%d-%d" % (number, i)) for i in range(REST_THREADS)]
        for load in loads:
            load.start()
        self.wait_for_first_order(acme)
        time.sleep(self.random.uniform(0.1, 2.0))
        self.running.kill()
        output = acme.communicate(timeout=60)[0]
        for load in loads:
            load.join(timeout=60)
            assert not load.is_alive(), "a REST caller hangs"
            assert not load.unexpected, load.unexpected
        assert acme.returncode == 0, output
        return loads

    def wait_for_first_order(self, acme):
        """The load is there; from now on any moment will do."""
        deadline = time.monotonic() + 30
        while acme.poll() is None and time.monotonic() < deadline:
            with open(self.journal + ".round", encoding="ascii") as file:
                if "\norder " in file.read():
                    return
            time.sleep(0.01)
        raise AssertionError("the load generator ordered nothing: %s" % (acme.stdout.read() if acme.poll() else ""))

    def check_rest(self, loads):
        """Repeats what was never answered, then asks for every order that was."""
        connection = self.running.connection()
        for load in loads:
            if load.in_flight:
                self.repeat(load, connection)
        for name, order, der in (entry for load in loads for entry in load.acknowledged):
            self.acknowledged += 1
            now = self.final_order(order["id"], connection)
            assert order["certificate_id"] in (None, now["certificate_id"]), (name, order, now)
            assert now["status"] == "complete", (name, now)
            if der is not None and der:
                stored = self.running.api("GET", "/certificates/%s/der" % now["certificate_id"], connection=connection)
                assert stored.body == der, "%s: the certificate changed" % name
        connection.close()

    def repeat(self, load, connection):
        name, key, body = load.in_flight
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            answer = self.running.api("POST", "/orders", body, headers={"Idempotency-Key": key}, connection=connection)
            if answer.status not in (409, 503) or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        assert answer.status in (201, 202), (name, answer)
        self.repeated += 1
        load.acknowledged.append([name, answer.json, None])

    def final_order(self, order_id, connection):
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            order = self.running.expect(200, "GET", "/orders/" + order_id, connection=connection).json
            if order["status"] in ("complete", "failed"):
                return order
            assert time.monotonic() < deadline, "not final: %s" % order
            time.sleep(0.1)

    def wait_for_final_orders(self):
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            waiting = self.running.expect(200, "GET", "/orders?status=pending,processing").json["items"]
            if not waiting:
                return
            assert time.monotonic() < deadline, "not final: %s" % waiting[0]
            time.sleep(0.1)

    def check_journal(self):
        done = server.run(self.load_program, "--directory", self.running.directory_url, "--ca", self.running.root,
                          "--verify-journal", self.journal + ".round", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        with open(self.journal + ".round", encoding="ascii") as file:
            lines = [line.split() for line in file]
        for words in lines:
            self.journaled[words[0]] += 1
        wanted = {words[4]: words[5] for words in lines if words[0] == "certificate"}
        connection = self.running.connection()
        for serial in self.random.sample(sorted(wanted), min(20, len(wanted))):
            row = self.running.expect(200, "GET", "/certificates?serial_number=" + serial,
                                      connection=connection).json["items"][0]
            stored = self.running.expect(200, "GET", "/certificates/%s/der" % row["id"], connection=connection).body
            assert base64.b64encode(stored).decode() == wanted[serial], "the inventory has another " + serial
        connection.close()

    def check_inventory(self, killed_at):
        """No order with two certificates, no serial twice; every complete order has its certificate."""
        rows = self.running.all_items("/certificates")
        for key in ("serial_number", "order_id", "fingerprint_sha256"):
            counts = collections.Counter(row[key] for row in rows if row[key] is not None)
            twice = [value for value, count in counts.items() if count > 1]
            assert not twice, "%s is on several certificates: %s" % (key, twice[:3])
        of_order = {row["order_id"]: row["id"] for row in rows}
        for order in self.running.all_items("/orders?status=complete"):
            assert of_order.get(order["id"]) == order["certificate_id"], order
            submitted, completed = (datetime.datetime.fromisoformat(order[key]) for key in ("submitted_at", "completed_at"))
            if submitted < killed_at <= completed:
                self.recovered.add(order["id"])
        return len(rows)


def main():
    server.program()
    load_program = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    if server.database_kind() == "postgres" and not os.environ.get("CHANCERY_TEST_POSTGRES"):
        print("skipped: CHANCERY_TEST_POSTGRES is not set")
        sys.exit(server.SKIPPED)
    with server.Server() as running:
        CrashTest(running, load_program, rounds).run()


if __name__ == "__main__":
    main()
