import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { domainsQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { PageFailed } from "~/app/errors";
import { Status, Tag } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Copyable } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { CheckField, SelectField } from "~/design/field";
import { Menu, MenuItem } from "~/design/menu";
import { ProblemNotice } from "~/design/notice";
import { Back, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import { kMachines } from "~/pages/service_accounts";
import { MachineFields } from "~/pages/service_accounts/form";
import { MachineSecretDialog } from "~/pages/service_accounts/secret_dialog";
import { type ServiceAccount, usersQuery } from "~/pages/users/data";

function EditDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const edit = useChanges<ServiceAccount, Schema<"ServiceAccountPatch">>({
    queryKey: ["service-accounts", id],
    load: () => tagged(api.GET("/api/v1/service-accounts/{id}", { params: { path: { id } } })),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/service-accounts/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved: () => {
      toast("The account is changed.");
      onClose();
    },
  });
  return (
    <Dialog
      title="Edit the account"
      onClose={onClose}
      onSubmit={edit.save}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={edit.saving} disabled={!edit.changed}>
            Save
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={edit.error}
        shown={["/name", "/description", "/owner_id", "/expires_at"]}
        onReload={edit.reload}
      />
      <ProblemNotice error={edit.loadError} />
      {!edit.value && !edit.loadError && <Loading />}
      {edit.value && (
        <>
          <MachineFields
            value={edit.value}
            errors={edit.errors}
            onChange={(name, value) => edit.set(name, value as never)}
          />
          <CheckField
            label="Enabled"
            checked={edit.value.enabled}
            onChange={(event) => edit.set("enabled", event.target.checked)}
          />
        </>
      )}
    </Dialog>
  );
}

const kOverlaps = [
  ["0", "At once"],
  ["3600", "After an hour"],
  ["86400", "After a day"],
  ["604800", "After a week"],
] as const;

function ReplaceDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [overlap, setOverlap] = useState("86400");
  const replace = useMutation({
    mutationFn: () => {
      const wanted = { overlap_seconds: Number(overlap) };
      return body(
        api.POST("/api/v1/service-accounts/{id}/secrets", {
          params: { path: { id: account.id }, header: { "Idempotency-Key": keyFor(wanted) } },
          body: wanted,
        }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["service-accounts"] }),
  });
  if (replace.data) return <MachineSecretDialog made={replace.data} name={account.name} onDone={onClose} />;
  return (
    <Dialog
      title="Replace the secret"
      onClose={onClose}
      onSubmit={() => replace.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={replace.isPending}>
            Replace
          </Button>
        </>
      }
    >
      <ProblemNotice error={replace.error} />
      <SelectField
        label="The secret before it ends"
        hint="Time enough to bring the new one to where it is used."
        data-autofocus
        value={overlap}
        onChange={(event) => setOverlap(event.target.value)}
      >
        {kOverlaps.map(([seconds, text]) => (
          <option key={seconds} value={seconds}>
            {text}
          </option>
        ))}
      </SelectField>
    </Dialog>
  );
}

function DeleteDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { id: account.id };
  const current = useQuery({
    queryKey: ["changes", "service-accounts", account.id, "delete"],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/service-accounts/{id}", { params: { path } })),
  });
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/service-accounts/{id}", {
        params: { path, header: { "If-Match": current.data?.etag ?? "" } },
      }),
    onSuccess: () => {
      toast(`${account.name} is deleted.`);
      void navigate({ to: "/service-accounts" });
      void client.invalidateQueries({ queryKey: ["service-accounts", "list"] });
    },
  });
  return (
    <Dialog
      title={`Delete ${account.name}`}
      onClose={onClose}
      onSubmit={() => remove.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={remove.isPending} disabled={!current.data}>
            Delete
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={remove.error}
        onReload={async () => {
          await current.refetch();
          remove.reset();
        }}
      />
      <ProblemNotice error={current.error} />
      <p>Its secrets and tokens stop working at once. What it did stays in the records.</p>
    </Dialog>
  );
}

function Secrets({ id }: { id: string }) {
  const secrets = useQuery({
    queryKey: ["service-accounts", "secrets", id],
    queryFn: () =>
      body(api.GET("/api/v1/service-accounts/{id}/secrets", { params: { path: { id }, query: { limit: 50 } } })),
  });
  return (
    <>
      <ProblemNotice error={secrets.error} />
      {secrets.isPending && <Loading rows={2} />}
      <ul className="findings">
        {secrets.data?.items.map((secret) => (
          <li key={secret.id} className="row row-between">
            <span>
              Made <Time at={secret.created_at} />
            </span>
            {secret.expires_at ? (
              <span className="secondary">
                ends <Time at={secret.expires_at} as="relative" />
              </span>
            ) : (
              <Status state="active" />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

export default function ServiceAccountPage() {
  const { id = "" } = useParams({ strict: false });
  const [open, setOpen] = useState<"edit" | "replace" | "delete">();
  const mayManage = useRight("ManageServiceAccounts");
  const seesUsers = useRight("ReadUsers");
  const users = useQuery({ ...usersQuery, enabled: seesUsers });
  const domains = useQuery(domainsQuery);
  const loaded = useQuery({
    queryKey: ["service-accounts", "one", id],
    queryFn: () => body(api.GET("/api/v1/service-accounts/{id}", { params: { path: { id } } })),
  });
  const account = loaded.data;
  const back = <Back to="/service-accounts">Service accounts</Back>;
  if (loaded.error && !account) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!account) {
    return (
      <Page title="Service account" above={back}>
        <Loading rows={6} />
      </Page>
    );
  }
  const owner = users.data?.find((user) => user.id === account.owner_id);
  const assigned = (domains.data ?? []).filter((one) => account.domain_ids.includes(one.id));
  return (
    <Page
      title={account.name}
      above={back}
      lead={
        <span className="row">
          <Status state={account.enabled ? "enabled" : "disabled"} />
          {kMachines[account.kind] ?? account.kind}
          {account.description && <span>: {account.description}</span>}
        </span>
      }
      actions={
        mayManage && (
          <>
            <Button icon="key" onClick={() => setOpen("replace")}>
              Replace the secret
            </Button>
            <Button icon="edit" onClick={() => setOpen("edit")}>
              Edit
            </Button>
            <Menu label="More actions" icon="more" className="button button-icon">
              <MenuItem icon="trash" danger onSelect={() => setOpen("delete")}>
                Delete
              </MenuItem>
            </Menu>
          </>
        )
      }
    >
      <div className="columns">
        <Panel title="Account">
          <Facts>
            <Fact name="Client id">
              <Copyable value={account.client_id} label="client id" />
            </Fact>
            <Fact name="Scope">{account.scope}</Fact>
            <Fact name="Owner">
              {owner && (
                <Link to="/users/$id" params={{ id: owner.id }}>
                  {owner.name || owner.email}
                </Link>
              )}
            </Fact>
            <Fact name="Domains">
              {account.kind === "courier" ? (
                <span className="row">
                  {assigned.map((one) => (
                    <Tag key={one.id}>{one.name}</Tag>
                  ))}
                  {assigned.length === 0 && <span className="muted">None: it may request nothing</span>}
                </span>
              ) : (
                "Those of its owner"
              )}
            </Fact>
            <Fact name="From">{account.source_cidrs?.join(", ") ?? "Anywhere"}</Fact>
            <Fact name="Until">{account.expires_at ? <Time at={account.expires_at} /> : "No end"}</Fact>
            <Fact name="Last used">{account.last_used_at && <Time at={account.last_used_at} as="relative" />}</Fact>
            <Fact name="Made">
              <Time at={account.created_at} />
            </Fact>
          </Facts>
        </Panel>
        <div className="stack stack-l">
          <Panel title="Secrets" lead="Stored as hashes; each was shown once.">
            <Secrets id={id} />
          </Panel>
          {account.certificate_ids.length > 0 && (
            <Panel title="Client certificates" lead="Over a connection with one of them it needs no token.">
              <ul className="findings">
                {account.certificate_ids.map((one) => (
                  <li key={one}>
                    <Link to="/certificates/$id" params={{ id: one }} className="mono">
                      {one}
                    </Link>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
      {open === "edit" && <EditDialog id={id} onClose={() => setOpen(undefined)} />}
      {open === "replace" && <ReplaceDialog account={account} onClose={() => setOpen(undefined)} />}
      {open === "delete" && <DeleteDialog account={account} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
