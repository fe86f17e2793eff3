import { expect, test } from "vitest";
import type { Schema } from "~/api/types";
import { Broken, checkLinks } from "./chain";

const record = (sequence: number) =>
  ({ sequence, hash: `h${sequence}`, previous_hash: `h${sequence - 1}` }) as Schema<"AuditEvent">;

test("a whole chain is told with its ends", () => {
  expect(checkLinks([record(3), record(2), record(1)], { sequence: 3, hash: "h3" })).toEqual({
    records: 3,
    from: 1,
    to: 3,
  });
});

test("a gap, a changed record and another head are found", () => {
  expect(() => checkLinks([record(3), record(1)], { sequence: 3, hash: "h3" })).toThrow(Broken);
  const changed = { ...record(2), hash: "other" };
  expect(() => checkLinks([record(3), changed, record(1)], { sequence: 3, hash: "h3" })).toThrow(/record 2/i);
  expect(() => checkLinks([record(3), record(2)], { sequence: 3, hash: "x" })).toThrow(/head/);
});
