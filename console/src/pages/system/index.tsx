import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { Badge } from "~/design/badge";
import { Button } from "~/design/button";
import { Copyable } from "~/design/copy";
import { ProblemNotice } from "~/design/notice";
import { Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { SettingsPanel } from "~/pages/renewals/settings";

/** "Not ready" is an answer, too: it says what is missing. */
async function readiness(): Promise<Schema<"Readiness">> {
  const response = await fetch("/readyz");
  if (response.ok || response.status === 503) return response.json();
  throw new Error(`The server answered ${response.status}.`);
}

function Works({ good, yes, no }: { good: boolean; yes: string; no: string }) {
  return (
    <Badge tone={good ? "good" : "bad"} icon={good ? "check" : "alert"}>
      {good ? yes : no}
    </Badge>
  );
}

export default function SystemPage() {
  const seesCertificates = useRight("ReadCertificates");
  const version = useQuery({ queryKey: ["version"], queryFn: () => body(api.GET("/version")) });
  const ready = useQuery({ queryKey: ["readiness"], queryFn: readiness, refetchInterval: 10_000 });
  const checks = ready.data?.checks;
  return (
    <Page title="System" lead="This server, and whether it can do its work.">
      <div className="columns">
        <div className="stack stack-l">
          <Panel
            title="Health"
            lead="Asked again every ten seconds."
            actions={
              <Button small icon="renew" busy={ready.isFetching} onClick={() => ready.refetch()}>
                Ask now
              </Button>
            }
          >
            <ProblemNotice error={ready.error} />
            {ready.isPending && <Loading rows={3} />}
            {checks && (
              <Facts>
                <Fact name="Server">
                  <Works good={ready.data?.status === "ready"} yes="Ready" no="Not ready" />
                </Fact>
                <Fact name="Database">
                  <Works good={checks.database} yes="Answers" no="Does not answer" />
                </Fact>
                <Fact name="Issuing CA">
                  <Works good={checks.issuing_authority} yes="Active" no="None is active" />
                </Fact>
              </Facts>
            )}
          </Panel>
          {seesCertificates && <SettingsPanel />}
        </div>
        <Panel title="Version">
          <ProblemNotice error={version.error} />
          {version.isPending && <Loading rows={2} />}
          {version.data && (
            <Facts>
              <Fact name="Chancery">{version.data.version}</Fact>
              <Fact name="Address">
                <Copyable value={window.location.origin} label="address" />
              </Fact>
              <Fact name="For monitoring">
                <span className="stack stack-s">
                  {["/healthz", "/readyz", "/metrics"].map((path) => (
                    <Copyable key={path} value={window.location.origin + path} label={path} />
                  ))}
                </span>
              </Fact>
            </Facts>
          )}
        </Panel>
      </div>
    </Page>
  );
}
