import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { Choice, Choices, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import { ConfigurationForm } from "./configuration_form";
import { type Configuration, isShown, type Kind, kFields, kKinds } from "./fields";

const kOffered = ["acme", "est", "digicert", "globalsign", "manual"] as const satisfies readonly Kind[];

export function CreateProviderDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const [kind, setKind] = useState<Kind>("acme");
  const [name, setName] = useState("");
  const [configuration, setConfiguration] = useState<Configuration>({});
  const create = useMutation({
    mutationFn: () => {
      const shown = new Set(kFields[kind].filter((field) => isShown(field, configuration)).map((field) => field.name));
      const given = Object.entries(configuration).filter(([member, value]) => shown.has(member) && value !== null);
      const wanted: Schema<"ProviderCreate"> = {
        name,
        ...(kind === "acme" ? { type: "acme" } : { type: "external_ca", kind }),
        configuration: Object.fromEntries(given) as Schema<"ProviderSettings">,
      };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/providers", { params: { header }, body: wanted }));
    },
    onSuccess: (made) => {
      toast(`The provider ${made.name} is made.`);
      void client.invalidateQueries({ queryKey: ["providers"] });
      void navigate({ to: "/providers/$id", params: { id: made.id } });
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  const shown = ["/name", ...kFields[kind].map((field) => `/configuration/${field.name}`)];
  return (
    <Dialog
      title="New provider"
      wide
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
      <ProblemNotice error={create.error} shown={shown} />
      <Choices
        label="Kind"
        value={kind}
        onChange={(value) => {
          setKind(value as Kind);
          setConfiguration({});
        }}
      >
        {kOffered.map((one) => (
          <Choice key={one} value={one} label={kKinds[one].name} hint={kKinds[one].does} />
        ))}
      </Choices>
      <p className="field-hint">The kind cannot be changed afterwards.</p>
      <TextField
        label="Name"
        data-autofocus
        value={name}
        error={errors["/name"]}
        onChange={(event) => setName(event.target.value)}
      />
      <ConfigurationForm
        key={kind}
        kind={kind}
        configuration={configuration}
        errors={errors}
        onChange={(member, value) => setConfiguration((old) => ({ ...old, [member]: value }))}
      />
    </Dialog>
  );
}
