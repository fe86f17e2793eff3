import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { count } from "~/design/time";
import { type Category, Columns } from "~/pictures/columns";
import { Figure } from "~/pictures/figure";

type Part = Schema<"SuccessionPart">["name"];

const kLabel = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short" });
const kTitle = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });

const kSeries: Record<Part, { name: string; fill: string }> = {
  superseded: { name: "Has a successor", fill: "fill-2" },
  automatic: { name: "Renews by itself", fill: "fill-1" },
  unattended: { name: "Nobody acts", fill: "fill-4" },
};

function categoryOf({ from, parts }: Schema<"SuccessionBucket">): Category {
  const title = kTitle.format(new Date(from));
  const segments = parts.map((part) => ({
    ...kSeries[part.name],
    value: part.count,
    link: {
      to: "/certificates",
      search: {
        filter: JSON.stringify(part.filter),
        title: `Expires in ${title}: ${kSeries[part.name].name.toLowerCase()}`,
        sort: "valid_to",
      },
    },
  }));
  return { key: from, label: kLabel.format(new Date(from)), title, columns: [segments] };
}

/** What is left to somebody to do, in a sentence. */
function leadOf({ buckets, total }: Schema<"SuccessionStatistics">) {
  const parts = buckets.flatMap((bucket) => bucket.parts);
  const nobody = parts.reduce((sum, part) => sum + (part.name === "unattended" ? part.count : 0), 0);
  if (nobody > 0) return `${count(nobody)} of them will run out unless somebody renews them.`;
  return total > 0 && "Each has a successor, or something that renews it.";
}

export function HorizonPanel() {
  const horizon = useQuery({
    queryKey: ["stats", "succession"],
    queryFn: () => body(api.GET("/api/v1/stats/succession", { params: { query: { months: 12 } } })),
  });
  const categories = horizon.data?.buckets.map(categoryOf) ?? [];
  const series = Object.values(kSeries);
  return (
    <Panel title="What expires in the next twelve months" lead={horizon.data && leadOf(horizon.data)}>
      <ProblemNotice error={horizon.error} onRetry={() => horizon.refetch()} />
      {horizon.isPending && <Loading rows={6} />}
      {horizon.data?.total === 0 && (
        <Empty icon="calendar" title="Nothing expires within a year">
          Certificates that are in use and end within twelve months are counted here, month by month.
        </Empty>
      )}
      {horizon.data && horizon.data.total > 0 && (
        <Figure
          caption="Certificates in use by the month in which they end. By itself: its renewal is planned here, or an ACME client asked for it and will again. A part of a column leads to the certificates that it counts."
          legend={series}
          figures={{
            headers: ["Month", ...series.map((one) => one.name)],
            rows: categories.map((one) => ({
              key: one.key,
              cells: [one.title, ...(one.columns[0] ?? []).map((segment) => count(segment.value))],
            })),
          }}
        >
          <Columns categories={categories} label="Certificates in use by the month in which they end" />
        </Figure>
      )}
    </Panel>
  );
}
