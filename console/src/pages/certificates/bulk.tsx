import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { count, plural } from "~/design/time";
import type { Condition } from "./filters";

/** Some rows by their ids, or everything that a condition finds and how many that were. */
export type Target = { ids: string[] } | { filter: Condition; total: number };

export const sizeOf = (target: Target) => ("ids" in target ? target.ids.length : target.total);

const words = (text: string) =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

/** The operation is a job of the server: asked for until it is complete, and shown with what failed and why. */
function Progress({ id }: { id: string }) {
  const operation = useQuery({
    queryKey: ["batch-operations", id],
    queryFn: () => body(api.GET("/api/v1/certificates/batch-operations/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.status === "complete" ? false : 500),
  });
  const failed = useQuery({
    queryKey: ["batch-operations", id, "failed"],
    enabled: operation.data?.status === "complete" && operation.data.failed > 0,
    queryFn: () =>
      body(
        api.GET("/api/v1/certificates/batch-operations/{id}/items", {
          params: { path: { id }, query: { outcome: "failed", limit: 20 } },
        }),
      ),
  });
  const now = operation.data;
  if (operation.error) return <ProblemNotice error={operation.error} />;
  if (!now) return null;
  return (
    <div className="stack" aria-live="polite">
      <progress max={now.total} value={now.succeeded + now.failed} aria-label="Certificates that are done" />
      <p>
        {count(now.succeeded + now.failed)} of {plural(now.total, "certificate")} done
        {now.failed > 0 && `, ${count(now.failed)} failed`}.
      </p>
      {now.status === "complete" && now.failed === 0 && <Notice tone="good">All of them are changed.</Notice>}
      {failed.data && (
        <Notice tone="bad" title={`${plural(now.failed, "certificate")} could not be changed`}>
          <ul>
            {failed.data.items.map((item) => (
              <li key={item.number}>
                <span className="mono">{item.certificate_id}</span>: {item.detail}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

export function BulkDialog({ target, onClose, onDone }: { target: Target; onClose: () => void; onDone: () => void }) {
  const client = useQueryClient();
  const [add, setAdd] = useState("");
  const [remove, setRemove] = useState("");
  const [group, setGroup] = useState("");
  const keyFor = useIdempotencyKey();
  const start = useMutation({
    mutationFn: () => {
      const change: Schema<"BatchChange"> = {};
      if (add) change.add_tags = words(add);
      if (remove) change.remove_tags = words(remove);
      if (group) change.owner = { type: "group", name: group };
      const of =
        "ids" in target ? { certificate_ids: target.ids } : { filter: target.filter, expected_count: target.total };
      const request = { ...of, change };
      const header = { "Idempotency-Key": keyFor(request) };
      return body(api.POST("/api/v1/certificates/batch-operations", { params: { header }, body: request }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["tags"] }),
  });
  const size = plural(sizeOf(target), "certificate");
  const close = () => {
    if (start.data) {
      void client.invalidateQueries({ queryKey: ["certificates"] });
      onDone();
    }
    onClose();
  };
  return (
    <Dialog
      title={`Change ${size}`}
      onClose={close}
      onSubmit={() => start.mutate()}
      footer={
        start.data ? (
          <Button onClick={close}>Close</Button>
        ) : (
          <>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" look="primary" busy={start.isPending} disabled={!add && !remove && !group}>
              Change {size}
            </Button>
          </>
        )
      }
    >
      <ProblemNotice error={start.error} />
      {start.data ? (
        <Progress id={start.data.id} />
      ) : (
        <>
          <TextField
            label="Add tags"
            optional
            hint="Separated by commas."
            data-autofocus
            value={add}
            onChange={(event) => setAdd(event.target.value)}
          />
          <TextField label="Remove tags" optional value={remove} onChange={(event) => setRemove(event.target.value)} />
          <TextField
            label="Owner"
            optional
            hint="A group or team, by name."
            value={group}
            onChange={(event) => setGroup(event.target.value)}
          />
        </>
      )}
    </Dialog>
  );
}
