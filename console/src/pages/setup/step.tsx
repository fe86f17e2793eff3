import { type ReactNode, useId } from "react";
import { Badge } from "~/design/badge";
import { ProblemNotice } from "~/design/notice";

export function Step({
  title,
  done,
  lead,
  error,
  children,
}: {
  title: string;
  done: boolean;
  lead: string;
  error?: unknown;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <li className="step panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {done && (
          <Badge tone="good" icon="check">
            Done
          </Badge>
        )}
      </div>
      <p className="panel-lead">{lead}</p>
      <div className="panel-body stack">
        <ProblemNotice error={error} />
        {children}
      </div>
    </li>
  );
}
