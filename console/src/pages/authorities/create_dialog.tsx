import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { Choice, Choices, SelectField, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";

type Kind = Schema<"AuthorityKind">;

const kAlgorithms = ["ec-256", "ec-384", "ec-521", "ed25519", "rsa-2048", "rsa-3072", "rsa-4096"] as const;
/** Roots sign seldom and live long; an intermediate signs every certificate, which P-256 does forty times faster. */
const kUsual: Record<Kind, Schema<"KeyAlgorithm">> = { root: "ec-384", intermediate: "ec-256" };
const kShown = ["/name", "/subject/common_name", "/subject/organization", "/validity_days", "/parent_id"];

export function CreateAuthorityDialog({
  authorities,
  onClose,
}: {
  authorities: Schema<"Authority">[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const parents = authorities.filter((one) => one.has_private_key && one.status === "active" && one.path_length !== 0);
  const [kind, setKind] = useState<Kind>(parents.length > 0 ? "intermediate" : "root");
  const [form, setForm] = useState({ name: "", organization: "", days: "", parent: parents[0]?.id ?? "" });
  const [algorithm, setAlgorithm] = useState<Schema<"KeyAlgorithm">>();
  const create = useMutation({
    mutationFn: () => {
      const wanted: Schema<"AuthorityCreate"> = {
        kind,
        name: form.name,
        subject: { common_name: form.name, ...(form.organization ? { organization: form.organization } : {}) },
        algorithm: algorithm ?? kUsual[kind],
        ...(form.days ? { validity_days: Number(form.days) } : {}),
        ...(kind === "intermediate" ? { parent_id: form.parent } : {}),
      };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/certificate-authorities", { params: { header }, body: wanted }));
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["certificate-authorities"] });
      toast(`${made.name} is created.`);
      onClose();
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  const set = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <Dialog
      title="Create a CA"
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
      {!kShown.some((pointer) => pointer in errors) && <ProblemNotice error={create.error} shown={kShown} />}
      <Choices label="Kind" value={kind} onChange={(value) => setKind(value as Kind)}>
        <Choice value="root" label="Root" hint="Clients trust it. It signs intermediates only, and CRLs." />
        {parents.length > 0 && (
          <Choice value="intermediate" label="Intermediate" hint="It signs certificates, below a root." />
        )}
      </Choices>
      <TextField
        label="Name"
        data-autofocus
        placeholder="Example Issuing CA"
        error={errors["/name"] ?? errors["/subject/common_name"]}
        {...set("name")}
      />
      <TextField label="Organization" optional error={errors["/subject/organization"]} {...set("organization")} />
      <div className="form-grid">
        {kind === "intermediate" && (
          <SelectField label="Signed by" error={errors["/parent_id"]} {...set("parent")}>
            {parents.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
        )}
        <SelectField
          label="Key"
          value={algorithm ?? kUsual[kind]}
          onChange={(event) => setAlgorithm(event.target.value as Schema<"KeyAlgorithm">)}
        >
          {kAlgorithms.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Valid for days"
          optional
          inputMode="numeric"
          error={errors["/validity_days"]}
          {...set("days")}
        />
      </div>
    </Dialog>
  );
}
