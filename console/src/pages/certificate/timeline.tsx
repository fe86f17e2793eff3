import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useRight } from "~/api/me";
import { ProblemNotice } from "~/design/notice";
import { Loading, Panel } from "~/design/surfaces";
import { Time } from "~/design/time";
import { Moment, Timeline } from "~/design/timeline";
import { actionText, toneOf } from "~/pages/audit/actions";
import type { Certificate } from "./data";

/** Of a certificate without records: one that was found, not made here. */
function Life({ certificate }: { certificate: Certificate }) {
  return (
    <Timeline>
      <Moment icon="certificate" tone="good" title="Added to the inventory">
        <Time at={certificate.created_at} />
      </Moment>
      {certificate.renewed_to && (
        <Moment
          icon="renew"
          tone="info"
          title={
            <Link to="/certificates/$id" params={{ id: certificate.renewed_to }}>
              Renewed by another certificate
            </Link>
          }
        />
      )}
      {certificate.revocation && (
        <Moment icon="ban" tone="bad" title={`Revoked: ${certificate.revocation.reason}`}>
          <Time at={certificate.revocation.revoked_at} />
        </Moment>
      )}
      <Moment icon="clock" title={certificate.days_until_expiry < 0 ? "Expired" : "Expires"}>
        <Time at={certificate.valid_to} />
      </Moment>
    </Timeline>
  );
}

/** Newest first, from the audit log: as much of it as the reader may know. */
function Recorded({ certificate }: { certificate: Certificate }) {
  const events = useQuery({
    queryKey: ["certificates", "events", certificate.id],
    queryFn: () =>
      body(
        api.GET("/api/v1/certificates/{id}/events", {
          params: { path: { id: certificate.id }, query: { limit: 30 } },
        }),
      ),
  });
  if (events.error) return <ProblemNotice error={events.error} />;
  if (!events.data) return <Loading />;
  if (events.data.items.length === 0) return <Life certificate={certificate} />;
  return (
    <Timeline>
      {events.data.items.map((event) => (
        <Moment
          key={event.id}
          icon={event.outcome === "failure" ? "x" : "check"}
          tone={toneOf(event)}
          title={actionText(event.action)}
        >
          <Time at={event.at} /> by {event.actor.name || event.actor.type}
        </Moment>
      ))}
    </Timeline>
  );
}

export function TimelinePanel({ certificate }: { certificate: Certificate }) {
  return (
    <Panel
      title="Timeline"
      actions={
        useRight("ReadAuditLog") && (
          <Link to="/audit" search={{ resource_id: certificate.id } as never}>
            All records
          </Link>
        )
      }
    >
      <Recorded certificate={certificate} />
    </Panel>
  );
}
