import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { useMe } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { Choice, Choices } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { MachineFields, type MachineForm } from "./form";
import { MachineSecretDialog } from "./secret_dialog";

export function CreateServiceAccountDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [form, setForm] = useState<MachineForm>({
    kind: "service_account",
    name: "",
    description: "",
    owner_id: me.actor.id,
    scope: "write",
    domain_ids: [],
    source_cidrs: null,
    expires_at: null,
  });
  const create = useMutation({
    mutationFn: () => {
      const { domain_ids, ...rest } = form;
      const wanted: Schema<"ServiceAccountCreate"> = form.kind === "courier" ? { ...rest, domain_ids } : rest;
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/service-accounts", { params: { header }, body: wanted }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["service-accounts"] }),
  });
  if (create.data) return <MachineSecretDialog made={create.data} name={create.data.name} onDone={onClose} />;
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  return (
    <Dialog
      title="New service account"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={!form.name.trim()}>
            Create
          </Button>
        </>
      }
    >
      <ProblemNotice error={create.error} shown={["/name", "/description", "/owner_id", "/expires_at"]} />
      <Choices
        label="Kind"
        value={form.kind}
        onChange={(kind) => setForm({ ...form, kind: kind as MachineForm["kind"] })}
      >
        <Choice value="service_account" label="Service account" hint="Acts with its owner’s role and domains." />
        <Choice value="courier" label="Courier" hint="An agent on a host, with domains of its own." />
      </Choices>
      <MachineFields
        value={form}
        errors={errors}
        onChange={(name, value) => setForm((old) => ({ ...old, [name]: value }))}
      />
    </Dialog>
  );
}
