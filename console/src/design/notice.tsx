import type { ReactNode } from "react";
import { ApiError, messageOf } from "~/api/problem";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";

export type Tone = "info" | "good" | "warn" | "bad";

const kIcons: Record<Tone, IconName> = { info: "info", good: "check", warn: "alert", bad: "alert" };

export function Notice({ tone = "info", title, children }: { tone?: Tone; title?: string; children?: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={kIcons[tone]} />
      <div className="notice-body">
        {title && <div className="notice-title">{title}</div>}
        {children}
      </div>
    </div>
  );
}

/** What a person can do about an answer, where that is not plain from its text. */
function advice(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return "Nothing is known to have been changed. Try again once the server answers.";
  if (error.status === 412) return "Somebody else changed this in the meantime. Load it again and repeat the change.";
  if (error.status === 429 && error.retryAfterSeconds) return `Try again in ${error.retryAfterSeconds} seconds.`;
  return undefined;
}

/**
 * A refusal in the server's own words. `shown` are the pointers of fields that show their part of it themselves; the
 * others are listed here, so that no error is lost.
 */
export function ProblemNotice({
  error,
  shown = [],
  title,
  onRetry,
}: {
  error: unknown;
  shown?: string[];
  title?: string;
  onRetry?: () => void;
}) {
  if (!error) return null;
  const problem = error instanceof ApiError ? error.problem : undefined;
  const others = (problem?.errors ?? []).filter((one) => !shown.includes(one.pointer));
  const more = advice(error);
  return (
    <Notice tone="bad" title={title ?? problem?.title}>
      <div>{messageOf(error)}</div>
      {others.length > 0 && (
        <ul>
          {others.map((one) => (
            <li key={one.pointer + one.code}>
              <span className="mono">{one.pointer}</span> {one.detail}
            </li>
          ))}
        </ul>
      )}
      {problem?.names && problem.names.length > 0 && (
        <ul>
          {problem.names.map((name) => (
            <li key={name.type + name.value}>
              <strong>{name.value}</strong>: {name.detail}
            </li>
          ))}
        </ul>
      )}
      {more && <div>{more}</div>}
      {problem && (
        <div className="muted">
          {problem.code} · request <span className="mono">{problem.request_id}</span>
        </div>
      )}
      {onRetry && (
        <div className="row">
          <Button small icon="renew" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </Notice>
  );
}
