import type { Schema } from "~/api/types";
import type { Search } from "~/app/search";

export type Condition = Schema<"CertificateCondition">;

interface Filter {
  /** The member of the address. */
  name: string;
  label: string;
  condition: (value: string) => Condition;
  /** Values to choose from; without, a text is asked for. */
  values?: readonly (readonly [string, string])[];
  placeholder?: string;
}

const is = (field: string) => (value: string) => ({ field, operator: "eq" as const, value });
const oneOf = (field: string) => (value: string) => ({ field, operator: "in" as const, value: value.split(",") });
const flag = (field: string) => (value: string) => ({ field, operator: "eq" as const, value: value === "true" });

export const kAlgorithms = ["rsa-2048", "rsa-3072", "rsa-4096", "ec-256", "ec-384", "ec-521", "ed25519"] as const;
const kYesNo = [
  ["true", "Yes"],
  ["false", "No"],
] as const;

/** The filters that have a control. Whatever else the API can filter by comes as a saved view or from a picture. */
export const kFilters: readonly Filter[] = [
  { name: "q", label: "Search", condition: (value) => ({ field: "text", operator: "contains", value }) },
  {
    name: "status",
    label: "Status",
    condition: oneOf("status"),
    values: [
      ["active", "Active"],
      ["expired", "Expired"],
      ["revoked", "Revoked"],
      ["active,expired", "Active or expired"],
    ],
  },
  {
    name: "source",
    label: "Source",
    condition: is("source"),
    values: [
      ["managed", "Managed"],
      ["discovered", "Discovered"],
    ],
  },
  {
    name: "expires",
    label: "Expires within",
    condition: (value) => ({ field: "valid_to", operator: "within", value }),
    values: [
      ["P7D", "7 days"],
      ["P14D", "14 days"],
      ["P30D", "30 days"],
      ["P90D", "90 days"],
      ["P365D", "A year"],
    ],
  },
  {
    name: "domain",
    label: "Domain",
    condition: (value) => ({ field: "name", operator: "under", value }),
    placeholder: "example.com",
  },
  { name: "provider", label: "Provider", condition: is("provider_id") },
  { name: "authority", label: "Issuing CA", condition: is("authority_id") },
  {
    name: "algorithm",
    label: "Key",
    condition: oneOf("algorithm"),
    values: kAlgorithms.map((one) => [one, one] as const),
  },
  { name: "tag", label: "Tag", condition: is("tag") },
  { name: "owner", label: "Owner", condition: is("owner"), placeholder: "A group's name" },
  {
    name: "warnings",
    label: "Policy warnings",
    condition: flag("has_policy_warnings"),
    values: kYesNo,
  },
  { name: "renewed", label: "Has a successor", condition: flag("superseded"), values: kYesNo },
  { name: "key", label: "Key kept here", condition: flag("has_private_key"), values: kYesNo },
];

export const kAnyStatus = "any";

/** What is in force: what the address says, and active certificates only where it says nothing of the status. */
export function inForce(search: Search): Search {
  const given: Search = {};
  for (const { name } of kFilters) {
    const value = search[name];
    if (value) given[name] = value;
  }
  // A picture's or a view's own condition says itself which it means.
  if (!given.status && !search.filter) given.status = "active";
  if (given.status === kAnyStatus) delete given.status;
  return given;
}

export function parseCondition(text: string | undefined): Condition | undefined {
  if (!text) return undefined;
  try {
    return JSON.parse(text) as Condition;
  } catch {
    return undefined;
  }
}

/** The condition that the API's search is asked with. */
export function conditionOf(search: Search): Condition | undefined {
  const given = inForce(search);
  const all = kFilters.flatMap((filter) => {
    const value = given[filter.name];
    return value ? [filter.condition(value)] : [];
  });
  const own = parseCondition(search.filter);
  if (own) all.push(own);
  return all.length > 1 ? { and: all } : all[0];
}

/** What the export's query calls a comparison; nothing where it has no word for it. */
function memberOf({ field, operator, value }: Comparison): [string, string] | undefined {
  if (field.startsWith("custom")) return undefined;
  if (field === "text" && operator === "contains") return ["q", String(value)];
  if (field === "name" && operator === "under") return ["domain", String(value)];
  // Everything but "revoked": a pair of its own, since the query cannot ask whether something is there.
  if (field === "revoked_at" && operator === "exists" && value === false) return ["status", "active,expired"];
  const values = Array.isArray(value) ? value : [String(value)];
  // A comma separates values there.
  if (values.some((one) => one.includes(","))) return undefined;
  if (operator === "eq" || operator === "in") return [field, values.join(",")];
  return kOrders.includes(operator) ? [`${field}[${operator}]`, String(value)] : undefined;
}

type Comparison = Extract<Condition, { field: string }>;
const kOrders: readonly string[] = ["lt", "lte", "gt", "gte", "within"];

/**
 * The same for the API's export, which takes its filter from the query: comparisons of which all must hold. Undefined
 * when it cannot be said there.
 */
export function exportQuery(search: Search): string | undefined {
  const members = new Map<string, string>();
  const add = (condition: Condition): boolean => {
    if ("and" in condition) return condition.and.every(add);
    const member = "field" in condition && memberOf(condition);
    if (!member) return false;
    const [name, value] = member;
    if ((members.get(name) ?? value) !== value) return false;
    members.set(name, value);
    return true;
  };
  const condition = conditionOf(search);
  if (condition && !add(condition)) return undefined;
  return new URLSearchParams([...members]).toString();
}

export function valueText(
  filter: Filter,
  value: string,
  names: { provider: (id: string) => string; authority: (id: string) => string },
) {
  if (filter.name === "provider") return names.provider(value);
  if (filter.name === "authority") return names.authority(value);
  return filter.values?.find(([one]) => one === value)?.[1] ?? value;
}
