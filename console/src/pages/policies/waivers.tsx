import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, tagged } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { Segmented } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import { policiesQuery } from "./data";
import { WaiverDialog } from "./waiver_dialog";

type Waiver = Schema<"PolicyWaiver">;

const kStates = [
  ["active", "In force"],
  ["expired", "Run out"],
  ["revoked", "Taken back"],
] as const;

function For({ waiver }: { waiver: Waiver }) {
  if (waiver.certificate_id) {
    return (
      <Link to="/certificates/$id" params={{ id: waiver.certificate_id }}>
        Renewals of a certificate
      </Link>
    );
  }
  if (waiver.order_id) {
    return (
      <Link to="/orders/$id" params={{ id: waiver.order_id }}>
        Resubmissions of an order
      </Link>
    );
  }
  return <span className="break">{waiver.subject_alternative_names.map((name) => name.value).join(", ")}</span>;
}

function TakeBackDialog({ waiver, onClose }: { waiver: Waiver; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: waiver.id };
  const current = useQuery({
    queryKey: ["changes", "policy-waivers", waiver.id],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/policy-waivers/{id}", { params: { path } })),
  });
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/policy-waivers/{id}", {
        params: { path, header: { "If-Match": current.data?.etag ?? "" } },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["policy-waivers"] });
      toast("The waiver is taken back.");
      onClose();
    },
  });
  const reload = async () => {
    await current.refetch();
    remove.reset();
  };
  return (
    <Dialog
      title="Take the waiver back"
      onClose={onClose}
      onSubmit={() => remove.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={remove.isPending} disabled={!current.data}>
            Take back
          </Button>
        </>
      }
    >
      <ChangeProblem error={remove.error} onReload={reload} />
      <ProblemNotice error={current.error} />
      <p>
        From now on <span className="mono">{waiver.rule}</span> has to be met again. What was issued under the waiver
        stays as it is.
      </p>
    </Dialog>
  );
}

export function WaiverList() {
  const [search, change] = useSearchMembers();
  const mayManage = useRight("ManagePolicyWaivers");
  const policies = useQuery(policiesQuery);
  const [open, setOpen] = useState<"new" | Waiver>();
  const state = kStates.find(([name]) => name === search.state)?.[0] ?? "active";
  const list = useEndless<Waiver>(["policy-waivers", "list", state], (cursor) =>
    body(api.GET("/api/v1/policy-waivers", { params: { query: { limit: 100, cursor, state } } })),
  );
  const columns: Column<Waiver>[] = [
    {
      id: "rule",
      header: "Rule",
      primary: true,
      cell: (waiver) => (
        <>
          <span className="mono">{waiver.rule}</span>
          <span className="cell-sub">
            {policies.data?.find((one) => one.id === waiver.policy_id)?.name ?? "A policy that was retired"}
          </span>
        </>
      ),
    },
    { id: "for", header: "For", cell: (waiver) => <For waiver={waiver} /> },
    { id: "reason", header: "Reason", cell: (waiver) => <span className="break">{waiver.reason}</span> },
    { id: "by", header: "Approved by", cell: (waiver) => waiver.approved_by.name },
    {
      id: "until",
      header: state === "revoked" ? "Taken back" : "Until",
      fit: true,
      cell: (waiver) => <Time at={waiver.revoked_at ?? waiver.expires_at} as="date" />,
    },
    { id: "state", header: "State", fit: true, cell: (waiver) => <Status state={waiver.state} /> },
  ];
  if (mayManage && state === "active") {
    columns.push({
      id: "actions",
      header: "Actions",
      fit: true,
      cell: (waiver) => (
        <Button small onClick={() => setOpen(waiver)}>
          Take back<span className="visually-hidden"> the waiver of {waiver.rule}</span>
        </Button>
      ),
    });
  }
  const add = mayManage && (
    <Button icon="plus" onClick={() => setOpen("new")} disabled={!policies.data?.length}>
      Approve a waiver
    </Button>
  );
  return (
    <div className="stack">
      <div className="toolbar row-between">
        <Segmented
          label="State"
          value={state}
          options={kStates}
          onChange={(next) => change({ state: next === "active" ? "" : next })}
        />
        {add}
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading rows={5} />
      ) : (
        <Table
          caption="Policy waivers"
          columns={columns}
          rows={list.rows}
          rowKey={(waiver) => waiver.id}
          tall
          onEnd={list.more}
          empty={
            <Empty icon="bookmark" title={state === "active" ? "No waiver is in force" : "None"}>
              A waiver lets one request past one rule, for a time and with a reason: a printer that cannot store larger
              keys, until it is replaced. Nobody can approve one for themselves.
            </Empty>
          }
        />
      )}
      {open === "new" && <WaiverDialog policies={policies.data ?? []} onClose={() => setOpen(undefined)} />}
      {open && open !== "new" && <TakeBackDialog waiver={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
