import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnder } from "~/api/changes";
import { api, body } from "~/api/client";
import { providersQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { SelectField, TextArea, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { ProblemNotice } from "~/design/notice";
import { Empty, Panel } from "~/design/surfaces";
import { PolicyCheck } from "~/pages/certificate_request/policy_check";
import { kAlgorithms } from "~/pages/certificates/filters";

/** A request that is not submitted, and what each rule of each policy says to it. */
export function EvaluationPanel() {
  const seesProviders = useRight("ReadProviders");
  const providers = useQuery({ ...providersQuery, enabled: seesProviders });
  const [names, setNames] = useState<string[]>([]);
  const [form, setForm] = useState({ algorithm: "", days: "", provider: "", csr: "" });
  const set = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  const evaluate = useMutation({
    mutationFn: () => {
      const wanted: Schema<"OrderCreate"> = {
        ...(names[0] ? { common_name: names[0], subject_alternative_names: names } : {}),
        ...(form.csr ? { csr: form.csr } : {}),
        ...(form.algorithm && !form.csr ? { key_algorithm: form.algorithm as Schema<"KeyAlgorithm"> } : {}),
        ...(form.days ? { validity_days: Number(form.days) } : {}),
        ...(form.provider ? { provider_id: form.provider } : {}),
      };
      return body(api.POST("/api/v1/policy-evaluations", { body: wanted }));
    },
  });
  const errors = evaluate.error instanceof ApiError ? evaluate.error.fieldErrors() : {};
  const nameError = errors["/common_name"] ?? errorUnder(errors, "/subject_alternative_names");
  return (
    <div className="columns">
      <Panel title="The request" lead="Nothing is ordered. The policies answer as they would now.">
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            evaluate.mutate();
          }}
        >
          <LinesField
            label="Names"
            placeholder="www.example.com"
            hint="One a line; the first is the common name."
            value={names}
            onChange={setNames}
            error={nameError}
          />
          <div className="form-grid">
            <SelectField
              label="Key"
              error={errors["/key_algorithm"]}
              disabled={Boolean(form.csr)}
              {...set("algorithm")}
            >
              <option value="">As usual</option>
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
            {(providers.data?.length ?? 0) > 1 && (
              <SelectField label="Provider" error={errors["/provider_id"]} {...set("provider")}>
                <option value="">Local PKI</option>
                {providers.data
                  ?.filter((one) => one.active && one.type !== "local_pki")
                  .map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.name}
                    </option>
                  ))}
              </SelectField>
            )}
          </div>
          <details>
            <summary>With a signing request of your own</summary>
            <TextArea label="CSR (PEM)" mono rows={6} spellCheck={false} error={errors["/csr"]} {...set("csr")} />
          </details>
          <div className="row">
            <Button
              type="submit"
              look="primary"
              icon="play"
              busy={evaluate.isPending}
              disabled={names.length === 0 && !form.csr}
            >
              Ask the policies
            </Button>
          </div>
        </form>
      </Panel>
      <Panel title="What they say">
        <div aria-live="polite">
          <ProblemNotice
            error={evaluate.error}
            shown={Object.keys(errors).filter((at) => /^\/(common|subj|key|valid|prov|csr)/.test(at))}
          />
          {evaluate.data && <PolicyCheck evaluation={evaluate.data} />}
          {!evaluate.data && !evaluate.error && (
            <Empty icon="scale" title="Nothing was asked yet">
              Each rule of each policy that is about one of the names says pass, warning or blocked, and why.
            </Empty>
          )}
        </div>
      </Panel>
    </div>
  );
}
