#!/usr/bin/env python3
"""Lints the bundled OpenAPI document: `style` with Redocly's CLI (redocly.yaml, with our conventions of rules.mjs), or
`owasp` with Spectral and the OWASP rules (spectral.yaml).

usage: lint.py style|owasp openapi.yaml FOLDER-OF-THE-PACKAGES"""
import pathlib
import shutil
import sys

import tools


def style(installed, document):
    return installed.run("@redocly/cli/bin/cli.js", "lint", document, "--config", tools.HERE / "redocly.yaml",
                         "--format", "stylish", "--max-problems", "300")


def owasp(installed, document):
    # The rule set is looked for from where the configuration is.
    shutil.copy(tools.HERE / "spectral.yaml", installed.folder)
    return installed.run("@stoplight/spectral-cli/dist/index.js", "lint", "--ruleset", installed.folder / "spectral.yaml",
                         "--fail-severity", "hint", "--quiet", document)


def main():
    kinds = {"style": style, "owasp": owasp}
    if len(sys.argv) != 4 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    sys.exit(kinds[sys.argv[1]](tools.Tools(sys.argv[3]), pathlib.Path(sys.argv[2]).resolve()))


if __name__ == "__main__":
    main()
