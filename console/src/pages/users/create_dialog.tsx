import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import { DomainsField } from "./domains_field";
import { RoleField } from "./role_field";

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const [form, setForm] = useState({ email: "", name: "", password: "" });
  const [role, setRole] = useState<Schema<"Role">>("user");
  const [domains, setDomains] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: () => {
      const wanted: Schema<"UserCreate"> = { ...form, role, domain_ids: domains };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/users", { params: { header }, body: wanted }));
    },
    onSuccess: (made) => {
      toast(`${made.name || made.email} can sign in.`);
      void client.invalidateQueries({ queryKey: ["users"] });
      void navigate({ to: "/users/$id", params: { id: made.id } });
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  const set = (name: keyof typeof form) => ({
    value: form[name],
    error: errors[`/${name}`],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <Dialog
      title="New user"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={create.isPending}
            disabled={!form.email || !form.name || !form.password}
          >
            Create
          </Button>
        </>
      }
    >
      <ProblemNotice error={create.error} shown={["/email", "/name", "/password"]} />
      <TextField label="Name" data-autofocus autoComplete="off" {...set("name")} />
      <TextField label="E-mail" type="email" autoComplete="off" hint="They sign in with it." {...set("email")} />
      <TextField
        label="First password"
        type="password"
        autoComplete="new-password"
        hint="12 characters at least. They can change it under their account."
        {...set("password")}
      />
      <RoleField value={role} onChange={setRole} />
      {role !== "super_administrator" && <DomainsField value={domains} onChange={setDomains} />}
    </Dialog>
  );
}
