import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import type { Schema } from "~/api/types";
import { PageFailed } from "~/app/errors";
import { useSearchMembers } from "~/app/use_search";
import { Badge } from "~/design/badge";
import { FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { Back, Code, Empty, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, plural, Time } from "~/design/time";
import { BatchState } from "~/pages/revocation_batches";

type Item = Schema<"RevocationBatchItem">;
type Result = Schema<"RevocationResult">;

const kAgain = 1000;

const kResults = [
  ["", "Any result"],
  ["revoked", "Revoked"],
  ["already_revoked", "Revoked before"],
  ["failed", "Failed"],
] as const;

function ItemResult({ item }: { item: Item }) {
  if (!item.result) {
    return (
      <Badge tone="quiet" icon="clock">
        Waits
      </Badge>
    );
  }
  const [tone, icon] = item.result === "failed" ? (["bad", "x"] as const) : (["good", "check"] as const);
  return (
    <Badge tone={tone} icon={icon}>
      {kResults.find(([name]) => name === item.result)?.[1] ?? item.result}
    </Badge>
  );
}

const kColumns: Column<Item>[] = [
  {
    id: "certificate",
    header: "Certificate",
    primary: true,
    cell: (item) => (
      <Link to="/certificates/$id" params={{ id: item.certificate_id }} className="mono">
        {item.certificate_id}
      </Link>
    ),
  },
  { id: "result", header: "Result", fit: true, cell: (item) => <ItemResult item={item} /> },
  { id: "detail", header: "Why", cell: (item) => item.detail },
  { id: "at", header: "Done", fit: true, cell: (item) => item.done_at && <Time at={item.done_at} /> },
];

export default function RevocationBatchPage() {
  const { id = "" } = useParams({ strict: false });
  const [search, change] = useSearchMembers();
  const result = (search.result ?? "") as Result | "";
  const loaded = useQuery({
    queryKey: ["revocation-batches", "one", id],
    queryFn: () => body(api.GET("/api/v1/revocation-batches/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? kAgain : false),
  });
  const batch = loaded.data;
  const list = useEndless<Item>(["revocation-batches", "items", id, result, batch?.status], (cursor) =>
    body(
      api.GET("/api/v1/revocation-batches/{id}/items", {
        params: { path: { id }, query: { limit: 100, cursor, result: result || undefined } },
      }),
    ),
  );
  const back = <Back to="/revocation-batches">Revocation batches</Back>;
  if (loaded.error && !batch) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!batch) {
    return (
      <Page title="Revocation batch" above={back}>
        <Loading rows={8} />
      </Page>
    );
  }
  const { results } = batch;
  return (
    <Page
      title={`Revocation of ${plural(batch.count, "certificate")}`}
      above={back}
      lead={
        <span className="row">
          <BatchState state={batch.status} /> by {batch.requested_by.name}
        </span>
      }
    >
      <div className="columns">
        <Panel title="Results">
          <Facts>
            <Fact name="Revoked">{count(results.revoked)}</Fact>
            <Fact name="Revoked before">{count(results.already_revoked)}</Fact>
            <Fact name="Failed">{count(results.failed)}</Fact>
            <Fact name="Not done">{count(results.pending)}</Fact>
          </Facts>
        </Panel>
        <Panel title="Batch">
          <Facts>
            <Fact name="Reason">{batch.reason}</Fact>
            <Fact name="Begun">
              <Time at={batch.created_at} />
            </Fact>
            <Fact name="To be confirmed by">{batch.status === "previewed" && <Time at={batch.expires_at} />}</Fact>
            <Fact name="Confirmed">{batch.confirmed_at && <Time at={batch.confirmed_at} />}</Fact>
            <Fact name="Complete">{batch.completed_at && <Time at={batch.completed_at} />}</Fact>
            <Fact name="Chosen by">
              <Code wrap>{JSON.stringify(batch.selection, null, 2)}</Code>
            </Fact>
          </Facts>
        </Panel>
      </div>
      <div className="toolbar">
        <FilterSelect
          label="Result"
          value={result}
          options={kResults}
          onChange={(value) => change({ result: value })}
        />
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading />
      ) : (
        <Table
          caption="Certificates of the batch"
          columns={kColumns}
          rows={list.rows}
          rowKey={(item) => String(item.position)}
          tall
          onEnd={list.more}
          empty={<Empty icon="certificate" title="None with this result" />}
        />
      )}
    </Page>
  );
}
