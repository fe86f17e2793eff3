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

test("the export asks for what is shown, and is not offered where it cannot", () => {
  expect(exportQuery({ provider: "p", expires: "P30D" })).toBe("status=active&expires_within=P30D&provider_id=p");
  expect(exportQuery({ filter: "{}" })).toBeUndefined();
});
