import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { acmeServersQuery, useNameOf } from "~/api/lookups";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, plural } from "~/design/time";
import { kModes } from "~/pages/acme_server/words";
import { CreateServerDialog } from "./create_dialog";

type Server = Schema<"AcmeServer">;

function columnsFor(authority: (id: string) => string): Column<Server>[] {
  return [
    {
      id: "name",
      header: "Server",
      primary: true,
      cell: (server) => (
        <>
          <Link to="/acme-servers/$id" params={{ id: server.id }}>
            {server.name}
          </Link>
          <span className="cell-sub mono">{server.directory_url}</span>
        </>
      ),
    },
    {
      id: "state",
      header: "State",
      fit: true,
      cell: (server) => <Status state={server.active ? "active" : "inactive"} />,
    },
    { id: "authority", header: "Signing CA", cell: (server) => authority(server.authority_id) },
    {
      id: "mode",
      header: "Names",
      fit: true,
      cell: (server) => (
        <>
          {kModes[server.authorization_mode]}
          {server.require_eab && <span className="cell-sub">with credentials only</span>}
        </>
      ),
    },
    { id: "accounts", header: "Accounts", fit: true, end: true, cell: (server) => count(server.counters.accounts) },
    { id: "orders", header: "Orders", fit: true, end: true, cell: (server) => count(server.counters.orders) },
    {
      id: "certificates",
      header: "Certificates",
      fit: true,
      end: true,
      cell: (server) => count(server.counters.certificates),
    },
  ];
}

export default function AcmeServersPage() {
  const navigate = useNavigate();
  const names = useNameOf();
  const mayManage = useRight("ManageAcmeServers");
  const [creating, setCreating] = useState(false);
  const servers = useQuery(acmeServersQuery);
  const add = mayManage && (
    <Button icon="plus" look="primary" onClick={() => setCreating(true)}>
      New ACME server
    </Button>
  );
  return (
    <Page
      title="ACME servers"
      lead="Directories that certbot, lego, acme.sh, Caddy, cert-manager and others get certificates from by themselves."
      actions={add}
    >
      <ProblemNotice error={servers.error} onRetry={() => servers.refetch()} />
      {servers.isPending && <Loading rows={5} />}
      {servers.data && (
        <Table
          caption="ACME servers"
          columns={columnsFor(names.authority)}
          rows={servers.data}
          rowKey={(server) => server.id}
          onOpen={(server) => void navigate({ to: "/acme-servers/$id", params: { id: server.id } })}
          empty={
            <Empty icon="server" title="No ACME server yet" actions={add}>
              An ACME server is an address that clients ask for certificates. It needs an active intermediate that signs
              them.
            </Empty>
          }
          foot={servers.data.length > 0 && plural(servers.data.length, "server")}
        />
      )}
      {creating && <CreateServerDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
