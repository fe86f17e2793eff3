import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { count } from "~/design/time";
import { type Category, Columns } from "~/pictures/columns";
import { Figure } from "~/pictures/figure";
import { countOf, inTurn } from "./counts";

type Condition = Schema<"CertificateCondition">;

const kMonths = 12;
const kLabel = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short" });
const kTitle = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });

const is = (field: string, value: string | boolean): Condition => ({ field, operator: "eq", value });

/** A key that is held here, where renewal is switched on, or an ACME client: both renew by themselves. */
function kindsOf(automatic: boolean): { name: string; fill: string; when: Condition[] }[] {
  const client = is("requester_type", "acme_client");
  const itself: Condition = automatic ? { or: [is("has_private_key", true), client] } : client;
  return [
    { name: "Has a successor", fill: "fill-2", when: [is("superseded", true)] },
    { name: "Renews by itself", fill: "fill-1", when: [is("superseded", false), itself] },
    { name: "Nobody acts", fill: "fill-4", when: [is("superseded", false), { not: itself }] },
  ];
}

const kSeries = kindsOf(true);

interface Span {
  from: Date;
  to: Date;
}

/** From now to the end of this month, then eleven whole months. */
function months(now: Date): Span[] {
  return Array.from({ length: kMonths }, (_, index) => ({
    from: index === 0 ? now : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index, 1)),
    to: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index + 1, 1)),
  }));
}

const within = ({ from, to }: Span, when: readonly Condition[]): Condition => ({
  and: [
    is("status", "active"),
    { field: "valid_to", operator: "gte", value: from.toISOString() },
    { field: "valid_to", operator: "lt", value: to.toISOString() },
    ...when,
  ],
});

/** Spans of time in which nothing expires are not asked for again in parts. */
function mayHave(statistics: Schema<"Statistics">, span: Span) {
  return statistics.buckets.some(
    (bucket) =>
      bucket.count > 0 &&
      (!bucket.from || new Date(bucket.from) < span.to) &&
      (!bucket.to || new Date(bucket.to) > span.from),
  );
}

async function load(): Promise<Category[]> {
  const [statistics, settings] = await Promise.all([
    body(api.GET("/api/v1/stats/expiry")),
    body(api.GET("/api/v1/renewal-settings")),
  ]);
  const kinds = kindsOf(settings.automatic);
  const spans = months(new Date(statistics.generated_at));
  const asked = spans.flatMap((span) => kinds.map((kind) => ({ span, condition: within(span, kind.when) })));
  const counts = await inTurn(asked, ({ span, condition }) => (mayHave(statistics, span) ? countOf(condition) : 0));
  return spans.map((span, month) => {
    const title = kTitle.format(span.from);
    return {
      key: span.from.toISOString(),
      label: kLabel.format(span.from),
      title,
      columns: [
        kinds.map((kind, index) => ({
          name: kind.name,
          fill: kind.fill,
          value: counts[month * kinds.length + index] ?? 0,
          link: {
            to: "/certificates",
            search: {
              filter: JSON.stringify(within(span, kind.when)),
              title: `Expires in ${title}: ${kind.name.toLowerCase()}`,
              sort: "valid_to",
            },
          },
        })),
      ],
    };
  });
}

export function HorizonPanel() {
  const horizon = useQuery({ queryKey: ["stats", "horizon"], queryFn: load, staleTime: 300_000 });
  const categories = horizon.data ?? [];
  const nobody = categories.reduce((sum, one) => sum + (one.columns[0]?.[2]?.value ?? 0), 0);
  const any = categories.some((one) => one.columns[0]?.some((segment) => segment.value > 0));
  return (
    <Panel
      title="What expires in the next twelve months"
      lead={
        horizon.data &&
        (nobody > 0
          ? `${count(nobody)} of them will run out unless somebody renews them.`
          : any && "Each has a successor, or something that renews it.")
      }
    >
      <ProblemNotice error={horizon.error} onRetry={() => horizon.refetch()} />
      {horizon.isPending && <Loading rows={6} />}
      {horizon.data && !any && (
        <Empty icon="calendar" title="Nothing expires within a year">
          Certificates that are in use and end within twelve months are counted here, month by month.
        </Empty>
      )}
      {horizon.data && any && (
        <Figure
          caption="Certificates in use by the month in which they end. By itself: the key is held here and renewal is switched on, or an ACME client asked for it. A part of a column leads to the certificates that it counts."
          legend={kSeries}
          figures={{
            headers: ["Month", ...kSeries.map((kind) => kind.name)],
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
