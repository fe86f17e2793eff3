import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { kMergePatch } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useIdempotencyKey } from "~/api/idempotency";
import { useRight } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { Choice, Choices, SearchBox, TextField } from "~/design/field";
import { FilterSelect } from "~/design/filters";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, Time } from "~/design/time";
import { toast } from "~/design/toast";
import { serviceAccountsQuery, usersQuery } from "~/pages/users/data";

type Domain = Schema<"Domain">;

const kKinds: Record<Schema<"DomainKind">, { name: string; hint: string; example: string }> = {
  dns: { name: "DNS name", hint: "It and every name below it.", example: "example.com" },
  ip_range: { name: "Addresses", hint: "A range, as CIDR.", example: "10.20.0.0/16" },
  mail: { name: "Mail domain", hint: "Mailboxes of it, for e-mail certificates.", example: "example.com" },
};

function RegisterDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [kind, setKind] = useState<Schema<"DomainKind">>("dns");
  const [name, setName] = useState("");
  const register = useMutation({
    mutationFn: () => {
      const wanted: Schema<"DomainCreate"> = { kind, name: name.trim() };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/domains", { params: { header }, body: wanted }));
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["domains"] });
      toast(`${made.name} is registered.`);
      onClose();
    },
  });
  const errors = register.error instanceof ApiError ? register.error.fieldErrors() : {};
  return (
    <Dialog
      title="Register a domain"
      onClose={onClose}
      onSubmit={() => register.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={register.isPending} disabled={!name.trim()}>
            Register
          </Button>
        </>
      }
    >
      <ProblemNotice error={register.error} shown={["/name", "/kind"]} />
      <Choices label="Kind" value={kind} onChange={(value) => setKind(value as typeof kind)}>
        {Object.entries(kKinds).map(([value, { name: label, hint }]) => (
          <Choice key={value} value={value} label={label} hint={hint} />
        ))}
      </Choices>
      <TextField
        label={kKinds[kind].name}
        mono
        data-autofocus
        placeholder={kKinds[kind].example}
        value={name}
        error={errors["/name"] ?? errors["/kind"]}
        onChange={(event) => setName(event.target.value)}
      />
    </Dialog>
  );
}

function SwitchDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: domain.id };
  const current = useQuery({
    queryKey: ["changes", "domains", domain.id],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/domains/{id}", { params: { path } })),
  });
  const enabled = !(current.data?.value.enabled ?? domain.enabled);
  const change = useMutation({
    mutationFn: () =>
      body(
        api.PATCH("/api/v1/domains/{id}", {
          params: { path, header: { "If-Match": current.data?.etag ?? "" } },
          headers: kMergePatch,
          body: { enabled },
        }),
      ),
    onSuccess: async (changed) => {
      await client.invalidateQueries({ queryKey: ["domains"] });
      toast(changed.enabled ? `${changed.name} is enabled.` : `${changed.name} is disabled.`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`${enabled ? "Enable" : "Disable"} ${domain.name}`}
      onClose={onClose}
      onSubmit={() => change.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button
            type="submit"
            look={enabled ? "primary" : "danger-solid"}
            busy={change.isPending}
            disabled={!current.data}
          >
            {enabled ? "Enable" : "Disable"}
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={change.error}
        onReload={async () => {
          await current.refetch();
          change.reset();
        }}
      />
      <ProblemNotice error={current.error} />
      <p>
        {enabled
          ? "Names under it can be requested again, by those who may."
          : "From the next request on nothing under it is issued or renewed, whichever way it is asked for. Certificates that exist stay valid."}
      </p>
    </Dialog>
  );
}

/** Who may request names under a domain: people, couriers and, with their owners, service accounts. */
function useAssigned() {
  const seesUsers = useRight("ReadUsers");
  const seesMachines = useRight("ReadServiceAccounts");
  const users = useQuery({ ...usersQuery, enabled: seesUsers });
  const machines = useQuery({ ...serviceAccountsQuery, enabled: seesMachines });
  const byDomain = useMemo(() => {
    const found = new Map<string, { key: string; name: string; to: string }[]>();
    const add = (domain: string, who: { key: string; name: string; to: string }) =>
      found.set(domain, [...(found.get(domain) ?? []), who]);
    for (const user of users.data ?? []) {
      for (const domain of user.domain_ids)
        add(domain, { key: user.id, name: user.name || user.email, to: "/users/$id" });
    }
    for (const one of machines.data ?? []) {
      for (const domain of one.domain_ids) add(domain, { key: one.id, name: one.name, to: "/service-accounts/$id" });
    }
    return found;
  }, [users.data, machines.data]);
  return { shown: seesUsers, byDomain };
}

const kAny = [
  ["", "Enabled and disabled"],
  ["true", "Enabled"],
  ["false", "Disabled"],
] as const;

export default function DomainsPage() {
  const [search, change] = useSearchMembers();
  const mayManage = useRight("ManageDomains");
  const [open, setOpen] = useState<"register" | Domain>();
  const assigned = useAssigned();
  const q = search.q ?? "";
  const enabled = search.enabled ?? "";
  const list = useEndless<Domain>(["domains", "list", q, enabled], (cursor) =>
    body(
      api.GET("/api/v1/domains", {
        params: {
          query: {
            limit: 100,
            cursor,
            include_total: !cursor,
            q: q || undefined,
            enabled: enabled ? enabled === "true" : undefined,
          },
        },
      }),
    ),
  );
  const columns: Column<Domain>[] = [
    {
      id: "name",
      header: "Domain",
      primary: true,
      cell: (domain) => (
        <>
          <span className="mono">{domain.name}</span>
          <span className="cell-sub">{kKinds[domain.kind]?.name ?? domain.kind}</span>
        </>
      ),
    },
    {
      id: "state",
      header: "State",
      fit: true,
      cell: (domain) => <Status state={domain.enabled ? "enabled" : "disabled"} />,
    },
    {
      id: "certificates",
      header: "Certificates",
      fit: true,
      cell: (domain) =>
        domain.kind === "dns" && (
          <Link to="/certificates" search={{ domain: domain.name } as never}>
            Show<span className="visually-hidden"> the certificates of {domain.name}</span>
          </Link>
        ),
    },
    { id: "since", header: "Registered", fit: true, cell: (domain) => <Time at={domain.created_at} as="date" /> },
  ];
  if (assigned.shown) {
    columns.splice(2, 0, {
      id: "assigned",
      header: "Assigned to",
      cell: (domain) => {
        const who = assigned.byDomain.get(domain.id) ?? [];
        if (who.length === 0) return <span className="muted">Nobody: Super Administrators only</span>;
        return (
          <span className="row">
            {who.slice(0, 4).map((one) => (
              <Link key={one.key} to={one.to as "/users/$id"} params={{ id: one.key }}>
                {one.name}
              </Link>
            ))}
            {who.length > 4 && <span className="muted">and {who.length - 4} more</span>}
          </span>
        );
      },
    });
  }
  if (mayManage) {
    columns.push({
      id: "actions",
      header: "Actions",
      fit: true,
      cell: (domain) => (
        <Button small onClick={() => setOpen(domain)}>
          {domain.enabled ? "Disable" : "Enable"}
          <span className="visually-hidden"> {domain.name}</span>
        </Button>
      ),
    });
  }
  const add = mayManage && (
    <Button icon="plus" look="primary" onClick={() => setOpen("register")}>
      Register a domain
    </Button>
  );
  const total = list.total;
  return (
    <Page
      title="Domains"
      lead="Nothing is issued for a name that is not under one of these. A registration covers every name below it."
      actions={add}
    >
      <div className="toolbar">
        <SearchBox label="Find a domain" value={q} onChange={(event) => change({ q: event.target.value })} />
        <FilterSelect label="State" value={enabled} options={kAny} onChange={(value) => change({ enabled: value })} />
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading rows={5} />
      ) : (
        <Table
          caption="Domains"
          columns={columns}
          rows={list.rows}
          rowKey={(domain) => domain.id}
          tall
          onEnd={list.more}
          empty={
            q || enabled ? (
              <Empty icon="search" title="No domain matches" />
            ) : (
              <Empty icon="globe" title="No domain is registered" actions={add}>
                Register example.com, and certificates can be requested for it and for all names below.
              </Empty>
            )
          }
          foot={total !== undefined && total > 0 && `${count(total)} in all`}
        />
      )}
      {open === "register" && <RegisterDialog onClose={() => setOpen(undefined)} />}
      {open && open !== "register" && <SwitchDialog domain={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
