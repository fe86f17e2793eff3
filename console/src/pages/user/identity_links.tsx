import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, tagged } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";

type Link = Schema<"IdentityLink">;

function LinkDialog({ userId, onClose }: { userId: string; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [subject, setSubject] = useState("");
  const [issuer, setIssuer] = useState("");
  const link = useMutation({
    mutationFn: () => {
      const wanted: Schema<"IdentityLinkCreate"> = { subject, ...(issuer.trim() && { issuer: issuer.trim() }) };
      const params = { path: { id: userId }, header: { "Idempotency-Key": keyFor(wanted) } };
      return body(api.POST("/api/v1/users/{id}/identity-links", { params, body: wanted }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["identity-links"] });
      toast("The person is linked.");
      onClose();
    },
  });
  const errors = link.error instanceof ApiError ? link.error.fieldErrors() : {};
  return (
    <Dialog
      title="Link to the identity provider"
      onClose={onClose}
      onSubmit={() => link.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={link.isPending} disabled={!subject}>
            Link
          </Button>
        </>
      }
    >
      <ProblemNotice error={link.error} shown={["/subject", "/issuer"]} />
      <TextField
        label="Subject"
        data-autofocus
        hint="What the provider calls the person; the audit record of a refused login has it."
        autoComplete="off"
        spellCheck={false}
        value={subject}
        error={errors["/subject"]}
        onChange={(event) => setSubject(event.target.value)}
      />
      <TextField
        label="Issuer"
        optional
        placeholder="https://id.example.com/realm"
        hint="When it is another provider than this server’s."
        autoComplete="off"
        spellCheck={false}
        value={issuer}
        error={errors["/issuer"]}
        onChange={(event) => setIssuer(event.target.value)}
      />
    </Dialog>
  );
}

function UnlinkDialog({ link, onClose }: { link: Link; onClose: () => void }) {
  const client = useQueryClient();
  const path = { id: link.id };
  const current = useQuery({
    queryKey: ["changes", "identity-links", link.id],
    gcTime: 0,
    queryFn: () => tagged(api.GET("/api/v1/identity-links/{id}", { params: { path } })),
  });
  const unlink = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/identity-links/{id}", { params: { path, header: { "If-Match": current.data?.etag ?? "" } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["identity-links"] });
      toast("The link is removed.");
      onClose();
    },
  });
  return (
    <Dialog
      title="Remove the link"
      onClose={onClose}
      onSubmit={() => unlink.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={unlink.isPending} disabled={!current.data}>
            Remove it
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={unlink.error}
        onReload={async () => {
          await current.refetch();
          unlink.reset();
        }}
      />
      <ProblemNotice error={current.error} />
      <p>
        {link.subject} of {link.issuer} then signs in as this user no more, and all sessions of the user end. API tokens
        stay.
      </p>
    </Dialog>
  );
}

/** Who signs in as the user with an OpenID provider. */
export function IdentityLinks({ userId }: { userId: string }) {
  const [open, setOpen] = useState<"link" | Link>();
  const list = useEndless<Link>(["identity-links", "list", userId], (cursor) =>
    body(
      api.GET("/api/v1/users/{id}/identity-links", { params: { path: { id: userId }, query: { limit: 100, cursor } } }),
    ),
  );
  const columns: Column<Link>[] = [
    { id: "subject", header: "Subject", primary: true, cell: (link) => link.subject },
    { id: "issuer", header: "Issuer", cell: (link) => link.issuer },
    { id: "since", header: "Since", fit: true, cell: (link) => <Time at={link.created_at} as="date" /> },
    {
      id: "actions",
      header: "Actions",
      fit: true,
      cell: (link) => (
        <Button small onClick={() => setOpen(link)}>
          Remove<span className="visually-hidden"> {link.subject}</span>
        </Button>
      ),
    },
  ];
  return (
    <div className="stack">
      <div className="toolbar row-between">
        <h2>Identity provider</h2>
        <Button icon="plus" onClick={() => setOpen("link")}>
          Link
        </Button>
      </div>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading />
      ) : (
        <Table
          caption="Links to identity providers"
          columns={columns}
          rows={list.rows}
          rowKey={(link) => link.id}
          onEnd={list.more}
          empty={
            <Empty icon="user" title="Not linked">
              Whoever is linked signs in as this user with an OpenID provider.
            </Empty>
          }
        />
      )}
      {open === "link" && <LinkDialog userId={userId} onClose={() => setOpen(undefined)} />}
      {open && open !== "link" && <UnlinkDialog link={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
