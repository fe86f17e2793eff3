import { kTag, Malformed, time } from "./der";

export interface CrlTimes {
  thisUpdate: Date;
  nextUpdate?: Date;
}

/** Content of the value at `at` and what follows it; the bytes may end before the value does. */
function head(bytes: Uint8Array, at: number) {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined) throw new Malformed("It ends too early.");
  let start = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    length = 0;
    for (let index = 0; index < octets; index++) length = length * 256 + (bytes[start + index] ?? 0);
    start += octets;
  }
  return { tag, start, end: start + length };
}

/** When a CRL was made and until when it counts (RFC 5280 section 5.1), of its first bytes: CRLs can be large. */
export function crlTimes(bytes: Uint8Array): CrlTimes {
  const list = head(bytes, 0);
  const tbs = head(bytes, list.start);
  let at = tbs.start;
  // The version is there in all but the oldest; then come the signature's algorithm and the issuer.
  if (head(bytes, at).tag === kTag.integer) at = head(bytes, at).end;
  at = head(bytes, at).end;
  at = head(bytes, at).end;
  const timeAt = (from: number) => {
    const { tag, start, end } = head(bytes, from);
    if ((tag !== kTag.utcTime && tag !== kTag.time) || end > bytes.length) return undefined;
    return { value: time({ tag, body: bytes.subarray(start, end), whole: bytes.subarray(from, end) }), end };
  };
  const made = timeAt(at);
  if (!made) throw new Malformed("It has no time.");
  return { thisUpdate: made.value, nextUpdate: timeAt(made.end)?.value };
}
