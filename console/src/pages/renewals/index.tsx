import "./renewals.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Badge } from "~/design/badge";
import { Button, LinkButton } from "~/design/button";
import { Notice, ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page, Panel } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, plural, Time } from "~/design/time";
import { SettingsPanel, useRenewalSettings } from "./settings";

type Certificate = Schema<"Certificate">;
type Condition = Schema<"CertificateCondition">;

const kMost = 2000;
const kPage = 200;
const kShownRows = 100;
const kDays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const kTitle = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });
const kDayTitle = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "long" });

const between = (from: Date, to: Date): Condition => ({
  and: [
    { field: "status", operator: "eq", value: "active" },
    { field: "superseded", operator: "eq", value: false },
    { field: "valid_to", operator: "gte", value: from.toISOString() },
    { field: "valid_to", operator: "lt", value: to.toISOString() },
  ],
});

async function load(from: Date, to: Date) {
  const items: Certificate[] = [];
  let total = 0;
  let cursor: string | undefined;
  do {
    const page = await body(
      api.POST("/api/v1/certificates/search", {
        body: { filter: between(from, to), sort: "valid_to", limit: kPage, cursor, include_total: !cursor },
      }),
    );
    items.push(...page.items);
    total = page.total ?? total;
    cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
  } while (cursor && items.length < kMost);
  return { items, total };
}

const monthOf = (text: string | undefined) => {
  const found = /^(\d{4})-(\d{2})$/.exec(text ?? "");
  const now = new Date();
  return found
    ? new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, 1))
    : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
};
const moved = (month: Date, by: number) => new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + by, 1));
const dayKey = (date: Date) => date.toISOString().slice(0, 10);
const linkTo = (from: Date, to: Date, title: string) => ({
  filter: JSON.stringify(between(from, to)),
  title,
  sort: "valid_to",
});

function Calendar({ month, items }: { month: Date; items: Certificate[] }) {
  const counts = new Map<string, number>();
  for (const one of items) {
    const key = one.valid_to.slice(0, 10);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const before = (month.getUTCDay() + 6) % 7;
  const days = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();
  const today = dayKey(new Date());
  return (
    <section className="calendar" aria-label={`What ends in ${kTitle.format(month)}, by day`}>
      {kDays.map((name) => (
        <span key={name} className="calendar-name" aria-hidden="true">
          {name}
        </span>
      ))}
      {Array.from({ length: before }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are empty and all alike.
        <span key={`before ${index}`} />
      ))}
      {Array.from({ length: days }, (_, index) => {
        const from = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), index + 1));
        const key = dayKey(from);
        const ending = counts.get(key) ?? 0;
        const classes = `calendar-day ${key === today ? "calendar-today" : ""}`;
        if (ending === 0) {
          return (
            <span key={key} className={classes}>
              {index + 1}
            </span>
          );
        }
        const title = kDayTitle.format(from);
        return (
          <Link
            key={key}
            className={classes}
            to="/certificates"
            search={linkTo(from, new Date(from.getTime() + 86_400_000), `Ends on ${title}`) as never}
            aria-label={`${title}: ${plural(ending, "certificate")}`}
          >
            {index + 1}
            <strong>{count(ending)}</strong>
          </Link>
        );
      })}
    </section>
  );
}

/** As far as the list tells: a certificate can have settings of its own, which its page shows. */
function Who({ certificate }: { certificate: Certificate }) {
  const settings = useRenewalSettings();
  if (certificate.has_private_key && settings.data?.automatic) {
    return (
      <Badge tone="good" icon="renew">
        By itself
      </Badge>
    );
  }
  if (certificate.requested_by?.type === "acme_client") {
    return (
      <Badge tone="info" icon="machine">
        Its ACME client
      </Badge>
    );
  }
  return (
    <Badge tone="bad" icon="alert">
      Nobody
    </Badge>
  );
}

const kColumns: Column<Certificate>[] = [
  {
    id: "name",
    header: "Certificate",
    primary: true,
    cell: (one) => (
      <Link to="/certificates/$id" params={{ id: one.id }}>
        {one.common_name}
      </Link>
    ),
  },
  { id: "who", header: "Who renews it", fit: true, cell: (one) => <Who certificate={one} /> },
  { id: "ends", header: "Ends", fit: true, cell: (one) => <Time at={one.valid_to} /> },
  { id: "left", header: "Left", fit: true, cell: (one) => <Time at={one.valid_to} as="relative" /> },
];

export default function RenewalsPage() {
  const [search, change] = useSearchMembers();
  const month = monthOf(search.month);
  const next = moved(month, 1);
  const now = new Date();
  const from =
    month < now && now < next ? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())) : month;
  const due = useQuery({
    queryKey: ["certificates", "renewals", from.toISOString()],
    queryFn: () => load(from, next),
  });
  const title = kTitle.format(month);
  const go = (by: number) => change({ month: moved(month, by).toISOString().slice(0, 7) });
  const items = due.data?.items ?? [];
  return (
    <Page
      title="Renewals"
      lead="Certificates in use that end, and have no successor yet."
      actions={
        <LinkButton to="/certificates" search={linkTo(from, next, `Ends in ${title}`) as never} icon="certificate">
          As a list
        </LinkButton>
      }
    >
      <div className="columns-detail">
        <Panel
          title={title}
          actions={
            <>
              <Button small onClick={() => go(-1)}>
                {kTitle.format(moved(month, -1))}
              </Button>
              <Button small onClick={() => go(1)}>
                {kTitle.format(next)}
              </Button>
            </>
          }
        >
          <div className="stack">
            <ProblemNotice error={due.error} onRetry={() => due.refetch()} />
            {due.isPending ? <Loading rows={8} /> : <Calendar month={month} items={items} />}
            {due.data && due.data.total > items.length && (
              <Notice tone="warn" title="There are more">
                The first {count(items.length)} of {count(due.data.total)} are counted here. The list has all.
              </Notice>
            )}
          </div>
        </Panel>
        <SettingsPanel />
      </div>
      {due.data && (
        <Table
          caption={`What ends in ${title}`}
          columns={kColumns}
          rows={items.slice(0, kShownRows)}
          rowKey={(one) => one.id}
          empty={
            <Empty icon="calendar" title={`Nothing ends in ${title}`}>
              Certificates that were renewed already do not count.
            </Empty>
          }
          foot={
            due.data.total > 0 &&
            (due.data.total > kShownRows
              ? `The first ${kShownRows} of ${count(due.data.total)}`
              : plural(due.data.total, "certificate"))
          }
        />
      )}
    </Page>
  );
}
