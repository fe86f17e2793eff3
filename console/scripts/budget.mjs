// What a browser loads before the first page, and for each page on top, gzipped; fails above the budget.
// usage: budget.mjs [dist]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const kEntry = 130 * 1024;
const kRoute = 60 * 1024;
const dist = process.argv[2] ?? "dist";
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

/** Every script and style that a chunk needs, itself and what it imports statically. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const one of manifest[key].imports ?? []) filesOf(one, seen);
  return seen;
}
const assets = (keys) => new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);

const entryKey = Object.keys(manifest).find((key) => manifest[key].isEntry);
const entry = assets(filesOf(entryKey));
entry.add("theme.js");
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
let failed = sum(entry) > kEntry;
console.log(`console: entry ${kb(sum(entry))} gzipped (budget ${kb(kEntry)})`);
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const own = new Set([...assets(filesOf(key))].filter((file) => !entry.has(file)));
  const bytes = sum(own);
  failed ||= bytes > kRoute;
  const name = key.replace(/^src\/pages\//, "").replace(/\/index\.tsx$|\.tsx$/, "");
  console.log(`console: ${name} ${kb(bytes)} (budget ${kb(kRoute)})`);
}
process.exit(failed ? 1 : 0);
