/** "host:8443" and "https://host/path" as people have them at hand, as host and port. */
export function splitAddress(text: string): { host: string; port?: number } {
  const plain = text
    .trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/[/?#].*$/, "");
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d+))?$/i.exec(plain);
  const named = /^([^:]+):(\d+)$/.exec(plain);
  const [, host, port] = bracketed ?? named ?? [];
  return host ? { host, port: port ? Number(port) : undefined } : { host: plain };
}
