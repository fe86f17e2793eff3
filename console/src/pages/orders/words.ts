import type { Schema } from "~/api/types";

type Order = Schema<"OrderSummary">;

export const kTypes: Record<Order["order_type"], string> = {
  local_pki: "Local PKI",
  acme: "ACME",
  external_ca: "External CA",
};

export const kKinds: Record<Order["kind"], string> = { issue: "New", renewal: "Renewal" };

export const kPathways: Record<Order["pathway"], string> = {
  automated: "Automated: key and CSR made here",
  csr: "CSR upload",
  acme: "ACME",
};

const kRequesters: Record<Schema<"Actor">["type"], string> = {
  user: "",
  courier: "Courier",
  service_account: "Service account",
  acme_client: "ACME client",
  system: "System",
};

/** Who asked, with what they are where that is not a person. */
export function requesterText(actor: Schema<"Actor">) {
  const what = kRequesters[actor.type];
  if (!what || what === actor.name) return actor.name || what;
  return actor.name ? `${actor.name} (${what})` : what;
}
