#!/usr/bin/env python3
"""Reads every #include of the source folders and fails on an arrow that runs upward, sideways or in a circle, and on a
third-party header outside its home (docs/architecture.md)."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each room may include, besides itself.
ALLOWED = {
    "core": set(),
    "pki": {"core"},
    "db": {"core"},
    "issuance": {"core", "pki", "db"},
    "server/http": {"core"},
    "server/net": {"core", "server/http"},
    "acme": {"core", "pki", "db", "issuance", "server/http"},
    "api": {"core", "pki", "db", "issuance", "server/http", "openapi"},
    "openapi": {"core"},
    "console": {"core"},
    "server/app": {"core", "pki", "db", "issuance", "server/http", "server/net", "acme", "api", "console"},
}

# Third-party headers and the only places that may include them.
HOMES = [
    (re.compile(r"^boost/beast"), [r"^server/net/"]),
    (re.compile(r"^soci/"), [r"^db/.*\.cpp$", r"^db/(statement|sql_text|connection)\.hpp$"]),
    (re.compile(r"^sqlite3\.h|^libpq"), [r"^db/.*\.cpp$"]),
    (re.compile(r"^openssl/"), [r"^pki/", r"^server/net/"]),
    (re.compile(r"^rapidjson/"), [r"^core/json_document\.hpp$"]),
    (re.compile(r"^(soci/soci|boost/asio|boost/beast)\.h(pp)?$"), []),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def room_of(path: str) -> str | None:
    for room in sorted(ALLOWED, key=len, reverse=True):
        if path.startswith(room + "/"):
            return room
    return None


def sources():
    for room in ALLOWED:
        for path in sorted((ROOT / room).rglob("*.?pp")):
            relative = path.relative_to(ROOT).as_posix()
            if path.suffix in (".hpp", ".cpp") and room_of(relative) == room:
                yield relative, room


def problems_of(relative: str, room: str, graph: dict[str, set[str]]):
    for number, line in enumerate((ROOT / relative).read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        where = f"{relative}:{number}"
        if match[1]:
            target = room_of(match[1])
            if target is None or not (ROOT / match[1]).exists():
                yield f"{where}: \"{match[1]}\" is no header of the project (include by path from the root)"
            elif target != room and target not in ALLOWED[room]:
                yield f"{where}: {room} may not include {target}"
            graph.setdefault(relative, set()).add(match[1])
        else:
            for pattern, homes in HOMES:
                if pattern.search(match[2]) and not any(re.search(home, relative) for home in homes):
                    yield f"{where}: <{match[2]}> does not belong in {room}"


def circle(graph: dict[str, set[str]]) -> list[str] | None:
    """A list of headers that include each other in a ring, or None."""
    state: dict[str, int] = {}

    def visit(node: str, trail: list[str]):
        state[node] = 1
        for after in sorted(graph.get(node, ())):
            if state.get(after) == 1:
                return trail[trail.index(after):] + [after] if after in trail else None
            if after not in state:
                found = visit(after, trail + [after])
                if found:
                    return found
        state[node] = 2
        return None

    for node in sorted(graph):
        if node not in state:
            found = visit(node, [node])
            if found:
                return found
    return None


def main() -> int:
    sys.setrecursionlimit(10_000)
    graph: dict[str, set[str]] = {}
    found = [problem for relative, room in sources() for problem in problems_of(relative, room, graph)]
    ring = circle(graph)
    if ring:
        found.append("these include each other: " + " -> ".join(ring))
    print("\n".join(found) if found else f"{len(graph)} files, every include runs downward")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
