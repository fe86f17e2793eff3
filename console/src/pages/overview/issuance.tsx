import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { count, utcDate } from "~/design/time";
import { type Category, Columns, type Segment } from "~/pictures/columns";
import { Figure } from "~/pictures/figure";
import { countOf, inTurn } from "./counts";

type Bucket = Schema<"Bucket">;

const kWeeks = 12;
const kLabel = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

const asked = (types: string[]): Schema<"CertificateCondition"> => ({
  field: "requester_type",
  operator: "in",
  value: types,
});

/** The ways in which certificates come to be here. */
const kPaths = [
  { name: "Console and API", fill: "fill-1", when: asked(["user", "service_account", "courier"]) },
  { name: "ACME", fill: "fill-2", when: asked(["acme_client"]) },
  { name: "By schedule", fill: "fill-5", when: asked(["system"]) },
];
const kFailed = { name: "Failed orders", fill: "fill-4" };

async function failedIn(bucket: Bucket): Promise<number> {
  const page = await body(
    api.GET("/api/v1/orders", {
      params: {
        query: {
          status: ["failed"],
          submitted_after: bucket.from ?? undefined,
          submitted_before: bucket.to ?? undefined,
          limit: 1,
          include_total: true,
        },
      },
    }),
  );
  return page.total ?? 0;
}

async function load(seesOrders: boolean): Promise<Category[]> {
  const statistics = await body(
    api.GET("/api/v1/stats/issuance", {
      params: { query: { interval: "week", periods: kWeeks, source: ["managed"] } },
    }),
  );
  const { buckets } = statistics;
  const pairs = buckets.flatMap((bucket) => kPaths.map((path) => ({ bucket, condition: path.when })));
  const conditionOf = (bucket: Bucket, when: Schema<"CertificateCondition">) =>
    ({ and: [bucket.filter, when] }) as Schema<"CertificateCondition">;
  const counts = await inTurn(pairs, ({ bucket, condition }) =>
    bucket.count > 0 ? countOf(conditionOf(bucket, condition)) : 0,
  );
  const failed = seesOrders ? await inTurn(buckets, failedIn) : [];
  return buckets.map((bucket, week) => {
    const from = bucket.from ?? bucket.name;
    const title = `Week of ${utcDate(from)}`;
    const issued: Segment[] = kPaths.map((path, index) => ({
      name: path.name,
      fill: path.fill,
      value: counts[week * kPaths.length + index] ?? 0,
      link: {
        to: "/certificates",
        search: { filter: JSON.stringify(conditionOf(bucket, path.when)), title: `${title}: ${path.name}` },
      },
    }));
    const refused: Segment[] = [
      { ...kFailed, value: failed[week] ?? 0, link: { to: "/orders", search: { status: "failed" } } },
    ];
    return {
      key: from,
      label: kLabel.format(new Date(from)),
      title,
      columns: seesOrders ? [issued, refused] : [issued],
    };
  });
}

export function IssuancePanel() {
  const seesOrders = useRight("ReadOrders");
  const issuance = useQuery({
    queryKey: ["stats", "issuance", seesOrders],
    queryFn: () => load(seesOrders),
    staleTime: 300_000,
  });
  const categories = issuance.data ?? [];
  const any = categories.some((one) => one.columns.flat().some((segment) => segment.value > 0));
  const series = seesOrders ? [...kPaths, kFailed] : kPaths;
  return (
    <Panel title="Issued and failed" lead="By the week and the way in which they were asked for.">
      <ProblemNotice error={issuance.error} onRetry={() => issuance.refetch()} />
      {issuance.isPending && <Loading rows={6} />}
      {issuance.data && !any && (
        <Empty icon="chart" title="Nothing was issued in twelve weeks">
          Each week gets a column for what was issued and one for what failed.
        </Empty>
      )}
      {issuance.data && any && (
        <Figure
          caption="Weeks begin on Monday, in UTC; the last one is not over. Failed are orders that were accepted and did not end in a certificate."
          legend={series}
          figures={{
            headers: ["Week of", ...series.map((one) => one.name)],
            rows: categories.map((one) => ({
              key: one.key,
              cells: [utcDate(one.key), ...one.columns.flat().map((segment) => count(segment.value))],
            })),
          }}
        >
          <Columns categories={categories} label="Certificates issued and orders failed by week" />
        </Figure>
      )}
    </Panel>
  );
}
