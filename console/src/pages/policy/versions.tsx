import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Loading } from "~/design/surfaces";
import { Time } from "~/design/time";
import { Moment, Timeline } from "~/design/timeline";
import { type Policy, written } from "~/pages/policies/data";
import { diffLines } from "./diff";

const textOf = (policy: Policy) => JSON.stringify(written(policy), null, 2);
const kClasses: Record<string, string> = { "-": "diff-gone", "+": "diff-new", "…": "diff-skip" };

export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = diffLines(before, after);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard.
    <ul className="diff-lines" aria-label={label} tabIndex={0}>
      {lines.map((line) => (
        <li key={line.key} className={kClasses[line.sign]}>
          <span className="diff-sign" aria-hidden="true">
            {line.sign}
          </span>
          {line.sign === "-" ? <del>{line.text}</del> : line.sign === "+" ? <ins>{line.text}</ins> : line.text}
        </li>
      ))}
    </ul>
  );
}

/** Every version, the newest first, with what it changed. */
export function Versions({ id }: { id: string }) {
  const list = useEndless<Policy>(["policies", "versions", id], (cursor) =>
    body(api.GET("/api/v1/policies/{id}/versions", { params: { path: { id }, query: { limit: 50, cursor } } })),
  );
  const versions = list.rows.toSorted((a, b) => b.version - a.version);
  return (
    <div className="stack">
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending && <Loading />}
      <Timeline>
        {versions.map((version, index) => {
          const before = versions[index + 1];
          return (
            <Moment
              key={version.version}
              icon={version.version === 1 ? "plus" : "edit"}
              tone={index === 0 ? "info" : "quiet"}
              title={
                <span className="row">
                  <strong>Version {version.version}</strong>
                  <span className="muted">
                    <Time at={version.updated_at} />
                  </span>
                </span>
              }
            >
              {before ? (
                <Diff
                  before={textOf(before)}
                  after={textOf(version)}
                  label={`What version ${version.version} changed`}
                />
              ) : version.version === 1 ? (
                "How it began."
              ) : (
                "The version before it is not loaded."
              )}
            </Moment>
          );
        })}
      </Timeline>
      {list.hasNextPage && (
        <div className="row">
          <Button busy={list.isFetchingNextPage} onClick={list.more}>
            Older versions
          </Button>
        </div>
      )}
    </div>
  );
}
