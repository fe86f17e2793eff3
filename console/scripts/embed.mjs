// Writes the files of dist/ as one C++ source: console/files.hpp.
// usage: embed.mjs dist files.cpp
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const [dist, out] = process.argv.slice(2);
const paths = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !relative(dist, path).startsWith(".vite"))
  .sort();

/** A literal with every byte that is not plain as three octal digits, which no digit after it can lengthen. */
function literal(bytes) {
  let text = "";
  for (const byte of bytes) {
    const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92 && byte !== 63;
    text += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${text}"`;
}

const rows = paths.map((path) => {
  const bytes = readFileSync(path);
  return `    {"${relative(dist, path)}", std::string_view(${literal(bytes)}, ${bytes.length})},`;
});
writeFileSync(
  out,
  `#include "console/files.hpp"

#pragma clang diagnostic ignored "-Woverlength-strings"

namespace chancery::console {
namespace {

constexpr EmbeddedFile kFiles[] = {
${rows.join("\n")}
};

} // namespace

std::span<const EmbeddedFile> files()
{
    return kFiles;
}

} // namespace chancery::console
`,
);
