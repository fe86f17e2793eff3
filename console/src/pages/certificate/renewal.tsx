import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { Status } from "~/design/badge";
import { ProblemNotice } from "~/design/notice";
import { Fact, Facts, Panel } from "~/design/surfaces";
import { plural, Time } from "~/design/time";
import type { Certificate } from "./data";

/** When the certificate is renewed by itself, and which ones it follows and is followed by. */
export function RenewalPanel({ certificate }: { certificate: Certificate }) {
  const { id } = certificate;
  const lineage = useQuery({
    queryKey: ["certificates", "lineage", id],
    queryFn: () => body(api.GET("/api/v1/certificates/{id}/renewals", { params: { path: { id } } })),
  });
  const settings = useQuery({
    queryKey: ["certificates", "renewal-settings", id],
    queryFn: () => body(api.GET("/api/v1/certificates/{id}/renewal-settings", { params: { path: { id } } })),
  });
  const generations = lineage.data?.items ?? [];
  return (
    <Panel title="Renewal">
      <ProblemNotice error={lineage.error ?? settings.error} />
      {settings.data && (
        <Facts>
          <Fact name="By itself">
            {settings.data.due_at ? (
              <Time at={settings.data.due_at} as="relative" />
            ) : (
              <span className="muted">No: somebody has to renew it</span>
            )}
          </Fact>
          <Fact name="Attempts">
            {settings.data.failed_attempts > 0 &&
              `${plural(settings.data.failed_attempts, "attempt")} failed: ${settings.data.last_error ?? ""}`}
          </Fact>
          <Fact name="Under way">
            {(lineage.data?.under_way.length ?? 0) > 0 &&
              lineage.data?.under_way.map((order) => (
                <Link key={order.id} to="/orders/$id" params={{ id: order.id }}>
                  The order
                </Link>
              ))}
          </Fact>
        </Facts>
      )}
      {generations.length > 1 && (
        <ol className="findings lineage" aria-label="Generations, oldest first">
          {generations.map((one) => (
            <li key={one.id} className="row row-between">
              {one.id === id ? (
                <strong>This certificate</strong>
              ) : (
                <Link to="/certificates/$id" params={{ id: one.id }}>
                  Valid from <Time at={one.valid_from} as="date" />
                </Link>
              )}
              <Status state={one.status} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
