"""The console in a browser, against the program as it is shipped: console/tests. Each of its files starts servers of its
own. Screenshots of every page are kept where CHANCERY_SCREENSHOTS says."""
import os
import pathlib
import shutil
import subprocess
import sys

CONSOLE = pathlib.Path(__file__).resolve().parent.parent.parent / "console"
SKIPPED = 77


def main():
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    node = next(iter(sorted(CONSOLE.glob("node_modules/node-linux-*/bin/node"))), None) or shutil.which("node")
    for what, found in (("Chromium", chromium), ("Node", node), ("the console's packages", (CONSOLE / "node_modules").exists())):
        if not found:
            print("skipped: there is no " + what)
            return SKIPPED
    wanted = sys.argv[2:] or sorted(path.name for path in (CONSOLE / "tests").glob("*.test.mjs"))
    environment = dict(os.environ, CHANCERY_BINARY=os.path.realpath(sys.argv[1]), CHANCERY_CHROMIUM=chromium)
    # One file after the other: each has a browser and a server, and the machine may have two cores.
    return subprocess.run([node, "--test", "--test-concurrency=1", "--test-reporter=spec", *wanted], cwd=CONSOLE / "tests",
                          env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
