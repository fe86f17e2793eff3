import { useNavigate } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { LinkButton } from "~/design/button";
import { Chip, FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { RowLink } from "~/design/row_link";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, duration, plural, Time, utcDate } from "~/design/time";
import { kKinds, kTypes, requesterText } from "./words";

type Order = Schema<"OrderSummary">;

const kStatuses = [
  ["", "Any status"],
  ["pending,processing,issued,deploying", "Under way"],
  ["complete", "Complete"],
  ["failed", "Failed"],
] as const;

/** The product's five columns; when it was asked for stands below the name. */
const kColumns: Column<Order>[] = [
  {
    id: "common_name",
    header: "Common Name",
    primary: true,
    cell: (order) => (
      <>
        <RowLink to={`/orders/${order.id}`} title={order.common_name}>
          {order.common_name || "No name"}
        </RowLink>
        <span className="cell-sub">
          <Time at={order.submitted_at} as="relative" />
          {order.kind === "renewal" && ", a renewal"}
        </span>
      </>
    ),
  },
  { id: "order_type", header: "Order Type", fit: true, cell: (order) => kTypes[order.order_type] },
  { id: "status", header: "Status", fit: true, cell: (order) => <Status state={order.status} /> },
  {
    id: "requested_by",
    header: "Requested By",
    cell: (order) => <span className="cell-clip">{requesterText(order.requested_by)}</span>,
  },
  {
    id: "duration",
    header: "Duration",
    fit: true,
    end: true,
    cell: (order) =>
      order.duration_ms === null ? <span className="muted">Under way</span> : duration(order.duration_ms),
  },
];

/** The span of a picture's column; its ends are those of the API, which lists what lies between. */
function spanText(after: string, before: string) {
  const first = after && utcDate(new Date(new Date(after).getTime() + 1));
  const last = before && utcDate(new Date(new Date(before).getTime() - 1));
  return `Submitted${first && ` from ${first}`}${last && ` to ${last}`}`;
}

export default function OrdersPage() {
  const [search, change] = useSearchMembers();
  const navigate = useNavigate();
  const mayRequest = useRight("RequestCertificates");
  const seesAll = useRight("ReadAllOrders");
  const status = search.status ?? "";
  const type = search.type ?? "";
  const kind = search.kind ?? "";
  const after = search.submitted_after ?? "";
  const before = search.submitted_before ?? "";
  const list = useEndless<Order>(["orders", "list", status, type, kind, after, before], (cursor) =>
    body(
      api.GET("/api/v1/orders", {
        params: {
          query: {
            limit: 100,
            cursor,
            include_total: !cursor,
            status: status ? (status.split(",") as Schema<"OrderStatus">[]) : undefined,
            order_type: (type || undefined) as Order["order_type"] | undefined,
            kind: (kind || undefined) as Order["kind"] | undefined,
            submitted_after: after || undefined,
            submitted_before: before || undefined,
          },
        },
      }),
    ),
  );
  const filtered = Boolean(status || type || kind || after || before);
  return (
    <Page
      title="Orders"
      lead={
        seesAll
          ? "Every request for a certificate, from any pathway, and what became of it."
          : "Your requests for certificates, and what became of them."
      }
      actions={
        mayRequest && (
          <LinkButton to="/certificates/new" look="primary" icon="plus">
            Request New Certificate
          </LinkButton>
        )
      }
    >
      <div className="stack">
        <div className="toolbar">
          <FilterSelect
            label="Status"
            value={status}
            options={kStatuses}
            onChange={(value) => change({ status: value })}
          />
          <FilterSelect
            label="Order type"
            value={type}
            options={[["", "Any type"], ...Object.entries(kTypes)]}
            onChange={(value) => change({ type: value })}
          />
          <FilterSelect
            label="Kind"
            value={kind}
            options={[["", "New and renewed"], ...Object.entries(kKinds)]}
            onChange={(value) => change({ kind: value })}
          />
          {(after || before) && (
            <Chip
              text={spanText(after, before)}
              onRemove={() => change({ submitted_after: "", submitted_before: "" })}
            />
          )}
        </div>
        <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
        {!list.error && (
          <Table
            caption="Orders"
            tall
            columns={kColumns}
            rows={list.rows}
            rowKey={(order) => order.id}
            onOpen={(order) => navigate({ to: "/orders/$id", params: { id: order.id } })}
            onEnd={list.more}
            empty={
              list.isPending ? (
                <div className="panel-body">
                  <Loading rows={8} />
                </div>
              ) : (
                <Empty icon="order" title={filtered ? "No order matches" : "No orders yet"}>
                  {filtered
                    ? "Change the filters above to see others."
                    : "An order is kept for every request, also for one that failed, so that it can be looked into and sent again."}
                </Empty>
              )
            }
            foot={
              list.rows.length > 0 && (
                <span>{list.total === undefined ? count(list.rows.length) : plural(list.total, "order")}</span>
              )
            }
          />
        )}
      </div>
    </Page>
  );
}
