import { Link, useNavigate } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, Time } from "~/design/time";

type Replay = Schema<"PolicyReplay">;

const sum = (replay: Replay, name: "examined" | "blocked" | "warned") =>
  replay.findings.certificates[name] + replay.findings.orders[name];

const kColumns: Column<Replay>[] = [
  {
    id: "policy",
    header: "Policy",
    primary: true,
    cell: (replay) => (
      <>
        <Link to="/policy-replays/$id" params={{ id: replay.id }}>
          {replay.policy.name}
        </Link>
        <span className="cell-sub">{replay.policy_id ? `Version ${replay.policy_version}` : "A draft"}</span>
      </>
    ),
  },
  { id: "state", header: "State", fit: true, cell: (replay) => <Status state={replay.state} /> },
  { id: "examined", header: "Examined", fit: true, end: true, cell: (replay) => count(sum(replay, "examined")) },
  { id: "blocked", header: "Would block", fit: true, end: true, cell: (replay) => count(sum(replay, "blocked")) },
  { id: "warned", header: "Would warn", fit: true, end: true, cell: (replay) => count(sum(replay, "warned")) },
  { id: "by", header: "By", cell: (replay) => replay.requested_by.name },
  { id: "at", header: "Started", fit: true, cell: (replay) => <Time at={replay.created_at} as="relative" /> },
];

export function ReplayList() {
  const navigate = useNavigate();
  const list = useEndless<Replay>(["policy-replays", "list"], (cursor) =>
    body(api.GET("/api/v1/policy-replays", { params: { query: { limit: 50, cursor } } })),
  );
  if (list.isPending) return <Loading rows={5} />;
  return (
    <>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      <Table
        caption="Policy replays"
        columns={kColumns}
        rows={list.rows}
        rowKey={(replay) => replay.id}
        onOpen={(replay) => void navigate({ to: "/policy-replays/$id", params: { id: replay.id } })}
        tall
        onEnd={list.more}
        empty={
          <Empty icon="renew" title="No policy was replayed yet">
            A replay runs a policy, or a draft of one, over the inventory and the orders of the last days, and says what
            it would have blocked. Start one on a policy’s page or while you write it.
          </Empty>
        }
      />
    </>
  );
}
