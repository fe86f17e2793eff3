"""Keeps what a running server answered, for tests/conformance/openapi/validate.py: a line of JSON for each exchange, in
the file that CHANCERY_CONTRACT_LOG names."""
import json
import os
import threading

_lock = threading.Lock()


def pattern_of(paths, target):
    """The documented path that `target` is an instance of; a literal segment wins over a parameter."""
    segments = target.split("?")[0].split("/")

    def fits(pattern):
        own = pattern.split("/")
        return len(own) == len(segments) and all(
            mine == theirs or (mine.startswith("{") and theirs) for mine, theirs in zip(own, segments))

    return min(filter(fits, paths), key=lambda pattern: pattern.count("{"), default="")


def record(paths, method, target, status, headers, body):
    record_of(pattern_of(paths, target), method, target, status, headers, body)


def record_of(path, method, target, status, headers, body):
    """The same where the documented path is known."""
    append({
        "method": method,
        "path": path,
        "request_id": headers.get("X-Request-Id"),
        "target": target,
        "status": status,
        "headers": {name.lower(): value for name, value in headers.items()},
        "body": body.decode("utf-8", "replace"),
    })


def audited(request_id, action):
    """What a request left in the audit log."""
    append({"request_id": request_id, "audited": action})


def append(record):
    line = json.dumps(record)
    with _lock, open(os.environ["CHANCERY_CONTRACT_LOG"], "a", encoding="utf-8") as log:
        log.write(line + "\n")
