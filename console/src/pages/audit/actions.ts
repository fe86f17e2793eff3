import type { Schema } from "~/api/types";

type Event = Pick<Schema<"AuditEvent">, "action" | "outcome">;

const kWords: Record<string, string> = {
  "certificate.request_automated.submitted": "Certificate requested, key made here",
  "certificate.request_csr.submitted": "Certificate requested by CSR",
  "certificate.view.accessed": "Certificate viewed",
  "certificate.download.success": "Certificate downloaded",
  "certificate.download_pfx.success": "PFX downloaded",
  "certificate.revoke.requested": "Revocation begun",
  "certificate.revoke.dispatched": "Revocation sent to the CA",
  "certificate.revoke.success": "Certificate revoked",
  "certificate.issue.success": "Certificate issued",
  "certificate.issue.failure": "Issuance failed",
  "certificate.policy_hard_fail": "Blocked by a policy",
  "certificate.policy_soft_fail": "Warned by a policy",
  "session.login.success": "Signed in",
  "session.login.failure": "Sign-in failed",
  "session.logout.success": "Signed out",
};

/** An action's name for a person; the fixed names of the product have sentences, the others say it by themselves. */
export function actionText(action: string): string {
  const known = kWords[action];
  if (known) return known;
  const words = action.replaceAll("_", " ").split(".");
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function toneOf(event: Event) {
  if (event.outcome === "failure") return "bad" as const;
  if (event.action.includes("soft_fail")) return "warn" as const;
  if (event.action.includes("revoke")) return "bad" as const;
  return event.action.endsWith("accessed") || event.action.includes("download")
    ? ("quiet" as const)
    : ("good" as const);
}
