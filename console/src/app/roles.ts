import type { Schema } from "~/api/types";

export const kRoles: Record<Schema<"Role">, { name: string; does: string }> = {
  user: { name: "User", does: "Requests certificates in the domains that were given to them and sees their own." },
  deployment_administrator: {
    name: "Deployment Administrator",
    does: "Requests, renews and exports for all; cares for tags and owners.",
  },
  policy_administrator: {
    name: "Policy Administrator",
    does: "Writes policies, tests and replays them, and approves waivers.",
  },
  pki_administrator: { name: "PKI Administrator", does: "Runs CAs, providers, ACME servers and domains; revokes." },
  report_operator: { name: "Report Operator", does: "Reads everything, the audit log too; changes nothing." },
  super_administrator: { name: "Super Administrator", does: "May do everything, in every registered domain." },
};

export const roleName = (role: Schema<"Role">) => kRoles[role]?.name ?? role;
