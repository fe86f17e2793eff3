import "./audit.css";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import type { Open, Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Copyable } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { SearchBox } from "~/design/field";
import { Chip, FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { Empty, Fact, Facts, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { actionText } from "./actions";
import { Details } from "./details";
import { VerifyDialog } from "./verify_panel";

type Event = Schema<"AuditEvent">;

/** Filters that come from a link on another page or from a value in the table. */
const kChips: Record<string, string> = {
  resource_id: "About",
  actor_id: "By",
  request_id: "Request",
  resource_type: "Kind",
};

function EventDialog({ event, onClose }: { event: Event; onClose: () => void }) {
  return (
    <Dialog title={actionText(event.action)} wide onClose={onClose}>
      <Facts>
        <Fact name="Action">
          <span className="mono">{event.action}</span>
        </Fact>
        <Fact name="Outcome">
          <Status state={event.outcome} />
        </Fact>
        <Fact name="Time">
          <Time at={event.at} />
        </Fact>
        <Fact name="Actor">
          {event.actor.name} <span className="muted">({event.actor.type.replaceAll("_", " ")})</span>
        </Fact>
        <Fact name="Source address">{event.source_address}</Fact>
        <Fact name="Resource">
          {event.resource.type && (
            <>
              {event.resource.type.replaceAll("_", " ")} <span className="mono">{event.resource.id}</span>
            </>
          )}
        </Fact>
        <Fact name="Request">{event.request_id && <Copyable value={event.request_id} label="request id" />}</Fact>
        <Fact name="Record">
          {event.sequence}, hash <span className="mono">{event.hash}</span>
        </Fact>
      </Facts>
      <h3>Details</h3>
      <Details details={event.details as Open} />
    </Dialog>
  );
}

function columnsFor(open: (event: Event) => void): Column<Event>[] {
  return [
    { id: "at", header: "Time (UTC)", fit: true, cell: (event) => <Time at={event.at} /> },
    {
      id: "action",
      header: "Action",
      primary: true,
      cell: (event) => (
        <>
          <button type="button" className="link-button" onClick={() => open(event)}>
            {actionText(event.action)}
          </button>
          <span className="cell-sub mono">{event.action}</span>
        </>
      ),
    },
    {
      id: "actor",
      header: "Actor",
      cell: (event) => <span className="cell-clip">{event.actor.name || event.actor.type}</span>,
    },
    { id: "resource", header: "Resource", fit: true, cell: (event) => event.resource.type.replaceAll("_", " ") },
    { id: "source", header: "From", fit: true, cell: (event) => event.source_address },
    { id: "outcome", header: "Outcome", fit: true, cell: (event) => <Status state={event.outcome} /> },
  ];
}

export default function AuditPage() {
  const [search, change] = useSearchMembers();
  const [shown, setShown] = useState<Event>();
  const [verifying, setVerifying] = useState(false);
  const [action, setAction] = useState(search.action ?? "");
  const { outcome = "", since = "" } = search;
  const list = useEndless<Event>(["audit-events", "list", search], (cursor) =>
    body(
      api.GET("/api/v1/audit-events", {
        params: {
          query: {
            limit: 100,
            cursor,
            action: search.action || undefined,
            actor_id: search.actor_id || undefined,
            resource_id: search.resource_id || undefined,
            resource_type: search.resource_type || undefined,
            request_id: search.request_id || undefined,
            outcome: (outcome || undefined) as Event["outcome"] | undefined,
            since: since ? new Date(Date.now() - Number(since) * 3_600_000).toISOString() : undefined,
          },
        },
      }),
    ),
  );
  return (
    <Page
      title="Audit log"
      lead="Every change and every access that counts, in order. Nothing is ever deleted from it."
      actions={
        <Button icon="link" onClick={() => setVerifying(true)}>
          Verify
        </Button>
      }
    >
      <div className="stack">
        <div className="toolbar">
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault();
              change({ action });
            }}
          >
            <SearchBox
              label="Exact action, then Enter"
              value={action}
              onChange={(event) => setAction(event.target.value)}
            />
          </form>
          <FilterSelect
            label="Outcome"
            value={outcome}
            options={[
              ["", "Any outcome"],
              ["success", "Success"],
              ["failure", "Failure"],
            ]}
            onChange={(value) => change({ outcome: value })}
          />
          <FilterSelect
            label="Since"
            value={since}
            options={[
              ["", "All time"],
              ["1", "Last hour"],
              ["24", "Last day"],
              ["168", "Last week"],
              ["720", "Last 30 days"],
            ]}
            onChange={(value) => change({ since: value })}
          />
          {search.action && (
            <Chip
              text={`Action: ${search.action}`}
              onRemove={() => {
                setAction("");
                change({ action: "" });
              }}
            />
          )}
          {Object.entries(kChips).map(
            ([name, label]) =>
              search[name] && (
                <Chip key={name} text={`${label}: ${search[name]}`} onRemove={() => change({ [name]: "" })} />
              ),
          )}
        </div>
        <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
        {!list.error && (
          <Table
            caption="Audit log"
            tall
            columns={columnsFor(setShown)}
            rows={list.rows}
            rowKey={(event) => event.id}
            onOpen={setShown}
            onEnd={list.more}
            empty={
              list.isPending ? (
                <div className="panel-body">
                  <Loading rows={8} />
                </div>
              ) : (
                <Empty icon="audit" title="No record matches">
                  An action is looked for by its whole name, such as certificate.issue.success.
                </Empty>
              )
            }
          />
        )}
      </div>
      {shown && <EventDialog event={shown} onClose={() => setShown(undefined)} />}
      {verifying && <VerifyDialog onClose={() => setVerifying(false)} />}
    </Page>
  );
}
