import { isStatus } from "~/api/problem";
import { Button } from "./button";
import { Notice, ProblemNotice } from "./notice";

/** A refused change. Where somebody else was faster, the way on: their version under what was entered here. */
export function ChangeProblem({
  error,
  shown,
  onReload,
}: {
  error: unknown;
  shown?: string[];
  onReload: () => unknown;
}) {
  if (!isStatus(error, 412)) return <ProblemNotice error={error} shown={shown} />;
  return (
    <Notice tone="bad" title="Somebody else has changed this in the meantime">
      <div>Nothing was saved. What you changed stays; load the newest version beneath it, look, and save again.</div>
      <div className="row">
        <Button small icon="renew" onClick={onReload}>
          Load the newest version
        </Button>
      </div>
    </Notice>
  );
}
