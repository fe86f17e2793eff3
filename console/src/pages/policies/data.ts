import { queryOptions } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { allOf } from "~/api/lists";
import type { Open, Schema } from "~/api/types";

export type Policy = Schema<"Policy">;
export type Rule = Schema<"PolicyRule">;
export type RuleDescription = Schema<"RuleDescription">;

export const policiesQuery = queryOptions({
  queryKey: ["policies", "all"],
  queryFn: () => allOf((cursor) => body(api.GET("/api/v1/policies", { params: { query: { limit: 200, cursor } } }))),
});

export const rulesQuery = queryOptions({
  queryKey: ["policy-rules"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await body(api.GET("/api/v1/policy-rules"))).items,
});

/** "max_days" becomes "Max days". */
export const wordsOf = (name: string) => {
  const words = name.replaceAll("_", " ").replace(/\b(ip|san|cn|csr|caa|dns|rsa)\b/g, (one) => one.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const show = (value: unknown): string =>
  Array.isArray(value) ? value.map(show).join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);

/** The values of a rule in a line. */
export const valuesOf = (rule: Rule): [string, string][] =>
  Object.entries((rule.values ?? {}) as Open).map(([name, value]) => [wordsOf(name), show(value)]);

export const kActions = [
  ["certificate.generate", "New certificates"],
  ["certificate.renew", "Renewals"],
] as const;

/** What of a policy is written, without what the server adds. */
export function written(policy: Policy): Schema<"PolicyWrite"> {
  const { name, description, enabled, patterns, actions, rules } = policy;
  return { name, description, enabled, patterns, actions, rules };
}

export type Outcome = Schema<"PolicyOutcome">;

/** What becomes of a request that does not meet a rule, from the hardest. */
export const kOutcomes: readonly { outcome: Outcome; name: string; fill: string }[] = [
  { outcome: "refused", name: "Refused", fill: "fill-4" },
  { outcome: "warned", name: "Warned", fill: "fill-3" },
  { outcome: "waived", name: "Waived", fill: "fill-5" },
];

/** The same as one of the states that badges know. */
export const stateOf = (outcome: Outcome) => ({ refused: "fail", warned: "warn", waived: "waived" })[outcome];
