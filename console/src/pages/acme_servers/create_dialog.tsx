import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { authoritiesQuery } from "~/api/lookups";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { CheckField, Choice, Choices, SelectField, TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";

type Mode = Schema<"AuthorizationMode">;

/** "Internal services" becomes "internal-services". */
const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 63);

const kShown = ["/name", "/slug", "/authority_id", "/default_validity_days", "/max_validity_days"];

export function CreateServerDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const authorities = useQuery(authoritiesQuery);
  const issuing = (authorities.data ?? []).filter(
    (one) => one.kind === "intermediate" && one.status === "active" && !one.retired && one.has_private_key,
  );
  const [form, setForm] = useState({ name: "", slug: "", authority: "", usual: "90", most: "90" });
  const [mode, setMode] = useState<Mode>("challenges");
  const [eab, setEab] = useState(false);
  const slug = form.slug || slugOf(form.name);
  const authority = form.authority || (issuing.at(-1)?.id ?? "");
  const create = useMutation({
    mutationFn: () => {
      const wanted: Schema<"AcmeServerCreate"> = {
        name: form.name,
        slug,
        authority_id: authority,
        authorization_mode: mode,
        require_eab: eab || mode === "bindings",
        default_validity_days: Number(form.usual),
        max_validity_days: Number(form.most),
      };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/acme-servers", { params: { header }, body: wanted }));
    },
    onSuccess: async (made) => {
      toast(`The ACME server ${made.name} is made.`);
      void client.invalidateQueries({ queryKey: ["acme-servers"] });
      void navigate({ to: "/acme-servers/$id", params: { id: made.id } });
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fieldErrors() : {};
  const set = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  return (
    <Dialog
      title="New ACME server"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={!slug || !form.name || !authority}>
            Create
          </Button>
        </>
      }
    >
      <ProblemNotice error={create.error} shown={kShown} />
      {authorities.data && issuing.length === 0 && (
        <Notice tone="warn" title="No CA can sign for it">
          Create an intermediate in the local PKI first.
        </Notice>
      )}
      <TextField label="Name" data-autofocus placeholder="Internal services" error={errors["/name"]} {...set("name")} />
      <TextField
        label="Name in its address"
        mono
        hint={`…/acme/${slug || "name"}/directory. Clients keep it; it cannot be changed later.`}
        placeholder={slugOf(form.name)}
        error={errors["/slug"]}
        {...set("slug")}
      />
      <SelectField label="Signing CA" error={errors["/authority_id"]} {...set("authority")} value={authority}>
        {issuing.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <div className="form-grid">
        <TextField
          label="Usual days of validity"
          inputMode="numeric"
          error={errors["/default_validity_days"]}
          {...set("usual")}
        />
        <TextField label="At most" inputMode="numeric" error={errors["/max_validity_days"]} {...set("most")} />
      </div>
      <Choices label="How clients get names" value={mode} onChange={(value) => setMode(value as Mode)}>
        <Choice
          value="challenges"
          label="They prove control"
          hint="http-01, dns-01 or tls-alpn-01, as at a public CA."
        />
        <Choice
          value="bindings"
          label="They are bound to names"
          hint="You make accounts and say which names each may have. Nothing has to be reachable."
        />
      </Choices>
      {mode === "challenges" && (
        <CheckField
          label="Only with credentials of an account that was made here"
          hint="External account binding; without, every client may register."
          checked={eab}
          onChange={(event) => setEab(event.target.checked)}
        />
      )}
    </Dialog>
  );
}
