import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { Chip, FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { Empty, Fact, Facts, Loading } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { plural, Time, utcDate } from "~/design/time";
import { PolicyFindings } from "~/pages/order/findings";
import { kPathways, requesterText } from "~/pages/orders/words";
import { kOutcomes, type Outcome, rulesQuery, stateOf, wordsOf } from "./data";

type Decision = Schema<"PolicyDecisionSummary">;

/** "5 Oct 2026 to 11 Oct 2026": `until` is the first moment that is not of it any more. */
function spanText(since: string, until: string) {
  const last = until && utcDate(new Date(new Date(until).getTime() - 1));
  return `Decided${since && ` from ${utcDate(since)}`}${last && ` to ${last}`}`;
}

function namesText({ common_name, names, name_count }: Decision) {
  const others = names.map((one) => one.value).filter((name) => name !== common_name);
  const shown = others.slice(0, 2).join(", ");
  const more = name_count - (names.length - others.length) - Math.min(others.length, 2);
  return shown && more > 0 ? `${shown} and ${more} more` : shown;
}

/** The hardest of them, in two lines: rows of a long list are all as high. */
function Missed({ outcomes }: Pick<Decision, "outcomes">) {
  const weight = (outcome: Outcome) => kOutcomes.findIndex((one) => one.outcome === outcome);
  const [first, ...others] = outcomes.toSorted((a, b) => weight(a.outcome) - weight(b.outcome));
  if (!first) return <span className="muted">All were met</span>;
  return (
    <>
      <span className="row nowrap-row">
        <Status state={stateOf(first.outcome)} /> <span className="cell-clip">{wordsOf(first.rule)}</span>
      </span>
      {others.length > 0 && <span className="cell-sub">and {plural(others.length, "other")}</span>}
    </>
  );
}

/** Every finding of one decision. */
function DecisionDialog({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const whole = useQuery({
    queryKey: ["policy-decisions", "one", decision.id],
    queryFn: () => body(api.GET("/api/v1/policy-decisions/{id}", { params: { path: { id: decision.id } } })),
  });
  return (
    <Dialog title="Policy decision" wide onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <Facts>
        <Fact name="Common Name">{decision.common_name}</Fact>
        <Fact name="Pathway">{kPathways[decision.pathway]}</Fact>
        <Fact name="Requested By">{requesterText(decision.requested_by)}</Fact>
        <Fact name="Decided">
          <Time at={decision.decided_at} />
        </Fact>
        <Fact name="Order">
          {decision.order_id ? (
            <Link to="/orders/$id" params={{ id: decision.order_id }} className="mono">
              {decision.order_id}
            </Link>
          ) : (
            <span className="muted">None was made of it</span>
          )}
        </Fact>
      </Facts>
      <ProblemNotice error={whole.error} onRetry={() => whole.refetch()} />
      {whole.isPending && <Loading />}
      {whole.data && <PolicyFindings findings={whole.data.decision.findings} fills={whole.data.decision.fills} />}
    </Dialog>
  );
}

/** What the policies said to requests, those first that are newest; the filters are in the address. */
export function DecisionList() {
  const [search, change] = useSearchMembers();
  const rules = useQuery(rulesQuery);
  const [open, setOpen] = useState<Decision>();
  const { rule = "", since = "", until = "" } = search;
  const outcome = kOutcomes.find((one) => one.outcome === search.outcome)?.outcome;
  const list = useEndless<Decision>(["policy-decisions", "list", rule, outcome, since, until], (cursor) =>
    body(
      api.GET("/api/v1/policy-decisions", {
        params: {
          query: {
            limit: 100,
            cursor,
            include_total: !cursor,
            rule: rule || undefined,
            outcome,
            since: since || undefined,
            until: until || undefined,
          },
        },
      }),
    ),
  );
  const names = rules.data?.map((one) => one.name) ?? [];
  const known = rule && !names.includes(rule) ? [...names, rule] : names;
  const columns: Column<Decision>[] = [
    {
      id: "name",
      header: "Common Name",
      primary: true,
      cell: (decision) => (
        <>
          <button type="button" className="link-button cell-clip" onClick={() => setOpen(decision)}>
            {decision.common_name || "No name"}
          </button>
          <span className="cell-sub">{namesText(decision)}</span>
        </>
      ),
    },
    {
      id: "outcomes",
      header: "Not met",
      cell: (decision) => <Missed outcomes={decision.outcomes} />,
    },
    {
      id: "by",
      header: "Requested By",
      cell: (decision) => <span className="cell-clip">{requesterText(decision.requested_by)}</span>,
    },
    { id: "at", header: "Decided", fit: true, cell: (decision) => <Time at={decision.decided_at} as="relative" /> },
  ];
  return (
    <div className="stack">
      <div className="toolbar">
        <FilterSelect
          label="Outcome"
          value={outcome ?? ""}
          options={[["", "Any outcome"], ...kOutcomes.map((one) => [one.outcome, one.name] as const)]}
          onChange={(value) => change({ outcome: value })}
        />
        <FilterSelect
          label="Rule"
          value={rule}
          options={[["", "Any rule"], ...known.map((name) => [name, wordsOf(name)] as const)]}
          onChange={(value) => change({ rule: value })}
        />
        {(since || until) && <Chip text={spanText(since, until)} onRemove={() => change({ since: "", until: "" })} />}
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending && <Loading rows={6} />}
      {list.data && (
        <Table
          caption="Policy decisions"
          columns={columns}
          rows={list.rows}
          rowKey={(decision) => decision.id}
          onOpen={setOpen}
          tall
          onEnd={list.more}
          empty={
            <Empty
              icon="policy"
              title={rule || outcome || since || until ? "No decision matches" : "Nothing was decided yet"}
            >
              Whenever a policy applies to a request, what each of its rules said is kept here, also for requests that
              were refused.
            </Empty>
          }
          foot={list.rows.length > 0 && list.total !== undefined && plural(list.total, "decision")}
        />
      )}
      {open && <DecisionDialog decision={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
