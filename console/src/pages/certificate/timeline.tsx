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

/** What everybody who may see the certificate may know of its life. */
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

/** Newest first, from the audit log. */
function Recorded({ certificate }: { certificate: Certificate }) {
  const events = useQuery({
    queryKey: ["audit-events", "of", certificate.id],
    queryFn: () =>
      body(api.GET("/api/v1/audit-events", { params: { query: { resource_id: certificate.id, limit: 30 } } })),
  });
  if (events.error) return <ProblemNotice error={events.error} />;
  if (!events.data) return <Loading />;
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
  const mayRead = useRight("ReadAuditLog");
  return (
    <Panel
      title="Timeline"
      actions={
        mayRead && (
          <Link to="/audit" search={{ resource_id: certificate.id } as never}>
            All records
          </Link>
        )
      }
    >
      {mayRead ? <Recorded certificate={certificate} /> : <Life certificate={certificate} />}
    </Panel>
  );
}
