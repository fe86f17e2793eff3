import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { count, utcDate } from "~/design/time";
import { type Category, Columns, type Segment } from "~/pictures/columns";
import { Figure } from "~/pictures/figure";

type Path = Schema<"PathPart">["name"];

const kWeeks = { interval: "week", periods: 12 } as const;
const kLabel = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

/** The ways in which certificates come to be here. */
const kPaths: Partial<Record<Path, { name: string; fill: string }>> = {
  console_and_api: { name: "Console and API", fill: "fill-1" },
  acme: { name: "ACME", fill: "fill-2" },
  schedule: { name: "By schedule", fill: "fill-5" },
};
const kFailed = { name: "Failed orders", fill: "fill-4" };

function issuedIn(bucket: Schema<"Bucket">, title: string): Segment[] {
  return (bucket.parts ?? []).flatMap((part) => {
    const path = kPaths[part.name];
    if (!path) return [];
    const search = { filter: JSON.stringify(part.filter), title: `${title}: ${path.name}` };
    return [{ ...path, value: part.count, link: { to: "/certificates", search } }];
  });
}

/** Orders that ended without a certificate, and the list of them. */
function failedIn(bucket: Schema<"OrderBucket"> | undefined): Segment[] {
  const failed = bucket?.parts.find((part) => part.name === "failed");
  if (!failed) return [{ ...kFailed, value: 0 }];
  const { status, submitted_after, submitted_before } = failed.query;
  const search = { status: status?.join(",") ?? "", submitted_after, submitted_before };
  return [{ ...kFailed, value: failed.count, link: { to: "/orders", search } }];
}

async function load(seesOrders: boolean): Promise<Category[]> {
  const [issued, orders] = await Promise.all([
    body(api.GET("/api/v1/stats/issuance", { params: { query: { ...kWeeks, by: "path", source: ["managed"] } } })),
    seesOrders ? body(api.GET("/api/v1/stats/orders", { params: { query: kWeeks } })) : undefined,
  ]);
  return issued.buckets.map((bucket) => {
    const from = bucket.from ?? bucket.name;
    const title = `Week of ${utcDate(from)}`;
    const columns = [issuedIn(bucket, title)];
    if (orders) columns.push(failedIn(orders.buckets.find((one) => one.name === bucket.name)));
    return { key: from, label: kLabel.format(new Date(from)), title, columns };
  });
}

export function IssuancePanel() {
  const seesOrders = useRight("ReadOrders");
  const issuance = useQuery({
    queryKey: ["stats", "issuance", seesOrders],
    queryFn: () => load(seesOrders),
  });
  const categories = issuance.data ?? [];
  const any = categories.some((one) => one.columns.flat().some((segment) => segment.value > 0));
  const series = [...Object.values(kPaths), ...(seesOrders ? [kFailed] : [])];
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
