import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { CopyBlock } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { Notice, ProblemNotice } from "~/design/notice";
import { count, plural } from "~/design/time";
import { Broken, checkLinks } from "./chain";

type Event = Schema<"AuditEvent">;

/** Reads the whole log, newest first, telling how far it is. */
async function readAll(progress: (records: number) => void) {
  const head = await body(api.GET("/api/v1/audit-log/head"));
  const events: Event[] = [];
  let cursor: string | undefined;
  do {
    const page = await body(api.GET("/api/v1/audit-events", { params: { query: { limit: 200, cursor } } }));
    events.push(...page.items);
    progress(events.length);
    cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
  } while (cursor);
  // What was recorded since the head was asked for is newer than it.
  return checkLinks(
    events.filter((event) => event.sequence <= head.sequence),
    head,
  );
}

export function VerifyDialog({ onClose }: { onClose: () => void }) {
  const [read, setRead] = useState(0);
  const verify = useMutation({ mutationFn: () => readAll(setRead) });
  const broken = verify.error instanceof Broken ? verify.error : undefined;
  return (
    <Dialog
      title="Verify the audit log"
      onClose={onClose}
      onSubmit={() => verify.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={verify.isPending} data-autofocus>
            Check the chain
          </Button>
        </>
      }
    >
      <p>
        Each record carries the hash of the one before it, so that none can be changed or taken out unseen. This reads
        all that you may see and checks in the browser that every link holds.
      </p>
      <div aria-live="polite">
        {verify.isPending && <p>{plural(read, "record")} read.</p>}
        {verify.data && (
          <Notice tone="good" title="The chain is whole">
            {count(verify.data.records)} records, from {count(verify.data.from)} to {count(verify.data.to)}, each with
            the hash of the one before it.
          </Notice>
        )}
      </div>
      {broken && (
        <Notice tone="bad" title={`The chain is broken at record ${broken.sequence}`}>
          {broken.message}
        </Notice>
      )}
      {!broken && <ProblemNotice error={verify.error} />}
      <div className="field">
        <span className="field-label">Check the content of every record too, at the server</span>
        <CopyBlock text="chancery audit verify" label="command" />
      </div>
    </Dialog>
  );
}
