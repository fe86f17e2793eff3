import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { domainsQuery } from "~/api/lookups";
import { useMe, useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { PageFailed } from "~/app/errors";
import { kRoles, roleName } from "~/app/roles";
import { Status, Tag } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { CheckField, TextField } from "~/design/field";
import { Menu, MenuItem } from "~/design/menu";
import { Notice, ProblemNotice } from "~/design/notice";
import { Back, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import { TokenList } from "~/pages/tokens/list";
import type { User } from "~/pages/users/data";
import { DomainsField } from "~/pages/users/domains_field";
import { RoleField } from "~/pages/users/role_field";
import { IdentityLinks } from "./identity_links";

function EditDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const me = useMe();
  const edit = useChanges<User, Schema<"UserPatch">>({
    queryKey: ["users", id],
    load: () => tagged(api.GET("/api/v1/users/{id}", { params: { path: { id } } })),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/users/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved: () => {
      toast("The user is changed.");
      onClose();
    },
  });
  const { value, errors } = edit;
  const self = me.actor.id === id;
  return (
    <Dialog
      title="Edit the user"
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
      <ChangeProblem error={edit.error} shown={["/name", "/password"]} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      {!value && !edit.loadError && <Loading />}
      {value && (
        <>
          <TextField
            label="Name"
            data-autofocus
            value={value.name}
            error={errors["/name"]}
            onChange={(event) => edit.set("name", event.target.value)}
          />
          {self && <Notice>This is you: with another role, what you may do changes at once.</Notice>}
          <RoleField value={value.role} onChange={(role) => edit.set("role", role)} />
          {value.role !== "super_administrator" && (
            <DomainsField value={value.domain_ids} onChange={(ids) => edit.set("domain_ids", ids)} />
          )}
          <CheckField
            label="Enabled"
            hint="Who is disabled cannot sign in, and their tokens and service accounts stop working."
            checked={value.enabled}
            onChange={(event) => edit.set("enabled", event.target.checked)}
          />
          <TextField
            label="New password"
            optional
            type="password"
            autoComplete="new-password"
            hint="Empty keeps the one that is set."
            value={edit.changes.password ?? ""}
            error={errors["/password"]}
            onChange={(event) => edit.setAlso({ password: event.target.value || undefined })}
          />
        </>
      )}
    </Dialog>
  );
}

function ResetDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: user.id };
  const current = useQuery({
    queryKey: ["changes", "users", user.id, "totp"],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/users/{id}", { params: { path } })),
  });
  const reset = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/users/{id}/totp", { params: { path, header: { "If-Match": current.data?.etag ?? "" } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["users"] });
      toast("The second factor is removed.");
      onClose();
    },
  });
  return (
    <Dialog
      title="Remove the second factor"
      onClose={onClose}
      onSubmit={() => reset.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={reset.isPending} disabled={!current.data}>
            Remove it
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={reset.error}
        onReload={async () => {
          await current.refetch();
          reset.reset();
        }}
      />
      <ProblemNotice error={current.error} />
      <p>
        {user.name || user.email} then signs in with the password alone, and can set up a new app. Do this only when you
        are sure that it is them who asked.
      </p>
    </Dialog>
  );
}

export default function UserPage() {
  const { id = "" } = useParams({ strict: false });
  const [open, setOpen] = useState<"edit" | "totp">();
  const mayManage = useRight("ManageUsers");
  const seesDomains = useRight("ReadDomains");
  const domains = useQuery({ ...domainsQuery, enabled: seesDomains });
  const loaded = useQuery({
    queryKey: ["users", "one", id],
    queryFn: () => body(api.GET("/api/v1/users/{id}", { params: { path: { id } } })),
  });
  const user = loaded.data;
  const back = <Back to="/users">Users</Back>;
  if (loaded.error && !user) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!user) {
    return (
      <Page title="User" above={back}>
        <Loading rows={6} />
      </Page>
    );
  }
  const assigned = (domains.data ?? []).filter((one) => user.domain_ids.includes(one.id));
  return (
    <Page
      title={user.name || user.email}
      above={back}
      lead={
        <span className="row">
          <Status state={user.enabled ? "enabled" : "disabled"} />
          {roleName(user.role)}
        </span>
      }
      actions={
        mayManage && (
          <>
            <Button icon="edit" onClick={() => setOpen("edit")}>
              Edit
            </Button>
            <Menu label="More actions" icon="more" className="button button-icon">
              <MenuItem icon="lock" danger onSelect={() => setOpen("totp")}>
                Remove the second factor
              </MenuItem>
            </Menu>
          </>
        )
      }
    >
      <div className="columns-detail">
        <div className="stack">
          {mayManage && (
            <>
              <TokenList userId={id} title="API tokens" />
              <IdentityLinks userId={id} />
            </>
          )}
        </div>
        <Panel title="User">
          <Facts>
            <Fact name="E-mail">{user.email}</Fact>
            <Fact name="Role">{kRoles[user.role]?.does}</Fact>
            <Fact name="Domains">
              {user.role === "super_administrator" ? (
                "All that are registered"
              ) : assigned.length > 0 ? (
                <span className="row">
                  {assigned.map((one) => (
                    <Tag key={one.id}>{one.name}</Tag>
                  ))}
                </span>
              ) : (
                <span className="muted">None</span>
              )}
            </Fact>
            <Fact name="Since">
              <Time at={user.created_at} />
            </Fact>
            <Fact name="Changed">
              <Time at={user.updated_at} />
            </Fact>
          </Facts>
        </Panel>
      </div>
      {open === "edit" && <EditDialog id={id} onClose={() => setOpen(undefined)} />}
      {open === "totp" && <ResetDialog user={user} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
