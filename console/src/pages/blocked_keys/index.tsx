import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useIdempotencyKey } from "~/api/idempotency";
import { useRight } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Badge } from "~/design/badge";
import { Button } from "~/design/button";
import { Copyable } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { TextArea, TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { count, plural, Time } from "~/design/time";
import { toast } from "~/design/toast";

type Key = Schema<"BlockedKey">;

const kHash = /^[0-9a-f]{64}$/i;

/** One hash, many, or something that the key is in; never a private key. */
function meaningOf(text: string) {
  const trimmed = text.trim();
  if (/PRIVATE KEY/.test(trimmed)) return { kind: "private" } as const;
  if (/BEGIN CERTIFICATE-/.test(trimmed)) return { kind: "one", member: { certificate: trimmed } } as const;
  if (/BEGIN (NEW )?CERTIFICATE REQUEST/.test(trimmed)) return { kind: "one", member: { csr: trimmed } } as const;
  if (/BEGIN PUBLIC KEY/.test(trimmed)) return { kind: "one", member: { public_key: trimmed } } as const;
  const hashes = trimmed.split(/[\s,]+/).filter(Boolean);
  if (hashes.length === 0 || !hashes.every((one) => kHash.test(one))) return { kind: "unknown" } as const;
  return hashes.length === 1
    ? ({ kind: "one", member: { spki_sha256: hashes[0] } } as const)
    : ({ kind: "many", hashes } as const);
}

function BlockDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const meaning = meaningOf(text);
  const block = useMutation({
    mutationFn: async () => {
      if (meaning.kind === "many") {
        const wanted = { spki_sha256: meaning.hashes, note };
        const header = { "Idempotency-Key": keyFor(wanted) };
        const done = await body(api.POST("/api/v1/blocked-keys/imports", { params: { header }, body: wanted }));
        return `${plural(done.added, "key")} blocked; ${count(done.already_blocked)} were before.`;
      }
      const wanted = { ...(meaning.kind === "one" ? meaning.member : {}), note };
      const header = { "Idempotency-Key": keyFor(wanted) };
      const key = await body(api.POST("/api/v1/blocked-keys", { params: { header }, body: wanted }));
      return key.active_certificates > 0
        ? `The key is blocked. ${plural(key.active_certificates, "certificate")} in use still have it.`
        : "The key is blocked.";
    },
    onSuccess: async (done) => {
      await client.invalidateQueries({ queryKey: ["blocked-keys"] });
      toast(done);
      onClose();
    },
  });
  const errors = block.error instanceof ApiError ? block.error.fieldErrors() : {};
  const own = Object.entries(errors).find(([pointer]) => pointer !== "/note")?.[1];
  const unusable = text.trim() && meaning.kind === "unknown" && "Not a PEM block, and not hashes of 64 hex digits.";
  return (
    <Dialog
      title="Block a key"
      onClose={onClose}
      onSubmit={() => block.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="danger-solid"
            busy={block.isPending}
            disabled={!note.trim() || meaning.kind === "private" || meaning.kind === "unknown"}
          >
            Block
          </Button>
        </>
      }
    >
      <ProblemNotice error={block.error} shown={Object.keys(errors)} />
      {meaning.kind === "private" && (
        <Notice tone="bad" title="This is a private key">
          Do not paste it anywhere. Its certificate or public key is enough; nothing was sent.
        </Notice>
      )}
      <TextArea
        label="Certificate, CSR, public key, or SHA-256 hashes of public keys"
        mono
        rows={6}
        spellCheck={false}
        data-autofocus
        hint="PEM, or hashes of the SubjectPublicKeyInfo as hex, one a line; 10,000 at most."
        error={own || unusable || undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <TextField label="Why" value={note} error={errors["/note"]} onChange={(event) => setNote(event.target.value)} />
    </Dialog>
  );
}

function UnblockDialog({ blocked, onClose }: { blocked: Key; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [note, setNote] = useState("");
  const path = { spki_sha256: blocked.spki_sha256 };
  const detail = useQuery({
    queryKey: ["blocked-key", blocked.spki_sha256], // not below the list's: it is gone once it is unblocked
    queryFn: () => body(api.GET("/api/v1/blocked-keys/{spki_sha256}", { params: { path } })),
  });
  const unblock = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/blocked-keys/{spki_sha256}/removal", {
          params: { path, header: { "Idempotency-Key": keyFor({ note, ...path }) } },
          body: { note },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["blocked-keys"] });
      toast("The key can be certified again.");
      onClose();
    },
  });
  const errors = unblock.error instanceof ApiError ? unblock.error.fieldErrors() : {};
  return (
    <Dialog
      title="Unblock the key"
      onClose={onClose}
      onSubmit={() => unblock.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={unblock.isPending} disabled={!note.trim()}>
            Unblock
          </Button>
        </>
      }
    >
      <ProblemNotice error={unblock.error} shown={["/note"]} />
      <p className="mono break">{blocked.spki_sha256}</p>
      {blocked.reason === "keyCompromise" && (
        <Notice tone="warn" title="It was blocked because it is compromised">
          Who else has the private key can use every certificate that is issued for it.
        </Notice>
      )}
      {detail.data && detail.data.active_certificates > 0 && (
        <p className="secondary">{plural(detail.data.active_certificates, "certificate")} in use have it.</p>
      )}
      <TextField
        label="Why it may be certified again"
        value={note}
        error={errors["/note"]}
        onChange={(event) => setNote(event.target.value)}
      />
    </Dialog>
  );
}

export default function BlockedKeysPage() {
  const mayManage = useRight("ManageBlockedKeys");
  const mayUnblock = useRight("UnblockKeys");
  const [open, setOpen] = useState<"block" | Key>();
  const list = useEndless<Key>(["blocked-keys", "list"], (cursor) =>
    body(api.GET("/api/v1/blocked-keys", { params: { query: { limit: 100, cursor, include_total: !cursor } } })),
  );
  const columns: Column<Key>[] = [
    {
      id: "key",
      header: "SHA-256 of the public key",
      primary: true,
      cell: (key) => <Copyable value={key.spki_sha256} label="hash">{`${key.spki_sha256.slice(0, 24)}…`}</Copyable>,
    },
    {
      id: "reason",
      header: "Reason",
      fit: true,
      cell: (key) => (
        <Badge tone={key.reason === "keyCompromise" ? "bad" : "quiet"} icon="ban">
          {key.reason === "keyCompromise" ? "Compromised" : "By a person"}
        </Badge>
      ),
    },
    { id: "note", header: "Why", cell: (key) => <span className="break">{key.note}</span> },
    { id: "by", header: "By", cell: (key) => key.blocked_by.name },
    { id: "at", header: "Since", fit: true, cell: (key) => <Time at={key.created_at} as="date" /> },
  ];
  if (mayUnblock) {
    columns.push({
      id: "actions",
      header: "Actions",
      fit: true,
      cell: (key) => (
        <Button small onClick={() => setOpen(key)}>
          Unblock<span className="visually-hidden"> {key.spki_sha256.slice(0, 8)}</span>
        </Button>
      ),
    });
  }
  const add = mayManage && (
    <Button icon="ban" onClick={() => setOpen("block")}>
      Block a key
    </Button>
  );
  return (
    <Page
      title="Blocked keys"
      lead="No certificate is issued for these keys, whichever way it is asked for."
      actions={add}
    >
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      {list.isPending ? (
        <Loading rows={5} />
      ) : (
        <Table
          caption="Blocked keys"
          columns={columns}
          rows={list.rows}
          rowKey={(key) => key.spki_sha256}
          tall
          onEnd={list.more}
          empty={
            <Empty icon="key" title="No key is blocked" actions={add}>
              A revocation for keyCompromise blocks its key by itself. Keys that became known elsewhere can be blocked
              by hand, one or ten thousand.
            </Empty>
          }
          foot={list.total !== undefined && list.total > 0 && `${count(list.total)} in all`}
        />
      )}
      {open === "block" && <BlockDialog onClose={() => setOpen(undefined)} />}
      {open && open !== "block" && <UnblockDialog blocked={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
