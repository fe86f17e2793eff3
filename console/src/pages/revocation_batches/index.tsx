import { Link, useNavigate } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import type { Schema } from "~/api/types";
import { Badge, Status } from "~/design/badge";
import { LinkButton } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, plural, Time } from "~/design/time";

type Batch = Schema<"RevocationBatchSummary">;

export function BatchState({ state }: { state: Batch["status"] }) {
  if (state !== "previewed") return <Status state={state} />;
  return (
    <Badge tone="warn" icon="clock">
      Not confirmed yet
    </Badge>
  );
}

const kColumns: Column<Batch>[] = [
  {
    id: "count",
    header: "Batch",
    primary: true,
    cell: (batch) => (
      <Link to="/revocation-batches/$id" params={{ id: batch.id }}>
        {plural(batch.count, "certificate")}
      </Link>
    ),
  },
  { id: "state", header: "State", fit: true, cell: (batch) => <BatchState state={batch.status} /> },
  { id: "reason", header: "Reason", fit: true, cell: (batch) => batch.reason },
  { id: "by", header: "By", cell: (batch) => batch.requested_by.name },
  { id: "at", header: "Begun", fit: true, cell: (batch) => <Time at={batch.created_at} /> },
];

export default function RevocationBatchesPage() {
  const navigate = useNavigate();
  const list = useEndless<Batch>(["revocation-batches", "list"], (cursor) =>
    body(api.GET("/api/v1/revocation-batches", { params: { query: { limit: 100, cursor, include_total: !cursor } } })),
  );
  return (
    <Page
      title="Revocation batches"
      lead="Many certificates revoked with one code. Each batch keeps what became of every one of them."
    >
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading rows={5} />
      ) : (
        <Table
          caption="Revocation batches"
          columns={kColumns}
          rows={list.rows}
          rowKey={(batch) => batch.id}
          onOpen={(batch) => void navigate({ to: "/revocation-batches/$id", params: { id: batch.id } })}
          tall
          onEnd={list.more}
          empty={
            <Empty
              icon="ban"
              title="No batch yet"
              actions={<LinkButton to="/certificates">Go to the certificates</LinkButton>}
            >
              Mark certificates in the list, or filter it and mark all that match; then revoke them together.
            </Empty>
          }
          foot={list.total !== undefined && list.total > 0 && `${count(list.total)} in all`}
        />
      )}
    </Page>
  );
}
