import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnder } from "~/api/changes";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { SelectField, TextArea, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import type { Policy } from "./data";

type Scope = "names" | "certificate" | "order";

/** An address with a colon or four numbers, a mailbox, a URI; everything else is a DNS name. */
function nameOf(value: string): Schema<"SubjectAlternativeName"> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return { type: "uri", value };
  if (value.includes("@")) return { type: "email", value };
  if (value.includes(":") || /^\d+(\.\d+){3}$/.test(value)) return { type: "ip", value };
  return { type: "dns", value: value.toLowerCase() };
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

export function WaiverDialog({ policies, onClose }: { policies: Policy[]; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [form, setForm] = useState({ policy: policies[0]?.id ?? "", rule: "", id: "", reason: "", until: inDays(30) });
  const [scope, setScope] = useState<Scope>("names");
  const [names, setNames] = useState<string[]>([]);
  const rules = policies.find((one) => one.id === form.policy)?.rules ?? [];
  const rule = form.rule || (rules[0]?.action ?? "");
  const grant = useMutation({
    mutationFn: () => {
      const wanted: Schema<"PolicyWaiverWrite"> = {
        policy_id: form.policy,
        rule,
        reason: form.reason,
        expires_at: `${form.until}T23:59:59Z`,
        ...(scope === "names" ? { subject_alternative_names: names.map(nameOf) } : {}),
        ...(scope === "certificate" ? { certificate_id: form.id.trim() } : {}),
        ...(scope === "order" ? { order_id: form.id.trim() } : {}),
      };
      const header = { "Idempotency-Key": keyFor(wanted) };
      return body(api.POST("/api/v1/policy-waivers", { params: { header }, body: wanted }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["policy-waivers"] });
      toast("The waiver is in force.");
      onClose();
    },
  });
  const errors = grant.error instanceof ApiError ? grant.error.fieldErrors() : {};
  const set = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  const complete = form.policy && rule && form.reason.trim() && (scope === "names" ? names.length > 0 : form.id.trim());
  return (
    <Dialog
      title="Approve a waiver"
      onClose={onClose}
      onSubmit={() => grant.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={grant.isPending} disabled={!complete}>
            Approve
          </Button>
        </>
      }
    >
      <ProblemNotice
        error={grant.error}
        shown={["/policy_id", "/rule", "/reason", "/expires_at", "/certificate_id", "/order_id"]}
      />
      <div className="form-grid">
        <SelectField
          label="Policy"
          data-autofocus
          error={errors["/policy_id"]}
          value={form.policy}
          onChange={(event) => setForm({ ...form, policy: event.target.value, rule: "" })}
        >
          {policies.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <SelectField label="Rule" error={errors["/rule"]} {...set("rule")} value={rule}>
          {[...new Set(rules.map((one) => one.action))].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </SelectField>
      </div>
      <SelectField label="For" value={scope} onChange={(event) => setScope(event.target.value as Scope)}>
        <option value="names">Requests for certain names</option>
        <option value="certificate">Renewals of one certificate</option>
        <option value="order">Resubmissions of one order</option>
      </SelectField>
      {scope === "names" ? (
        <LinesField
          label="Names"
          placeholder="printer-7.example.com"
          hint="One a line. A request with another name among them is not covered."
          value={names}
          onChange={setNames}
          error={errorUnder(errors, "/subject_alternative_names")}
        />
      ) : (
        <TextField
          label={scope === "certificate" ? "Id of the certificate" : "Id of the order"}
          mono
          error={errors["/certificate_id"] ?? errors["/order_id"]}
          {...set("id")}
        />
      )}
      <TextArea
        label="Reason"
        rows={3}
        hint="For who reads this later; ten characters at least."
        error={errors["/reason"]}
        {...set("reason")}
      />
      <TextField
        label="Until the end of"
        type="date"
        min={inDays(0)}
        max={inDays(365)}
        hint="In UTC; at most a year from now."
        error={errors["/expires_at"]}
        {...set("until")}
      />
    </Dialog>
  );
}
