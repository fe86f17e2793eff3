import type { Schema } from "~/api/types";
import { Notice } from "~/design/notice";
import { plural } from "~/design/time";
import { PolicyFindings } from "~/pages/order/findings";

/** What the policies would say, before anything is ordered. */
export function PolicyCheck({ evaluation }: { evaluation: Schema<"PolicyEvaluation"> }) {
  const { blocked, warning_count: warnings, decision } = evaluation;
  const title = blocked
    ? "A policy would block this request"
    : warnings > 0
      ? `It would be issued with ${plural(warnings, "warning")}`
      : "No policy objects";
  return (
    <Notice tone={blocked ? "bad" : warnings > 0 ? "warn" : "good"} title={title}>
      {decision.findings.length > 0 && <PolicyFindings findings={decision.findings} fills={decision.fills} />}
    </Notice>
  );
}
