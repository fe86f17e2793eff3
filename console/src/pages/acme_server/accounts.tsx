import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { CreateAccountDialog } from "./create_account_dialog";

type Account = Schema<"AcmeAccountItem">;

export const nameOf = (account: Pick<Account, "name" | "contacts" | "thumbprint" | "id">) =>
  account.name || account.contacts[0]?.replace(/^mailto:/, "") || account.thumbprint?.slice(0, 12) || account.id;

const kColumns: Column<Account>[] = [
  {
    id: "name",
    header: "Account",
    primary: true,
    cell: (account) => (
      <>
        <Link to="/acme-accounts/$id" params={{ id: account.id }}>
          {nameOf(account)}
        </Link>
        <span className="cell-sub">{account.contacts.map((one) => one.replace(/^mailto:/, "")).join(", ")}</span>
      </>
    ),
  },
  { id: "status", header: "State", fit: true, cell: (account) => <Status state={account.status} /> },
  {
    id: "credentials",
    header: "Credentials",
    fit: true,
    cell: (account) => (account.key_id ? "Made here" : <span className="muted">None</span>),
  },
  {
    id: "registered",
    header: "Registered",
    fit: true,
    cell: (account) =>
      account.registered_at ? (
        <Time at={account.registered_at} as="relative" />
      ) : (
        <span className="muted">Not yet</span>
      ),
  },
  { id: "created", header: "Made", fit: true, cell: (account) => <Time at={account.created_at} as="date" /> },
];

const kStates = [
  ["", "Any state"],
  ["pending", "Pending"],
  ["active", "Active"],
  ["deactivated", "Deactivated"],
  ["revoked", "Revoked"],
] as const;

export function AccountList({ server }: { server: Schema<"AcmeServer"> }) {
  const navigate = useNavigate();
  const [search, change] = useSearchMembers();
  const mayManage = useRight("ManageAcmeAccounts");
  const [creating, setCreating] = useState(false);
  const status = (search.status ?? "") as Schema<"AcmeAccountStatus"> | "";
  const { id } = server;
  const list = useEndless<Account>(["acme-accounts", "list", id, status], (cursor) =>
    body(
      api.GET("/api/v1/acme-servers/{id}/accounts", {
        params: { path: { id }, query: { limit: 100, cursor, status: status || undefined } },
      }),
    ),
  );
  return (
    <div className="stack">
      <div className="toolbar row-between">
        <FilterSelect label="State" value={status} options={kStates} onChange={(next) => change({ status: next })} />
        {mayManage && (
          <Button icon="plus" onClick={() => setCreating(true)}>
            Make an account
          </Button>
        )}
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading rows={5} />
      ) : (
        <Table
          caption="ACME accounts"
          columns={kColumns}
          rows={list.rows}
          rowKey={(account) => account.id}
          onOpen={(account) => void navigate({ to: "/acme-accounts/$id", params: { id: account.id } })}
          tall
          onEnd={list.more}
          empty={
            <Empty icon="user" title={status ? "No account in this state" : "No account yet"}>
              A client registers its account with its first request. One that is made here in advance has credentials
              for it, and can be bound to names.
            </Empty>
          }
        />
      )}
      {creating && <CreateAccountDialog server={server} onClose={() => setCreating(false)} />}
    </div>
  );
}
