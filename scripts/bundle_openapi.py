#!/usr/bin/env python3
"""Puts the split OpenAPI document together: every reference to another file becomes one into `components`, each file
that it leads to having its section there. What defaults.yaml says is put into every operation of the API that does not
say otherwise, and examples/{operationId}.json into the successful answer of an operation that has no example of its own.
Writes openapi.json, openapi.yaml and docs.html into a directory.

usage: bundle_openapi.py openapi/openapi.yaml out/"""
import html
import json
import pathlib
import sys

import yaml

METHODS = ("get", "put", "post", "delete", "patch")
# The file's name tells the section; path files are put in place instead.
API = "/api/v1/"
SECTIONS = {"headers.yaml": "headers", "parameters.yaml": "parameters", "responses.yaml": "responses"}


class Bundler:
    def __init__(self, root):
        self.root = root
        self.files = {}
        self.components = {}

    def load(self, path):
        if path not in self.files:
            with open(path, encoding="utf-8") as source:
                self.files[path] = yaml.safe_load(source)
        return self.files[path]

    def target(self, reference, base):
        """The file, the name in it and the value that a reference means."""
        file, _, pointer = reference.partition("#/")
        path = (base.parent / file).resolve() if file else base
        try:
            return path, pointer, self.load(path)[pointer]
        except (OSError, KeyError) as error:
            sys.exit(f"{base}: nothing at {reference} ({error})")

    def section_of(self, path):
        if path.parent.name == "schemas":
            return "schemas"
        return SECTIONS.get(path.name)

    def resolve(self, value, base):
        if isinstance(value, list):
            return [self.resolve(one, base) for one in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return self.follow(value["$ref"], base)
        return {key: self.resolve(one, base) for key, one in value.items()}

    def follow(self, reference, base):
        path, name, found = self.target(reference, base)
        section = self.section_of(path)
        if section is None:
            return self.resolve(found, path)
        place = self.components.setdefault(section, {})
        if name not in place:
            place[name] = None  # taken before it is resolved: schemas may refer to each other
            place[name] = (path, self.resolve(found, path))
        if place[name] is not None and place[name][0] != path:
            sys.exit(f"{name} is in {place[name][0]} and in {path}")
        return {"$ref": f"#/components/{section}/{name}"}

    def add_defaults(self, document):
        """The answers and the header fields of answers that every operation of the API has."""
        path = self.root.parent / "defaults.yaml"
        defaults = self.resolve(self.load(path), path)
        for target, _, operation in operations(document):
            if not target.startswith(API):
                continue
            answers = {**defaults["responses"], **operation["responses"]}
            operation["responses"] = dict(sorted(answers.items()))
            for answer in answers.values():
                self.inline(answer).setdefault("headers", {}).update(defaults["headers"])

    def inline(self, response):
        """The response itself, where it stands among the components."""
        if "$ref" not in response:
            return response
        return self.components["responses"][response["$ref"].rsplit("/", 1)[1]][1]

    def add_examples(self, document):
        for _, _, operation in operations(document):
            path = self.root.parent / "examples" / f"{operation['operationId']}.json"
            if not path.exists():
                continue
            example = json.loads(path.read_text(encoding="utf-8"))
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json") if status.startswith("2") else None
                if content and not {"example", "examples"} & set(content):
                    content["example"] = example

    def bundle(self):
        document = self.resolve(self.load(self.root), self.root)
        self.add_defaults(document)
        self.add_examples(document)
        for section in ("parameters", "headers", "responses", "schemas"):
            found = self.components.get(section, {})
            document["components"][section] = {name: found[name][1] for name in sorted(found)}
        return document


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def response_rows(document, operation):
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        codes = ", ".join(response.get("x-problem-codes", []))
        yield (f"<tr><td>{status}</td><td>{html.escape(response['description'])}</td>"
               f"<td><code>{html.escape(codes)}</code></td></tr>")


def operation_section(document, path, method, operation):
    right, events = operation.get("x-right"), operation.get("x-audit-events")
    needs = (f"needs <code>{html.escape(right)}</code> and the scope <code>{html.escape(operation['x-scope'])}</code>"
             if right else "open to everybody")
    out = [f"<section id=\"{operation['operationId']}\"><h3><code>{method.upper()} {html.escape(path)}</code></h3>",
           f"<p><b>{html.escape(operation['summary'])}</b>: {needs}.</p>"]
    if "description" in operation:
        out.append(f"<p>{html.escape(operation['description'])}</p>")
    if events:
        out.append("<p>Recorded: " + ", ".join(f"<code>{html.escape(one)}</code>" for one in events) + "</p>")
    for body in list(operation.get("requestBody", {}).get("content", {}).values())[:1]:
        if "example" in body:
            out.append(f"<pre>{html.escape(json.dumps(body['example'], indent=2, ensure_ascii=False))}</pre>")
    out.append("<table><tr><th>Status</th><th>Meaning</th><th>Code</th></tr>")
    out.extend(response_rows(document, operation))
    out.append("</table></section>")
    return "\n".join(out)


STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{background:#f4f4f6;padding:.75rem;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:14px}td,th{border-bottom:1px solid #ddd;padding:.25rem .5rem;
text-align:left;vertical-align:top}section{margin:2rem 0}nav li{margin:.15rem 0}h3{border-top:2px solid #ddd;padding-top:1rem}
@media(prefers-color-scheme:dark){body{background:#17171a;color:#e6e6ea}pre{background:#232328}a{color:#9cc3ff}
td,th,h3{border-color:#3a3a40}}"""


def page(document):
    info = document["info"]
    contents, sections = [], []
    for tag in document["tags"]:
        found = [one for one in operations(document) if tag["name"] in one[2]["tags"]]
        contents.append(f"<h3>{html.escape(tag['name'])}</h3><ul>")
        sections.append(f"<h2>{html.escape(tag['name'])}</h2><p>{html.escape(tag['description'])}</p>")
        for path, method, operation in found:
            contents.append(f"<li><a href=\"#{operation['operationId']}\">{html.escape(operation['summary'])}</a> "
                            f"<code>{method.upper()} {html.escape(path)}</code></li>")
            sections.append(operation_section(document, path, method, operation))
        contents.append("</ul>")
    description = "".join(f"<p>{html.escape(part)}</p>" for part in info["description"].strip().split("\n\n"))
    return ("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width\">"
            f"<title>{html.escape(info['title'])} API</title><style>{STYLE}</style></head><body>"
            f"<h1>{html.escape(info['title'])} API {html.escape(info['version'])}</h1>{description}"
            "<p>The whole contract: <a href=\"/openapi.json\">openapi.json</a>, "
            "<a href=\"/openapi.yaml\">openapi.yaml</a>.</p>"
            f"<nav>{''.join(contents)}</nav><main>{''.join(sections)}</main></body></html>\n")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1]).resolve()
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    document = Bundler(root).bundle()
    (out / "openapi.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (out / "openapi.yaml").write_text(
        yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True, width=118), encoding="utf-8")
    (out / "docs.html").write_text(page(document), encoding="utf-8")


if __name__ == "__main__":
    main()
