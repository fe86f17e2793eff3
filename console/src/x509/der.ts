/** Reads DER (X.690): just what certificates and signing requests are made of. */
export interface Node {
  tag: number;
  /** The content, without tag and length. */
  body: Uint8Array;
  /** Tag, length and content. */
  whole: Uint8Array;
}

export const kTag = {
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  sequence: 0x30,
  set: 0x31,
  utcTime: 23,
  time: 24,
  boolean: 1,
};

export class Malformed extends Error {}

/** The value at `at`, and where the next one begins. */
function readAt(bytes: Uint8Array, at: number): [Node, number] {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined) throw new Malformed("It ends too early.");
  let start = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4) throw new Malformed("A length is not DER.");
    length = 0;
    for (let index = 0; index < octets; index++) length = length * 256 + (bytes[start + index] ?? 0);
    start += octets;
  }
  const end = start + length;
  if (end > bytes.length) throw new Malformed("It ends too early.");
  return [{ tag, body: bytes.subarray(start, end), whole: bytes.subarray(at, end) }, end];
}

export function read(bytes: Uint8Array): Node {
  return readAt(bytes, 0)[0];
}

export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (let at = 0; at < node.body.length; ) {
    const [child, next] = readAt(node.body, at);
    found.push(child);
    at = next;
  }
  return found;
}

export function child(node: Node, index: number): Node {
  const found = children(node)[index];
  if (!found) throw new Malformed("A part is missing.");
  return found;
}

export function oid(node: Node): string {
  const arcs: number[] = [];
  let value = 0;
  for (const byte of node.body) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (arcs.length === 0) {
      const first = Math.min(2, Math.floor(value / 40));
      arcs.push(first, value - first * 40);
    } else {
      arcs.push(value);
    }
    value = 0;
  }
  return arcs.join(".");
}

export const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A positive integer as hex, without the octet that only keeps it positive. */
export const integerHex = (node: Node) =>
  hex(node.body[0] === 0 && node.body.length > 1 ? node.body.subarray(1) : node.body);

const kText = new TextDecoder();
const kBmp = new TextDecoder("utf-16be");

export const text = (node: Node) => (node.tag === 30 ? kBmp : kText).decode(node.body);

/** UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5). */
export function time(node: Node): Date {
  let digits = text(node).replace("Z", "");
  if (node.tag === kTag.utcTime) digits = (Number(digits.slice(0, 2)) < 50 ? "20" : "19") + digits;
  const part = (from: number, length: number) => Number(digits.slice(from, from + length));
  return new Date(Date.UTC(part(0, 4), part(4, 2) - 1, part(6, 2), part(8, 2), part(10, 2), part(12, 2)));
}
