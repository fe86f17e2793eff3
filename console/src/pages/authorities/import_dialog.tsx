import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextArea, TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";

const kMembers = ["name", "certificate", "private_key", "passphrase"] as const;

export function ImportAuthorityDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [form, setForm] = useState({ name: "", certificate: "", private_key: "", passphrase: "" });
  const take = useMutation({
    mutationFn: () => {
      const { name, certificate, private_key, passphrase } = form;
      const wanted = {
        name,
        certificate,
        ...(private_key ? { private_key } : {}),
        ...(passphrase ? { passphrase } : {}),
      };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/certificate-authorities/imports", { params: { header }, body: wanted }));
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["certificate-authorities"] });
      toast(`${made.name} is imported.`);
      onClose();
    },
  });
  const errors = take.error instanceof ApiError ? take.error.fieldErrors() : {};
  const shown = kMembers.map((name) => `/${name}`);
  const set = (name: keyof typeof form) => ({
    value: form[name],
    error: errors[`/${name}`],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <Dialog
      title="Import a CA"
      wide
      onClose={onClose}
      onSubmit={() => take.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={take.isPending} disabled={!form.name || !form.certificate}>
            Import
          </Button>
        </>
      }
    >
      {!shown.some((pointer) => pointer in errors) && <ProblemNotice error={take.error} shown={shown} />}
      <TextField label="Name" data-autofocus {...set("name")} />
      <TextArea label="CA certificate (PEM)" mono rows={6} spellCheck={false} {...set("certificate")} />
      <TextArea
        label="Private key (PEM)"
        optional
        mono
        rows={5}
        spellCheck={false}
        hint="Without it the CA is known and trusted here, but cannot sign."
        {...set("private_key")}
      />
      <TextField label="Passphrase of the key" optional type="password" autoComplete="off" {...set("passphrase")} />
    </Dialog>
  );
}
