#!/usr/bin/env python3
"""Counts the statements of the ACME checklist that the tests of this run have shown.

usage: checklist.py NUMBER_OF_STATEMENTS RESULT LOG...

The logs are written by the test programs (tests/support/checklist_log.hpp); the count is printed and kept in RESULT. Fails when a statement has no test, a test of
one failed, or a test that uses a database did not run on both while CHANCERY_REQUIRE_POSTGRES=1.
"""
import collections
import os
import sys


def read(path):
    """(statement, passed, name, databases) of every tagged test, in their order."""
    tests, tagged, databases = [], [], set()
    with open(path, encoding="utf-8") as log:
        for line in log:
            words = line.rstrip("\n").split(" ", 2)
            if words[0] == "database":
                databases.add(words[1])
            elif words[0] == "end":
                tests += [(number, passed, name, frozenset(databases)) for number, passed, name in tagged]
                tagged, databases = [], set()
            else:
                tagged.append((int(words[0].removeprefix("acme-")), words[1] == "passed", words[2]))
    return tests


def main():
    statements, result, logs = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    tests = [test for log in logs for test in read(log)]
    wanted = {"sqlite", "postgresql"} if os.environ.get("CHANCERY_REQUIRE_POSTGRES") == "1" else {"sqlite"}
    of_statement = collections.defaultdict(list)
    for number, passed, name, databases in tests:
        of_statement[number].append((passed, name, databases))

    problems = ["statement %d has no test" % number for number in range(1, statements + 1) if number not in of_statement]
    problems += ["statement %d does not exist: %s" % (number, name) for number, _, name, _ in tests
                 if not 1 <= number <= statements]
    problems += ["statement %d: failed: %s" % (number, name) for number, passed, name, _ in tests if not passed]
    problems += ["statement %d: only on %s: %s" % (number, ", ".join(sorted(databases)), name)
                 for number, _, name, databases in tests if databases and not wanted <= databases]
    shown = [number for number, found in of_statement.items() if all(passed for passed, _, _ in found)]
    stored = [number for number, found in of_statement.items() if any(databases for _, _, databases in found)]
    names = {name for _, _, name, _ in tests}
    count = ("ACME checklist: %d of %d statements hold, by %d tests; %d of them with a database: %s" %
             (len(shown), statements, len(names), len(stored), " and ".join(sorted(wanted))))
    os.makedirs(os.path.dirname(result), exist_ok=True)
    with open(result, "w", encoding="utf-8") as file:
        file.write(count + "\n")
    print(count)
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
