import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useRight } from "~/api/me";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { type ServiceAccount, usersQuery } from "~/pages/users/data";
import { CreateServiceAccountDialog } from "./create_dialog";

export const kMachines = { service_account: "Service account", courier: "Courier" };

export default function ServiceAccountsPage() {
  const navigate = useNavigate();
  const mayManage = useRight("ManageServiceAccounts");
  const seesUsers = useRight("ReadUsers");
  const users = useQuery({ ...usersQuery, enabled: seesUsers });
  const [creating, setCreating] = useState(false);
  const list = useEndless<ServiceAccount>(["service-accounts", "list"], (cursor) =>
    body(api.GET("/api/v1/service-accounts", { params: { query: { limit: 100, cursor } } })),
  );
  const columns: Column<ServiceAccount>[] = [
    {
      id: "name",
      header: "Account",
      primary: true,
      cell: (one) => (
        <>
          <Link to="/service-accounts/$id" params={{ id: one.id }}>
            {one.name}
          </Link>
          <span className="cell-sub">{one.description}</span>
        </>
      ),
    },
    { id: "kind", header: "Kind", fit: true, cell: (one) => kMachines[one.kind] ?? one.kind },
    { id: "scope", header: "Scope", fit: true, cell: (one) => one.scope },
    {
      id: "owner",
      header: "Owner",
      cell: (one) => {
        const owner = users.data?.find((user) => user.id === one.owner_id);
        return owner ? owner.name || owner.email : "";
      },
    },
    { id: "state", header: "State", fit: true, cell: (one) => <Status state={one.enabled ? "enabled" : "disabled"} /> },
    {
      id: "used",
      header: "Last used",
      fit: true,
      cell: (one) =>
        one.last_used_at ? <Time at={one.last_used_at} as="relative" /> : <span className="muted">Never</span>,
    },
  ];
  const add = mayManage && (
    <Button icon="plus" look="primary" onClick={() => setCreating(true)}>
      New service account
    </Button>
  );
  return (
    <Page
      title="Service accounts"
      lead="Programs that call the API, and couriers: agents on the hosts that need certificates."
      actions={add}
    >
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading rows={5} />
      ) : (
        <Table
          caption="Service accounts"
          columns={columns}
          rows={list.rows}
          rowKey={(one) => one.id}
          onOpen={(one) => void navigate({ to: "/service-accounts/$id", params: { id: one.id } })}
          tall
          onEnd={list.more}
          empty={
            <Empty icon="machine" title="No program has an account" actions={add}>
              Give each pipeline its own: its secret can be replaced and its access taken away without touching others.
            </Empty>
          }
        />
      )}
      {creating && <CreateServiceAccountDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
