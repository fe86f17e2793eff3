import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";

/** What each rule of each policy said, those that objected first. */
export function PolicyFindings({
  findings,
  fills = [],
}: {
  findings: Schema<"PolicyFinding">[];
  fills?: Schema<"PolicyDecision">["fills"];
}) {
  const weight = { fail: 0, warn: 1, waived: 2, pass: 3 };
  const sorted = [...findings].sort((a, b) => weight[a.outcome] - weight[b.outcome]);
  return (
    <ul className="findings">
      {sorted.map((finding) => (
        <li key={`${finding.policy_id} ${finding.rule} ${finding.input}`}>
          <div className="row row-between">
            <strong>{finding.policy_name}</strong>
            <Status state={finding.outcome} />
          </div>
          <div className="secondary">{finding.message || finding.policy_description}</div>
          <div className="muted mono">{finding.rule}</div>
        </li>
      ))}
      {fills.map((fill) => (
        <li key={fill.policy_id + fill.field}>
          Filled in: {fill.field} = {fill.value}
        </li>
      ))}
    </ul>
  );
}
