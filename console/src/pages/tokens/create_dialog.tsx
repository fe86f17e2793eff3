import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnder } from "~/api/changes";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { Choice, Choices, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { ProblemNotice } from "~/design/notice";
import { SecretDialog } from "~/design/secret";
import { kScopes } from "~/pages/users/data";

export function CreateTokenDialog({ userId, onClose }: { userId?: string; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Schema<"Scope">>("read");
  const [until, setUntil] = useState("");
  const [networks, setNetworks] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: () => {
      const wanted: Schema<"ApiTokenCreate"> = {
        name,
        scope,
        ...(until ? { expires_at: `${until}T23:59:59Z` } : {}),
        ...(networks.length > 0 ? { source_cidrs: networks } : {}),
        ...(userId ? { user_id: userId } : {}),
      };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/api-tokens", { params: { header }, body: wanted }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["api-tokens"] }),
  });
  if (create.data) {
    return (
      <SecretDialog
        title={`The token ${create.data.name}`}
        parts={[{ label: "Token", value: create.data.token }]}
        onDone={onClose}
      />
    );
  }
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  return (
    <Dialog
      title="New API token"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={!name.trim()}>
            Create
          </Button>
        </>
      }
    >
      <ProblemNotice error={create.error} shown={["/name", "/expires_at", "/source_cidrs"]} />
      <TextField
        label="Name"
        data-autofocus
        placeholder="Backup script"
        value={name}
        error={errors["/name"]}
        onChange={(event) => setName(event.target.value)}
      />
      <Choices label="Scope" value={scope} onChange={(value) => setScope(value as Schema<"Scope">)}>
        {kScopes.map(([value, label, hint]) => (
          <Choice key={value} value={value} label={label} hint={hint} />
        ))}
      </Choices>
      <TextField
        label="Until the end of"
        optional
        type="date"
        value={until}
        error={errors["/expires_at"]}
        onChange={(event) => setUntil(event.target.value)}
      />
      <LinesField
        label="From these networks only"
        optional
        placeholder="192.0.2.0/24"
        hint="CIDR, one a line."
        value={networks}
        error={errorUnder(errors, "/source_cidrs")}
        onChange={setNetworks}
      />
    </Dialog>
  );
}
