"""What is refused when something is made is refused when it is changed, too."""
import json

import contract_walk
import resources
import server

# Values that one member or another cannot have.
WRONG = ["", " ", "x" * 5000, "a\u0000b", "no such value", "http://[", "\u202e", -1, 0, 10 ** 9, 1.5, True, [], [""],
         ["no such value"], ["a", "a"], [{}], {}, {"no": "such member"}]


class UpdatesTest(resources.WalkTest):
    def pairs(self):
        """(creation, change) of the same kind of resource."""
        for operation in self.walker.operations:
            if operation.method not in ("PATCH", "PUT") or "{" not in operation.path:
                continue
            create = self.walker.by_name.get("POST " + operation.path.rsplit("/", 1)[0])
            if create and create.media_type and self.walker.is_known(operation.path):
                yield create, operation

    def etag(self, change):
        return self.walker.send(self.walker.by_name["GET " + change.path]).headers["ETag"]

    def refuses(self, reply, member):
        return reply.status == 422 and any(one == "/" + member or one.startswith("/" + member + "/")
                                           for one in reply.pointers)

    def changed(self, change, member, value):
        body = {member: value}
        if change.method == "PUT":
            body = dict(change.example(), **body)
        return self.walker.send(change, body, {"If-Match": self.etag(change)})

    def test_what_creation_refuses_no_change_lets_in(self):
        compared = 0
        for create, change in self.pairs():
            common = set(create.body_schema["properties"]) & set(change.body_schema["properties"])
            for member in sorted(common):
                for value in WRONG:
                    if value == {} and change.method == "PATCH":
                        continue  # a merge of nothing (RFC 7396)
                    made = self.walker.send(create, dict(create.example(), **{member: value}))
                    if not self.refuses(made, member):
                        continue
                    with self.subTest(change.name, member=member, value=json.dumps(value)[:40]):
                        reply = self.changed(change, member, value)
                        self.assertTrue(self.refuses(reply, member), "%r where creation said %r" % (reply, made))
                        compared += 1
        self.assertGreater(compared, 100)

    def test_what_creation_sets_for_good_no_change_takes(self):
        for create, change in self.pairs():
            for member in sorted(set(create.body_schema["properties"]) - set(change.body_schema["properties"])):
                with self.subTest(change.name, member=member):
                    value = create.example().get(member, "another")
                    self.assertTrue(self.refuses(self.changed(change, member, value), member))


    def test_what_was_read_can_be_written_back_and_changes_nothing(self):
        written = 0
        for change in self.walker.operations:
            reader = self.walker.by_name.get("GET " + change.path)
            if change.method not in ("PATCH", "PUT") or reader is None or not self.walker.is_known(change.path):
                continue
            with self.subTest(change.name):
                shown = self.walker.send(reader)
                members = set(change.body_schema.get("properties", {}))
                body = {name: value for name, value in shown.json.items() if name in members and value is not None}
                reply = self.walker.send(change, body, {"If-Match": shown.headers["ETag"]})
                self.assertEqual(reply.status, 200, reply)
                ignored = {"updated_at", "revision", "version", "created_at"}
                self.assertEqual({name: value for name, value in reply.json.items() if name not in ignored},
                                 {name: value for name, value in shown.json.items() if name not in ignored})
                written += 1
        self.assertGreater(written, 5)


if __name__ == "__main__":
    server.main()
