import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { providersQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { CreateProviderDialog } from "./create_dialog";
import { kKinds } from "./fields";

type Provider = Schema<"Provider">;

const kColumns: Column<Provider>[] = [
  {
    id: "name",
    header: "Provider",
    primary: true,
    cell: (provider) => (
      <>
        <Link to="/providers/$id" params={{ id: provider.id }}>
          {provider.name}
        </Link>
        <span className="cell-sub">
          {String(provider.configuration.directory_url ?? provider.configuration.url ?? "")}
        </span>
      </>
    ),
  },
  { id: "kind", header: "Kind", fit: true, cell: (provider) => kKinds[provider.kind]?.name ?? provider.kind },
  {
    id: "state",
    header: "State",
    fit: true,
    cell: (provider) => <Status state={provider.active ? "active" : "inactive"} />,
  },
  {
    id: "answers",
    header: "Certificates come",
    fit: true,
    cell: (provider) => (provider.capabilities.asynchronous ? "After a while" : "At once"),
  },
  { id: "changed", header: "Changed", fit: true, cell: (provider) => <Time at={provider.updated_at} as="relative" /> },
];

export default function ProvidersPage() {
  const navigate = useNavigate();
  const mayManage = useRight("ManageProviders");
  const [creating, setCreating] = useState(false);
  const providers = useQuery(providersQuery);
  return (
    <Page
      title="Providers"
      lead="Who issues. The local PKI is built in; the others are CAs outside, behind the same domains and policies."
      actions={
        mayManage && (
          <Button icon="plus" look="primary" onClick={() => setCreating(true)}>
            New provider
          </Button>
        )
      }
    >
      <ProblemNotice error={providers.error} onRetry={() => providers.refetch()} />
      {providers.isPending && <Loading rows={5} />}
      {providers.data && (
        <Table
          caption="Providers"
          columns={kColumns}
          rows={providers.data}
          rowKey={(provider) => provider.id}
          onOpen={(provider) => void navigate({ to: "/providers/$id", params: { id: provider.id } })}
        />
      )}
      {creating && <CreateProviderDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
