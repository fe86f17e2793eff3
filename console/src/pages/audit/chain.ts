import type { Schema } from "~/api/types";

type Event = Schema<"AuditEvent">;

export interface Verified {
  records: number;
  from: number;
  to: number;
}

/** Why a chain is not whole: at which record, and what is wrong there. */
export class Broken extends Error {
  constructor(
    readonly sequence: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Checks that the records, newest first, follow each other without a gap and that each carries the hash of the one
 * before it, up to the head. That each hash is that of its record's content only the server can compute
 * (`chancery audit verify`): the API shows times and details in another form than they are hashed in.
 */
export function checkLinks(events: Event[], head: Schema<"AuditHead">): Verified {
  const newest = events[0];
  if (!newest) return { records: 0, from: 0, to: 0 };
  if (newest.sequence === head.sequence && newest.hash !== head.hash) {
    throw new Broken(newest.sequence, "The newest record is not the one that the head of the chain names.");
  }
  for (let at = 0; at + 1 < events.length; at++) {
    const later = events[at] as Event;
    const earlier = events[at + 1] as Event;
    if (later.sequence !== earlier.sequence + 1) {
      throw new Broken(later.sequence, `Between record ${earlier.sequence} and ${later.sequence} there is a gap.`);
    }
    if (later.previous_hash !== earlier.hash) {
      throw new Broken(
        later.sequence,
        `Record ${later.sequence} does not carry the hash of record ${earlier.sequence}.`,
      );
    }
  }
  const oldest = events.at(-1) as Event;
  return { records: events.length, from: oldest.sequence, to: newest.sequence };
}
