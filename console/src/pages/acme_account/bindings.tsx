import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, tagged } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useIdempotencyKey } from "~/api/idempotency";
import { useRight } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { CheckField, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";

type Binding = Schema<"AcmeBinding">;

function AddDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [value, setValue] = useState("");
  const [subdomains, setSubdomains] = useState(false);
  const [wildcard, setWildcard] = useState(false);
  const isIp = value.includes(":") || /^\d+(\.\d+){3}$/.test(value.trim());
  const add = useMutation({
    mutationFn: () => {
      const wanted: Schema<"AcmeBindingCreate"> = {
        type: isIp ? "ip" : "dns",
        value: value.trim(),
        ...(isIp ? {} : { allow_subdomains: subdomains, allow_wildcard: wildcard }),
      };
      return body(
        api.POST("/api/v1/acme-accounts/{id}/bindings", {
          params: { path: { id }, header: { "Idempotency-Key": keyFor(wanted) } },
          body: wanted,
        }),
      );
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["acme-bindings"] });
      toast(`${made.value} is bound.`);
      onClose();
    },
  });
  const errors = add.error instanceof ApiError ? add.error.fieldErrors() : {};
  return (
    <Dialog
      title="Bind a name"
      onClose={onClose}
      onSubmit={() => add.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={add.isPending} disabled={!value.trim()}>
            Bind
          </Button>
        </>
      }
    >
      <ProblemNotice error={add.error} shown={["/value"]} />
      <TextField
        label="DNS name or address"
        mono
        data-autofocus
        placeholder="example.com"
        hint="It must lie under a registered and enabled domain."
        value={value}
        error={errors["/value"]}
        onChange={(event) => setValue(event.target.value)}
      />
      <CheckField
        label="Names below it, too"
        disabled={isIp}
        checked={subdomains && !isIp}
        onChange={(event) => setSubdomains(event.target.checked)}
      />
      <CheckField
        label="Wildcards"
        hint="*. before it and, with names below, before those."
        disabled={isIp}
        checked={wildcard && !isIp}
        onChange={(event) => setWildcard(event.target.checked)}
      />
    </Dialog>
  );
}

function Remove({ binding }: { binding: Binding }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const path = { id: binding.id };
  const remove = useMutation({
    mutationFn: async () => {
      const { etag } = await tagged(api.GET("/api/v1/acme-bindings/{id}", { params: { path } }));
      return api.DELETE("/api/v1/acme-bindings/{id}", { params: { path, header: { "If-Match": etag } } });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["acme-bindings"] });
      toast(`${binding.value} is not bound any longer.`);
      setAsking(false);
    },
  });
  return (
    <>
      <Button small onClick={() => setAsking(true)}>
        Remove<span className="visually-hidden"> {binding.value}</span>
      </Button>
      {asking && (
        <Dialog
          title={`Remove ${binding.value}`}
          onClose={() => setAsking(false)}
          onSubmit={() => remove.mutate()}
          footer={
            <>
              <Button onClick={() => setAsking(false)} data-autofocus>
                Cancel
              </Button>
              <Button type="submit" look="danger-solid" busy={remove.isPending}>
                Remove
              </Button>
            </>
          }
        >
          <ProblemNotice error={remove.error} />
          <p>The account gets no new certificates for it. Those that it has stay valid.</p>
        </Dialog>
      )}
    </>
  );
}

export function BindingsPanel({ id }: { id: string }) {
  const mayManage = useRight("ManageAcmeAccounts");
  const [adding, setAdding] = useState(false);
  const list = useEndless<Binding>(["acme-bindings", id], (cursor) =>
    body(api.GET("/api/v1/acme-accounts/{id}/bindings", { params: { path: { id }, query: { limit: 100, cursor } } })),
  );
  const columns: Column<Binding>[] = [
    { id: "value", header: "Name", primary: true, cell: (one) => <span className="mono">{one.value}</span> },
    { id: "below", header: "Names below", fit: true, cell: (one) => (one.allow_subdomains ? "Yes" : "No") },
    { id: "wildcard", header: "Wildcards", fit: true, cell: (one) => (one.allow_wildcard ? "Yes" : "No") },
    { id: "since", header: "Since", fit: true, cell: (one) => <Time at={one.created_at} as="date" /> },
  ];
  if (mayManage) columns.push({ id: "actions", header: "Actions", fit: true, cell: (one) => <Remove binding={one} /> });
  const add = mayManage && (
    <Button small icon="plus" onClick={() => setAdding(true)}>
      Bind a name
    </Button>
  );
  return (
    <Panel title="Bound names" lead="What it may have, where its server goes by bindings." actions={add} flush>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <div className="panel-body">
          <Loading />
        </div>
      ) : (
        <Table
          caption="Bound names"
          columns={columns}
          rows={list.rows}
          rowKey={(one) => one.id}
          tall
          onEnd={list.more}
          empty={
            <Empty icon="link" title="No name is bound">
              On a server that goes by bindings the account gets nothing until there is one.
            </Empty>
          }
        />
      )}
      {adding && <AddDialog id={id} onClose={() => setAdding(false)} />}
    </Panel>
  );
}
