import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useMe, useRight } from "~/api/me";
import { Status } from "~/design/badge";
import { LinkButton } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page, Panel } from "~/design/surfaces";
import { count, Time } from "~/design/time";
import { CryptoPicture } from "~/pictures/crypto";
import { StatusPicture } from "~/pictures/status";
import { DurationsPanel } from "./durations";
import { HorizonPanel } from "./horizon";
import { IssuancePanel } from "./issuance";

function StatusPanel() {
  const stats = useQuery({ queryKey: ["stats", "status"], queryFn: () => body(api.GET("/api/v1/stats/status")) });
  return (
    <Panel title="Inventory" lead="Every certificate known here, by its status.">
      <ProblemNotice error={stats.error} />
      {stats.isPending && <Loading />}
      {stats.data && <StatusPicture statistics={stats.data} />}
    </Panel>
  );
}

function CryptoPanel() {
  const stats = useQuery({ queryKey: ["stats", "crypto"], queryFn: () => body(api.GET("/api/v1/stats/crypto")) });
  return (
    <Panel title="Keys and digests" lead="Each row leads to its certificates.">
      <ProblemNotice error={stats.error} onRetry={() => stats.refetch()} />
      {stats.isPending && <Loading />}
      {stats.data?.total === 0 && (
        <Empty icon="key" title="No keys yet">
          What algorithms and sizes are in use shows here, the weak ones marked.
        </Empty>
      )}
      {stats.data && stats.data.total > 0 && <CryptoPicture statistics={stats.data} />}
    </Panel>
  );
}

function AlertsPanel() {
  const alerts = useQuery({
    queryKey: ["alerts", "newest"],
    queryFn: () =>
      body(api.GET("/api/v1/alerts", { params: { query: { state: ["open"], limit: 5, include_total: true } } })),
  });
  return (
    <Panel
      title="Open alerts"
      actions={<Link to="/alerts">{alerts.data?.total ? `All ${count(alerts.data.total)}` : "All alerts"}</Link>}
    >
      <ProblemNotice error={alerts.error} />
      {alerts.isPending && <Loading />}
      {alerts.data?.items.length === 0 && <Empty icon="check" title="Nothing waits for you" />}
      <ul className="findings">
        {alerts.data?.items.map((alert) => (
          <li key={alert.id}>
            <div className="row row-between">
              <strong>{alert.title}</strong>
              <Status state={alert.severity} />
            </div>
            <div className="secondary break">{alert.detail}</div>
            <div className="muted">
              <Time at={alert.last_at} as="relative" />
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export default function OverviewPage() {
  const me = useMe();
  const sees = useRight("ReadCertificates");
  const seesOrders = useRight("ReadOrders");
  const seesAlerts = useRight("ReadAlerts");
  const mayRequest = useRight("RequestCertificates");
  return (
    <Page
      title="Overview"
      actions={
        <>
          {me.rights.includes("ManageAuthorities") && (
            <LinkButton to="/setup" look="quiet">
              Set up
            </LinkButton>
          )}
          {mayRequest && (
            <LinkButton to="/certificates/new" look="primary" icon="plus">
              Request New Certificate
            </LinkButton>
          )}
        </>
      }
    >
      <StatusPanel />
      {sees && <HorizonPanel />}
      <div className="columns">
        {seesAlerts && <AlertsPanel />}
        {sees && <CryptoPanel />}
      </div>
      {sees && <IssuancePanel />}
      {seesOrders && <DurationsPanel />}
    </Page>
  );
}
