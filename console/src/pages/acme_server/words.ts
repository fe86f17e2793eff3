import type { Schema } from "~/api/types";

export const kModes: Record<Schema<"AuthorizationMode">, string> = {
  challenges: "By challenges",
  bindings: "By bindings",
};

export const kChallenges = ["http-01", "dns-01", "tls-alpn-01", "dns-account-01", "dns-persist-01"] as const;

export const kLimits = [
  ["requests_per_address", "Requests of an address"],
  ["orders_per_account", "Orders of an account"],
  ["orders_per_domain", "Orders for a domain"],
  ["orders_per_name_set", "Orders for the same names"],
  ["failures_per_name", "Failures for a name"],
] as const;

const kPeriods = [
  [60, "minute"],
  [3600, "hour"],
  [86_400, "day"],
  [604_800, "week"],
] as const;

export const kPeriodOptions = kPeriods.map(([seconds, text]) => [String(seconds), `a ${text}`] as const);

/** "300 a day", "5 in 7200 seconds". */
export function limitText(limit: Schema<"AcmeLimit"> | undefined): string {
  if (!limit || limit.count === 0) return "No limit";
  const period = kPeriods.find(([seconds]) => seconds === limit.period_seconds);
  return period
    ? `${limit.count} ${period[1] === "hour" ? "an" : "a"} ${period[1]}`
    : `${limit.count} in ${limit.period_seconds} seconds`;
}
