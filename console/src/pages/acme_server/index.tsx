import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useRight } from "~/api/me";
import { PageFailed } from "~/app/errors";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Back, Loading, Page } from "~/design/surfaces";
import { Tabs } from "~/design/tabs";
import { plural } from "~/design/time";
import { AccountList } from "./accounts";
import { ConnectPanel } from "./connect";
import { EditServerDialog } from "./edit_dialog";
import { SettingsPanels } from "./settings";

export default function AcmeServerPage() {
  const { id = "" } = useParams({ strict: false });
  const [search, change] = useSearchMembers();
  const [editing, setEditing] = useState(false);
  const mayManage = useRight("ManageAcmeServers");
  const seesAccounts = useRight("ReadAcmeAccounts");
  const loaded = useQuery({
    queryKey: ["acme-servers", "one", id],
    queryFn: () => body(api.GET("/api/v1/acme-servers/{id}", { params: { path: { id } } })),
  });
  const server = loaded.data;
  const back = <Back to="/acme-servers">ACME servers</Back>;
  if (loaded.error && !server) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!server) {
    return (
      <Page title="ACME server" above={back}>
        <Loading rows={8} />
      </Page>
    );
  }
  const tabs = [
    ["connect", "Connect"],
    ...(seesAccounts ? ([["accounts", "Accounts"]] as const) : []),
    ["settings", "Settings"],
  ] as const;
  const tab = tabs.find(([name]) => name === search.tab)?.[0] ?? "connect";
  const { counters } = server;
  return (
    <Page
      title={server.name}
      above={back}
      lead={
        <span className="row">
          <Status state={server.active ? "active" : "inactive"} />
          {plural(counters.accounts, "account")}, {plural(counters.orders, "order")},{" "}
          {plural(counters.certificates, "certificate")}
        </span>
      }
      actions={
        mayManage && (
          <Button icon="edit" onClick={() => setEditing(true)}>
            Edit
          </Button>
        )
      }
    >
      <Tabs
        label="ACME server"
        value={tab}
        tabs={tabs}
        onChange={(next) => change({ tab: next === "connect" ? "" : next, status: "" })}
      >
        {tab === "connect" && <ConnectPanel server={server} />}
        {tab === "accounts" && <AccountList server={server} />}
        {tab === "settings" && <SettingsPanels server={server} />}
      </Tabs>
      {editing && <EditServerDialog id={id} onClose={() => setEditing(false)} />}
    </Page>
  );
}
