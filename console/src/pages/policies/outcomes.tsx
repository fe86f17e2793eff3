import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { count, utcDate } from "~/design/time";
import { type Category, Columns } from "~/pictures/columns";
import { Figure } from "~/pictures/figure";
import { StackedRows } from "~/pictures/stacked_rows";
import { kOutcomes, type Outcome, wordsOf } from "./data";

type Bucket = Schema<"PolicyOutcomeBucket">;
type Rule = Schema<"RuleOutcomes">;

const kWeeks = 12;
const kLabel = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });

const sum = (rules: readonly Rule[], outcome: Outcome) => rules.reduce((total, rule) => total + rule[outcome], 0);

const decisions = (members: Record<string, string>) => ({
  to: "/policies",
  search: { tab: "decisions", ...members },
});

function weekOf({ from, to, rules }: Bucket): Category {
  const segments = kOutcomes.map(({ outcome, name, fill }) => ({
    name,
    fill,
    value: sum(rules, outcome),
    link: decisions({ outcome, since: from, until: to }),
  }));
  return {
    key: from,
    label: kLabel.format(new Date(from)),
    title: `Week of ${utcDate(from)}`,
    columns: [segments],
  };
}

/** Each rule once, over all weeks, the one that was missed most often first. */
function byRule(buckets: readonly Bucket[]) {
  const rules = buckets.flatMap((bucket) => bucket.rules);
  const span = { since: buckets[0]?.from ?? "", until: buckets.at(-1)?.to ?? "" };
  return [...new Set(rules.map((one) => one.rule))]
    .map((rule) => {
      const own = rules.filter((one) => one.rule === rule);
      const segments = kOutcomes.map(({ outcome, name, fill }) => ({
        name,
        fill,
        value: sum(own, outcome),
        link: decisions({ rule, outcome, ...span }),
      }));
      return { key: rule, name: wordsOf(rule), segments, total: segments.reduce((total, one) => total + one.value, 0) };
    })
    .sort((a, b) => b.total - a.total || a.name.localeCompare(b.name));
}

function ByWeek({ buckets }: { buckets: readonly Bucket[] }) {
  const categories = buckets.map(weekOf);
  return (
    <Figure
      caption="How often a rule refused, warned or was waived; a decision counts once for each rule that it did not meet. Weeks begin on Monday, in UTC; the last one is not over. A part of a column leads to its decisions."
      legend={kOutcomes}
      figures={{
        headers: ["Week of", ...kOutcomes.map((one) => one.name)],
        rows: categories.map((one) => ({
          key: one.key,
          cells: [utcDate(one.key), ...(one.columns[0] ?? []).map((segment) => count(segment.value))],
        })),
      }}
    >
      <Columns categories={categories} label="What rules did, by week" />
    </Figure>
  );
}

function ByRule({ buckets }: { buckets: readonly Bucket[] }) {
  const rows = byRule(buckets);
  return (
    <Figure
      caption="The same twelve weeks by rule. A number leads to its decisions."
      legend={kOutcomes}
      figures={{
        headers: ["Rule", ...kOutcomes.map((one) => one.name)],
        rows: rows.map((row) => ({
          key: row.key,
          cells: [row.name, ...row.segments.map((segment) => count(segment.value))],
        })),
      }}
    >
      <StackedRows rows={rows} />
    </Figure>
  );
}

/** What the policies' rules did to requests. */
export function OutcomesPanels() {
  const outcomes = useQuery({
    queryKey: ["stats", "policy-outcomes"],
    queryFn: () =>
      body(api.GET("/api/v1/stats/policy-outcomes", { params: { query: { interval: "week", periods: kWeeks } } })),
  });
  if (outcomes.isPending) return <Loading rows={6} />;
  if (!outcomes.data) return <ProblemNotice error={outcomes.error} onRetry={() => outcomes.refetch()} />;
  const { buckets, total } = outcomes.data;
  if (total === 0) {
    return (
      <Empty icon="chart" title="Every rule was met">
        When a request does not meet a rule, it is counted here: refused, let through with a warning, or waived.
      </Empty>
    );
  }
  return (
    <div className="columns">
      <Panel title="By week" lead="Of the last twelve weeks.">
        <ByWeek buckets={buckets} />
      </Panel>
      <Panel title="By rule" lead="The one that was missed most often first.">
        <ByRule buckets={buckets} />
      </Panel>
    </div>
  );
}
