import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { EabDialog } from "./eab_dialog";

const kShown = ["/name", "/credentials_expire_at"];

/** An account in advance; its credentials follow at once, in the same dialog's place. */
export function CreateAccountDialog({ server, onClose }: { server: Schema<"AcmeServer">; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [name, setName] = useState("");
  const [until, setUntil] = useState("");
  const create = useMutation({
    mutationFn: () => {
      const wanted: Schema<"AcmeAccountCreate"> = {
        name,
        ...(until ? { credentials_expire_at: `${until}T23:59:59Z` } : {}),
      };
      return body(
        api.POST("/api/v1/acme-servers/{id}/accounts", {
          params: { path: { id: server.id }, header: { "Idempotency-Key": keyFor(wanted) } },
          body: wanted,
        }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["acme-accounts"] }),
  });
  if (create.data) return <EabDialog account={create.data} server={server} onDone={onClose} />;
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  return (
    <Dialog
      title="Make an ACME account"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={!name.trim()}>
            Make the account
          </Button>
        </>
      }
    >
      <ProblemNotice error={create.error} shown={kShown} />
      <p className="secondary">It waits for a client that registers with its credentials. They are shown next, once.</p>
      <TextField
        label="Name"
        data-autofocus
        placeholder="Kubernetes production"
        value={name}
        error={errors["/name"]}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Credentials can be used until the end of"
        optional
        type="date"
        value={until}
        error={errors["/credentials_expire_at"]}
        onChange={(event) => setUntil(event.target.value)}
      />
    </Dialog>
  );
}
