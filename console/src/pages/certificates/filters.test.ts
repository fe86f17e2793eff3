import { expect, test } from "vitest";
import { conditionOf, exportQuery, inForce } from "./filters";

test("only active certificates are shown where the address says nothing of the status", () => {
  expect(inForce({})).toEqual({ status: "active" });
  expect(inForce({ status: "any" })).toEqual({});
  expect(inForce({ status: "revoked" })).toEqual({ status: "revoked" });
});

test("a condition of its own stands beside the filters, and decides the status itself", () => {
  const own = { field: "valid_to", operator: "lt", value: "2027-01-01T00:00:00Z" };
  expect(conditionOf({ filter: JSON.stringify(own) })).toEqual(own);
  expect(conditionOf({ filter: JSON.stringify(own), q: "shop" })).toEqual({
    and: [{ field: "text", operator: "contains", value: "shop" }, own],
  });
  expect(conditionOf({ filter: "not json", status: "any" })).toBeUndefined();
});

const asked = (search: Record<string, string>) => {
  const query = exportQuery(search);
  return query === undefined ? undefined : Object.fromEntries(new URLSearchParams(query));
};

test("the export asks for what is shown", () => {
  expect(asked({ provider: "p", expires: "P30D", q: "shop" })).toEqual({
    q: "shop",
    status: "active",
    "valid_to[within]": "P30D",
    provider_id: "p",
  });
  expect(asked({ status: "any" })).toEqual({});
});

test("a picture's condition is exported, too, when all of it must hold", () => {
  const and = [
    { and: [{ field: "revoked_at", operator: "exists", value: false }] },
    { field: "valid_to", operator: "gte", value: "2026-12-01T00:00:00Z" },
    { field: "valid_to", operator: "lt", value: "2027-01-01T00:00:00Z" },
    { field: "requester_type", operator: "in", value: ["user", "courier"] },
    { field: "superseded", operator: "eq", value: false },
  ];
  expect(asked({ filter: JSON.stringify({ and }), tag: "edge" })).toEqual({
    status: "active,expired",
    "valid_to[gte]": "2026-12-01T00:00:00Z",
    "valid_to[lt]": "2027-01-01T00:00:00Z",
    requester_type: "user,courier",
    superseded: "false",
    tag: "edge",
  });
});

test("the export is not offered for what its query cannot say", () => {
  const is = { field: "tag", operator: "eq", value: "a" };
  const kBeyond = [
    { or: [is, is] },
    { not: is },
    { field: "tag", operator: "neq", value: "a" },
    { field: "tag", operator: "eq", value: "a,b" },
    { field: "custom.team", operator: "eq", value: "a" },
    { and: [is, { ...is, value: "b" }] },
  ];
  for (const one of kBeyond) expect(asked({ filter: JSON.stringify(one) })).toBeUndefined();
});
