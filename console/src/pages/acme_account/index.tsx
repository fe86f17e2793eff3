import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { PageFailed } from "~/app/errors";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Copyable } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { Menu, MenuItem } from "~/design/menu";
import { Notice, ProblemNotice } from "~/design/notice";
import { Back, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { plural, Time } from "~/design/time";
import { toast } from "~/design/toast";
import { nameOf } from "~/pages/acme_server/accounts";
import { EabDialog } from "~/pages/acme_server/eab_dialog";
import { BindingsPanel } from "./bindings";

type Account = Schema<"AcmeAccount">;

function useAccountChanges(id: string, onSaved: () => void) {
  return useChanges<Account, Schema<"AcmeAccountPatch">>({
    queryKey: ["acme-accounts", id],
    load: () => tagged(api.GET("/api/v1/acme-accounts/{id}", { params: { path: { id } } })),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/acme-accounts/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved,
  });
}

function RenameDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const edit = useAccountChanges(id, () => {
    toast("The account is renamed.");
    onClose();
  });
  return (
    <Dialog
      title="Rename the account"
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
      <ChangeProblem error={edit.error} shown={["/name"]} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      <TextField
        label="Name"
        data-autofocus
        value={edit.value?.name ?? ""}
        error={edit.errors["/name"]}
        onChange={(event) => edit.set("name", event.target.value)}
      />
    </Dialog>
  );
}

function RevokeDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: account.id };
  const current = useQuery({
    queryKey: ["changes", "acme-accounts", account.id, "revoke"],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/acme-accounts/{id}", { params: { path } })),
  });
  const revoke = useMutation({
    mutationFn: () =>
      body(
        api.PATCH("/api/v1/acme-accounts/{id}", {
          params: { path, header: { "If-Match": current.data?.etag ?? "" } },
          headers: kMergePatch,
          body: { status: "revoked" },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["acme-accounts"] });
      toast("The account is revoked.");
      onClose();
    },
  });
  return (
    <Dialog
      title={`Revoke ${nameOf(account)}`}
      onClose={onClose}
      onSubmit={() => revoke.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={revoke.isPending} disabled={!current.data}>
            Revoke the account
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={revoke.error}
        onReload={async () => {
          await current.refetch();
          revoke.reset();
        }}
      />
      <ProblemNotice error={current.error} />
      <p>Its client gets nothing from this server any more, for good. Certificates that it has stay valid.</p>
    </Dialog>
  );
}

function ReplaceDialog({
  account,
  server,
  onClose,
}: {
  account: Account;
  server?: Schema<"AcmeServer">;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [until, setUntil] = useState("");
  const replace = useMutation({
    mutationFn: () => {
      const wanted = until ? { credentials_expire_at: `${until}T23:59:59Z` } : {};
      return body(
        api.POST("/api/v1/acme-accounts/{id}/eab-credentials", {
          params: { path: { id: account.id }, header: { "Idempotency-Key": keyFor(wanted) } },
          body: wanted,
        }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["acme-accounts"] }),
  });
  if (replace.data) return <EabDialog account={replace.data} server={server} onDone={onClose} />;
  return (
    <Dialog
      title="New credentials"
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
      <p>The ones before it cannot be used to register any more. They are shown next, once.</p>
      <TextField
        label="Can be used until the end of"
        optional
        type="date"
        value={until}
        onChange={(event) => setUntil(event.target.value)}
      />
    </Dialog>
  );
}

function FailingNames({ account }: { account: Account }) {
  const client = useQueryClient();
  const mayManage = useRight("ManageAcmeAccounts");
  const path = { id: account.id };
  const lift = useMutation({
    mutationFn: async () => {
      const { etag } = await tagged(api.GET("/api/v1/acme-accounts/{id}", { params: { path } }));
      return api.DELETE("/api/v1/acme-accounts/{id}/failing-names", {
        params: { path, header: { "If-Match": etag } },
      });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["acme-accounts"] });
      toast("The account may try all names again.");
    },
  });
  if (account.failing_names.length === 0) return null;
  return (
    <Panel
      title="Names that fail"
      lead="Those that failed too often are paused for this account."
      actions={
        mayManage && (
          <Button small busy={lift.isPending} onClick={() => lift.mutate()}>
            Lift the pauses
          </Button>
        )
      }
    >
      <ProblemNotice error={lift.error} />
      <ul className="findings">
        {account.failing_names.map((name) => (
          <li key={name.type + name.value}>
            <div className="row row-between">
              <strong className="mono">{name.value}</strong>
              {name.paused_until && (
                <span className="secondary">
                  Paused until <Time at={name.paused_until} />
                </span>
              )}
            </div>
            <div className="muted">
              {plural(name.failures, "failure")}, last <Time at={name.last_at} as="relative" />
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export default function AcmeAccountPage() {
  const { id = "" } = useParams({ strict: false });
  const [open, setOpen] = useState<"rename" | "revoke" | "replace">();
  const mayManage = useRight("ManageAcmeAccounts");
  const loaded = useQuery({
    queryKey: ["acme-accounts", "one", id],
    queryFn: () => body(api.GET("/api/v1/acme-accounts/{id}", { params: { path: { id } } })),
  });
  const account = loaded.data;
  const server = useQuery({
    queryKey: ["acme-servers", "one", account?.server_id],
    enabled: Boolean(account),
    queryFn: () => body(api.GET("/api/v1/acme-servers/{id}", { params: { path: { id: account?.server_id ?? "" } } })),
  });
  if (loaded.error && !account) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!account) {
    return (
      <Page title="ACME account" above={<Back to="/acme-servers">ACME servers</Back>}>
        <Loading rows={8} />
      </Page>
    );
  }
  const usable = account.status === "pending" || account.status === "active";
  return (
    <Page
      title={nameOf(account)}
      above={
        <Back to="/acme-servers/$id" params={{ id: account.server_id }} search={{ tab: "accounts" } as never}>
          {server.data?.name ?? "ACME server"}
        </Back>
      }
      lead={
        <span className="row">
          <Status state={account.status} />
          ACME account
        </span>
      }
      actions={
        mayManage &&
        usable && (
          <>
            {account.status === "pending" && (
              <Button icon="key" onClick={() => setOpen("replace")}>
                New credentials
              </Button>
            )}
            <Menu label="More actions" icon="more" className="button button-icon">
              <MenuItem icon="edit" onSelect={() => setOpen("rename")}>
                Rename
              </MenuItem>
              <MenuItem icon="ban" danger onSelect={() => setOpen("revoke")}>
                Revoke
              </MenuItem>
            </Menu>
          </>
        )
      }
    >
      {account.status === "pending" && (
        <Notice title="It waits for its client">
          A client registers with the key id and the MAC key that were shown when it was made. If they are lost, replace
          them.
        </Notice>
      )}
      <div className="columns-detail">
        <div className="stack stack-l">
          <BindingsPanel id={id} />
          <FailingNames account={account} />
        </div>
        <Panel title="Account">
          <Facts>
            <Fact name="Contacts">{account.contacts.map((one) => one.replace(/^mailto:/, "")).join(", ")}</Fact>
            <Fact name="Key id">{account.key_id && <Copyable value={account.key_id} label="key id" />}</Fact>
            <Fact name="Credentials until">
              {account.credentials_expire_at && <Time at={account.credentials_expire_at} />}
            </Fact>
            <Fact name="Thumbprint">
              {account.thumbprint && <Copyable value={account.thumbprint} label="thumbprint" />}
            </Fact>
            <Fact name="Agreed to">{account.agreed_terms}</Fact>
            <Fact name="Registered">{account.registered_at && <Time at={account.registered_at} />}</Fact>
            <Fact name="Made">
              <Time at={account.created_at} />
            </Fact>
            <Fact name="Id">
              <Copyable value={account.id} label="id" />
            </Fact>
          </Facts>
        </Panel>
      </div>
      {open === "rename" && <RenameDialog id={id} onClose={() => setOpen(undefined)} />}
      {open === "revoke" && <RevokeDialog account={account} onClose={() => setOpen(undefined)} />}
      {open === "replace" && (
        <ReplaceDialog account={account} server={server.data} onClose={() => setOpen(undefined)} />
      )}
    </Page>
  );
}
