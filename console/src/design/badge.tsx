import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

export type BadgeTone = "good" | "warn" | "bad" | "info" | "quiet";

/** A state as text, icon and colour; none of the three is needed to know it. */
export function Badge({ tone, icon, children }: { tone: BadgeTone; icon: IconName; children: ReactNode }) {
  return (
    <span className={`badge badge-${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

type Look = readonly [BadgeTone, IconName, string];

/** How each state of the product looks, in one place. */
const kStates: Record<string, Look> = {
  active: ["good", "check", "Active"],
  expired: ["quiet", "clock", "Expired"],
  revoked: ["bad", "ban", "Revoked"],
  pending: ["quiet", "clock", "Pending"],
  processing: ["info", "renew", "Processing"],
  issued: ["info", "certificate", "Issued"],
  deploying: ["info", "upload", "Deploying"],
  complete: ["good", "check", "Complete"],
  failed: ["bad", "x", "Failed"],
  open: ["bad", "alert", "Open"],
  acknowledged: ["warn", "eye", "Acknowledged"],
  resolved: ["good", "check", "Resolved"],
  info: ["info", "info", "Info"],
  warning: ["warn", "alert", "Warning"],
  critical: ["bad", "alert", "Critical"],
  success: ["good", "check", "Success"],
  failure: ["bad", "x", "Failure"],
  invalid: ["bad", "x", "Invalid"],
  unusable: ["bad", "key", "Unusable"],
  retired: ["quiet", "ban", "Retired"],
  deactivated: ["quiet", "ban", "Deactivated"],
  enabled: ["good", "check", "Enabled"],
  disabled: ["quiet", "ban", "Disabled"],
  inactive: ["quiet", "ban", "Inactive"],
  running: ["info", "renew", "Running"],
  cancelled: ["quiet", "ban", "Cancelled"],
  pass: ["good", "check", "Pass"],
  warn: ["warn", "alert", "Warning"],
  fail: ["bad", "x", "Blocked"],
  waived: ["info", "bookmark", "Waived"],
  hard: ["bad", "ban", "Hard fail"],
  soft: ["warn", "alert", "Soft fail"],
};

/** A state of the API by its name there; one that is new to us is shown as it is. */
export function Status({ state }: { state: string }) {
  const [tone, icon, text] = kStates[state] ?? (["quiet", "info", state] as const);
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

export function Tag({ children }: { children: ReactNode }) {
  return <span className="tag">{children}</span>;
}
