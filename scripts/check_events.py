#!/usr/bin/env python3
"""Reads every event name that the source writes to the log, and fails on one that is not `what.happened_to_it` or that
docs/operations.md does not explain, and on one that is explained but never written. Events of the level debug need no
explanation."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("core", "pki", "db", "issuance", "server", "acme", "api")
WRITTEN = re.compile(r'\b(?:log::(debug|info|warning|error)|log_failure)\(\s*"([^"]*)"')
FORM = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


def written() -> dict[str, set[str]]:
    """Event -> levels."""
    events: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            for level, event in WRITTEN.findall(path.read_text(encoding="utf-8")):
                events.setdefault(event, set()).add(level or "error")
    return events


def explained() -> set[str]:
    document = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = document.split("\n## Log\n", 1)[1].split("\n## ", 1)[0]
    names: set[str] = set()
    for line in table.splitlines():
        if line.startswith("| `"):
            names.update(re.findall(r"`([^`]+)`", line.split("|")[1]))
    return names


def main() -> int:
    events = written()
    known = explained()
    faults = [f"{event}: not of the form what.happened_to_it" for event in events if not FORM.fullmatch(event)]
    faults += [f"{event}: not in docs/operations.md" for event, levels in events.items()
               if levels != {"debug"} and event not in known]
    faults += [f"{event}: in docs/operations.md, but nothing writes it" for event in known - set(events)]
    print("\n".join(sorted(faults)) or f"{len(events)} events, all of one form and explained")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
