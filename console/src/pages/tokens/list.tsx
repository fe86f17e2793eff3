import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, tagged } from "~/api/client";
import { useEndless } from "~/api/endless";
import { Badge } from "~/design/badge";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import type { ApiToken } from "~/pages/users/data";
import { CreateTokenDialog } from "./create_dialog";

const isUsable = (token: ApiToken) =>
  !token.revoked_at && (!token.expires_at || new Date(token.expires_at).getTime() > Date.now());

function State({ token }: { token: ApiToken }) {
  if (token.revoked_at) {
    return (
      <Badge tone="bad" icon="ban">
        Revoked
      </Badge>
    );
  }
  return isUsable(token) ? (
    <Badge tone="good" icon="check">
      Usable
    </Badge>
  ) : (
    <Badge tone="quiet" icon="clock">
      Expired
    </Badge>
  );
}

function RevokeDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: token.id };
  const current = useQuery({
    queryKey: ["changes", "api-tokens", token.id],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/api-tokens/{id}", { params: { path } })),
  });
  const revoke = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/api-tokens/{id}", { params: { path, header: { "If-Match": current.data?.etag ?? "" } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["api-tokens"] });
      toast(`The token ${token.name} is revoked.`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Revoke the token ${token.name}`}
      onClose={onClose}
      onSubmit={() => revoke.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={revoke.isPending} disabled={!current.data}>
            Revoke
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
      <p>Whatever uses it is refused from its next request on. This cannot be taken back.</p>
    </Dialog>
  );
}

/** Tokens of one user; the caller's own without an id. `title` stands beside the way to make another. */
export function TokenList({ userId, title }: { userId?: string; title?: string }) {
  const [open, setOpen] = useState<"create" | ApiToken>();
  const list = useEndless<ApiToken>(["api-tokens", "list", userId ?? "own"], (cursor) =>
    body(api.GET("/api/v1/api-tokens", { params: { query: { limit: 100, cursor, user_id: userId } } })),
  );
  const columns: Column<ApiToken>[] = [
    { id: "name", header: "Token", primary: true, cell: (token) => token.name },
    { id: "state", header: "State", fit: true, cell: (token) => <State token={token} /> },
    { id: "scope", header: "Scope", fit: true, cell: (token) => token.scope },
    {
      id: "networks",
      header: "From",
      cell: (token) => token.source_cidrs?.join(", ") ?? <span className="muted">Anywhere</span>,
    },
    {
      id: "used",
      header: "Last used",
      fit: true,
      cell: (token) =>
        token.last_used_at ? <Time at={token.last_used_at} as="relative" /> : <span className="muted">Never</span>,
    },
    {
      id: "until",
      header: "Until",
      fit: true,
      cell: (token) =>
        token.expires_at ? <Time at={token.expires_at} as="date" /> : <span className="muted">No end</span>,
    },
    {
      id: "actions",
      header: "Actions",
      fit: true,
      cell: (token) =>
        isUsable(token) && (
          <Button small onClick={() => setOpen(token)}>
            Revoke<span className="visually-hidden"> {token.name}</span>
          </Button>
        ),
    },
  ];
  const add = (
    <Button icon="plus" onClick={() => setOpen("create")}>
      New token
    </Button>
  );
  return (
    <div className="stack">
      <div className="toolbar row-between">
        {title ? <h2>{title}</h2> : <span />}
        {add}
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading />
      ) : (
        <Table
          caption="API tokens"
          columns={columns}
          rows={list.rows}
          rowKey={(token) => token.id}
          tall
          onEnd={list.more}
          empty={
            <Empty icon="key" title="No API token">
              A token lets a script act for its owner, with the scope that it was given at most.
            </Empty>
          }
        />
      )}
      {open === "create" && <CreateTokenDialog userId={userId} onClose={() => setOpen(undefined)} />}
      {open && open !== "create" && <RevokeDialog token={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
