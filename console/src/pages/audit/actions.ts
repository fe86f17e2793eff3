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
  "certificate.revoke.failure": "Revocation failed",
  "certificate.revoke_publish.success": "Revocation published",
  "certificate.revoke_publish.failure": "Revocation not published",
  "certificate.issue.success": "Certificate issued",
  "certificate.issue.failure": "Issuance failed",
  "certificate.policy_hard_fail": "Blocked by a policy",
  "certificate.policy_soft_fail": "Warned by a policy",
  "session.login.success": "Signed in",
  "session.login.failure": "Sign-in failed",
  "session.logout.success": "Signed out",
  "authority.crl.published": "CRL published",
  "authority.key_use.success": "CA key used",
  "acme_account.key_change.success": "ACME account key changed",
  "acme_account.credentials_replace.success": "ACME credentials replaced",
  "acme_account.terms_agree.success": "ACME terms agreed to",
  "acme_order.check_caa.success": "CAA records allow it",
  "acme_order.check_caa.failure": "CAA records forbid it",
  "service_account.secret_rotate.success": "Service account secret replaced",
  "inventory.batch.submitted": "Batch change submitted",
  "totp.verify.failure": "Second factor refused",
  "totp.enable.success": "Second factor set up",
  "totp.disable.success": "Second factor removed",
};

const kIrregular: Record<string, string> = { submit: "submitted", cancel: "cancelled", verify: "verified" };
const participle = (verb: string) => kIrregular[verb] ?? (verb.endsWith("e") ? `${verb}d` : `${verb}ed`);

/**
 * An action's name for a person. The fixed names of the product have sentences; the others are a thing, what is done to
 * it, and how that went: "user.create.success" is "User created".
 */
export function actionText(action: string): string {
  const known = kWords[action];
  if (known) return known;
  const [thing = "", verb = "", outcome] = action.split(".");
  const done = ["success", "failure"].includes(outcome ?? "") && !verb.includes("_");
  const text = done
    ? `${thing} ${outcome === "failure" ? "not " : ""}${participle(verb)}`
    : action.replaceAll(".", " ");
  const words = text.replaceAll("_", " ").replace(/\b(acme|api|csr|crl|caa|totp|pfx)\b/g, (name) => name.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function toneOf(event: Event) {
  if (event.outcome === "failure") return "bad" as const;
  if (event.action.includes("soft_fail")) return "warn" as const;
  if (event.action.includes("revoke")) return "bad" as const;
  return event.action.endsWith("accessed") || event.action.includes("download")
    ? ("quiet" as const)
    : ("good" as const);
}
