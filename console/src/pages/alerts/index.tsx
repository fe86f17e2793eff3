import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, body, tagged } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useRight } from "~/api/me";
import { messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Segmented } from "~/design/field";
import { FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, Time } from "~/design/time";
import { toast } from "~/design/toast";

type Alert = Schema<"Alert">;
type State = Schema<"AlertState">;

const kStates = [
  ["open", "Open"],
  ["acknowledged", "Acknowledged"],
  ["resolved", "Resolved"],
] as const;

const kDone: Record<State, string> = { open: "Opened again.", acknowledged: "Acknowledged.", resolved: "Resolved." };

function Resource({ resource }: { resource: Alert["resource"] }) {
  if (resource.type === "certificate") {
    return (
      <Link to="/certificates/$id" params={{ id: resource.id }}>
        The certificate
      </Link>
    );
  }
  if (resource.type === "order") {
    return (
      <Link to="/orders/$id" params={{ id: resource.id }}>
        The order
      </Link>
    );
  }
  return <span className="muted">{resource.type.replaceAll("_", " ")}</span>;
}

/** Changes the state only if nobody else has since the alert was read. */
function useSetState() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ alert, state }: { alert: Alert; state: State }) => {
      const { etag } = await tagged(api.GET("/api/v1/alerts/{id}", { params: { path: { id: alert.id } } }));
      return body(
        api.PATCH("/api/v1/alerts/{id}", {
          params: { path: { id: alert.id }, header: { "If-Match": etag } },
          headers: { "Content-Type": "application/merge-patch+json" },
          body: { state },
        }),
      );
    },
    onSuccess: (alert) => toast(kDone[alert.state]),
    onError: (error) => toast(messageOf(error), true),
    onSettled: () => client.invalidateQueries({ queryKey: ["alerts"] }),
  });
}

function Actions({ alert }: { alert: Alert }) {
  const set = useSetState();
  const act = (state: State, text: string) => (
    <Button small busy={set.isPending && set.variables?.state === state} onClick={() => set.mutate({ alert, state })}>
      {text}
      <span className="visually-hidden"> {alert.title}</span>
    </Button>
  );
  return (
    <span className="row row-end alert-actions">
      {alert.state === "open" && act("acknowledged", "Acknowledge")}
      {alert.state !== "resolved" && act("resolved", "Resolve")}
      {alert.state === "resolved" && act("open", "Open again")}
    </span>
  );
}

function columnsFor(mayManage: boolean): Column<Alert>[] {
  const columns: Column<Alert>[] = [
    { id: "severity", header: "Severity", fit: true, cell: (alert) => <Status state={alert.severity} /> },
    {
      id: "title",
      header: "Alert",
      primary: true,
      cell: (alert) => (
        <>
          {alert.title}
          <span className="alert-detail">{alert.detail}</span>
        </>
      ),
    },
    { id: "resource", header: "About", fit: true, cell: (alert) => <Resource resource={alert.resource} /> },
    { id: "count", header: "Times", fit: true, end: true, cell: (alert) => count(alert.count) },
    { id: "last", header: "Last", fit: true, cell: (alert) => <Time at={alert.last_at} as="relative" /> },
  ];
  if (mayManage)
    columns.push({ id: "actions", header: "Actions", fit: true, cell: (alert) => <Actions alert={alert} /> });
  return columns;
}

const kNothing: Record<State, [string, string]> = {
  open: [
    "Nothing waits for you",
    "Failed orders, policy warnings, certificates and CAs that are about to expire: they come here when they happen.",
  ],
  acknowledged: ["Nothing is being looked into", "What somebody has acknowledged stays here until it is resolved."],
  resolved: ["Nothing was resolved yet", "Resolved alerts are kept. The same cause opens its alert again."],
};

export default function AlertsPage() {
  const [search, change] = useSearchMembers();
  const mayManage = useRight("ManageAlerts");
  const state = (search.state || "open") as State;
  const severity = search.severity ?? "";
  const list = useEndless<Alert>(["alerts", "list", state, severity], (cursor) =>
    body(
      api.GET("/api/v1/alerts", {
        params: {
          query: {
            limit: 100,
            cursor,
            state: [state],
            severity: severity ? [severity as Schema<"AlertSeverity">] : undefined,
          },
        },
      }),
    ),
  );
  const [title, text] = kNothing[state];
  return (
    <Page title="Alerts" lead="What a person should look at. A repeat of the same cause raises its count.">
      <div className="stack">
        <div className="toolbar">
          <Segmented label="State" value={state} options={kStates} onChange={(value) => change({ state: value })} />
          <FilterSelect
            label="Severity"
            value={severity}
            options={[
              ["", "Any severity"],
              ["critical", "Critical"],
              ["warning", "Warning"],
              ["info", "Info"],
            ]}
            onChange={(value) => change({ severity: value })}
          />
        </div>
        <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
        {!list.error && (
          <Table
            caption="Alerts"
            columns={columnsFor(mayManage)}
            rows={list.rows}
            rowKey={(alert) => alert.id}
            empty={
              list.isPending ? (
                <div className="panel-body">
                  <Loading />
                </div>
              ) : (
                <Empty icon={state === "open" ? "check" : "alert"} title={title}>
                  {text}
                </Empty>
              )
            }
            foot={
              list.hasNextPage && (
                <Button small busy={list.isFetchingNextPage} onClick={list.more}>
                  Load more
                </Button>
              )
            }
          />
        )}
      </div>
    </Page>
  );
}
