import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { authoritiesQuery, providersQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import { ApiError } from "~/api/problem";
import type { Schema } from "~/api/types";
import { useSearchMembers } from "~/app/use_search";
import { Button, LinkButton } from "~/design/button";
import { CheckField, SelectField, TextArea, TextField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Back, Page, Panel } from "~/design/surfaces";
import { Tabs } from "~/design/tabs";
import { toast } from "~/design/toast";
import { CsrInput, parseCsr } from "./csr_input";
import { controlErrors, type Form, formOf, kEmpty, orderOf, patchOf, type Way } from "./form";
import { PolicyCheck } from "./policy_check";

const kWays = [
  ["automated", "Automated"],
  ["csr", "CSR upload"],
] as const;

const kKeys: [Schema<"KeyAlgorithm">, string][] = [
  ["ec-256", "EC P-256, fast and everywhere"],
  ["ec-384", "EC P-384"],
  ["ec-521", "EC P-521"],
  ["ed25519", "Ed25519"],
  ["rsa-2048", "RSA 2048"],
  ["rsa-3072", "RSA 3072"],
  ["rsa-4096", "RSA 4096"],
];

const kPurposes: [Schema<"ExtendedKeyUsage">, string][] = [
  ["serverAuth", "TLS server"],
  ["clientAuth", "TLS client"],
];

interface Controls {
  form: Form;
  errors: Partial<Record<keyof Form, string>>;
  set: (change: Partial<Form>) => void;
}

function text({ form, errors, set }: Controls, name: keyof Form) {
  return {
    value: String(form[name]),
    error: errors[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  };
}

function Automated(controls: Controls) {
  const { form, set } = controls;
  return (
    <div className="stack">
      <TextField
        label="Common Name"
        placeholder="app.example.com"
        autoFocus
        spellCheck={false}
        {...text(controls, "commonName")}
      />
      <TextArea
        label="Subject alternative names"
        optional
        rows={3}
        spellCheck={false}
        hint="DNS names, IP addresses or mail addresses, one a line. The common name is among them by itself."
        {...text(controls, "names")}
      />
      <SelectField label="Key" {...text(controls, "keyAlgorithm")}>
        {kKeys.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </SelectField>
      <fieldset className="field">
        <legend className="field-label">
          Used by a <span className="field-optional">(optional)</span>
        </legend>
        <div className="row purposes">
          {kPurposes.map(([value, name]) => (
            <CheckField
              key={value}
              label={name}
              checked={form.purposes.includes(value)}
              onChange={(event) =>
                set({
                  purposes: event.target.checked
                    ? [...form.purposes, value]
                    : form.purposes.filter((one) => one !== value),
                })
              }
            />
          ))}
        </div>
      </fieldset>
      <details>
        <summary>Organization and place</summary>
        <div className="form-grid">
          <TextField label="Organization" optional {...text(controls, "organization")} />
          <TextField label="Organizational unit" optional {...text(controls, "organizationalUnit")} />
          <TextField label="Country" optional maxLength={2} hint="Two letters" {...text(controls, "country")} />
          <TextField label="State" optional {...text(controls, "state")} />
          <TextField label="Locality" optional {...text(controls, "locality")} />
        </div>
      </details>
    </div>
  );
}

function Common(controls: Controls) {
  const { form } = controls;
  const providers = useQuery(providersQuery);
  const authorities = useQuery({ ...authoritiesQuery, enabled: useRight("ReadAuthorities") });
  const active = providers.data?.filter((one) => one.active) ?? [];
  const local = active.find((one) => one.kind === "local_pki");
  const isLocal = !form.providerId || form.providerId === local?.id;
  const issuing =
    authorities.data?.filter((one) => one.kind === "intermediate" && one.status === "active" && !one.retired) ?? [];
  return (
    <div className="form-grid">
      <SelectField label="Provider" {...text(controls, "providerId")}>
        <option value="">Local PKI, as set up</option>
        {active
          .filter((one) => one.id !== local?.id)
          .map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
      </SelectField>
      {isLocal && issuing.length > 1 && (
        <SelectField label="Issuing CA" optional {...text(controls, "authorityId")}>
          <option value="">The server chooses</option>
          {issuing.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        label="Valid for days"
        optional
        inputMode="numeric"
        hint="Empty: the server's usual validity."
        {...text(controls, "validityDays")}
      />
      <TextField label="Tags" optional hint="Separated by commas." {...text(controls, "tags")} />
    </div>
  );
}

/** The order that is being edited, where the address names one. */
function useEdited(from: string, onLoaded: (form: Form, way: Way) => void) {
  const order = useQuery({
    queryKey: ["orders", "one", from],
    enabled: Boolean(from),
    queryFn: () => body(api.GET("/api/v1/orders/{id}", { params: { path: { id: from } } })),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each order, whatever the page does meanwhile.
  useEffect(() => {
    if (order.data) onLoaded(...formOf(order.data.request as Schema<"OrderCreate">));
  }, [order.data]);
  return order;
}

export default function CertificateRequestPage() {
  const [search, change] = useSearchMembers();
  const navigate = useNavigate();
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const mayEvaluate = useRight("EvaluatePolicies");
  const [form, setForm] = useState(kEmpty);
  const from = search.from ?? "";
  const way: Way = search.way === "csr" ? "csr" : "automated";
  const edited = useEdited(from, (loaded, loadedWay) => {
    setForm(loaded);
    change({ way: loadedWay });
  });

  const submit = useMutation({
    mutationFn: () => {
      const order = orderOf(form, way);
      const header = { "Idempotency-Key": keyFor(order) };
      const changes = patchOf((edited.data?.request ?? {}) as Schema<"OrderCreate">, order);
      return from
        ? body(
            api.POST("/api/v1/orders/{id}/resubmissions", {
              params: { path: { id: from }, header },
              body: { changes: changes as never },
            }),
          )
        : body(api.POST("/api/v1/orders", { params: { header }, body: order }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["orders"] }), // a refused one is an order as well
    onSuccess: async (order) => {
      await client.invalidateQueries({ queryKey: ["certificates"] });
      if (order.status === "complete" && order.certificate_id) {
        toast(`The certificate of ${order.common_name} is issued.`);
        await navigate({ to: "/certificates/$id", params: { id: order.certificate_id } });
      } else {
        await navigate({ to: "/orders/$id", params: { id: order.id } });
      }
    },
  });
  const evaluate = useMutation({
    mutationFn: () => body(api.POST("/api/v1/policy-evaluations", { body: orderOf(form, way) })),
  });
  const error = submit.error ?? evaluate.error;
  const kept = submit.error instanceof ApiError ? submit.error.problem?.order_id : undefined;
  const { of: errors, shown } = controlErrors(error instanceof ApiError ? error.fieldErrors() : {});
  const controls: Controls = {
    form,
    errors,
    set: (members) => {
      setForm({ ...form, ...members });
      evaluate.reset();
    },
  };
  const csr = parseCsr(form.csr);
  const ready =
    way === "csr" ? csr !== undefined && "request" in csr : Boolean(form.commonName.trim() || form.names.trim());
  return (
    <Page
      title="Request New Certificate"
      narrow
      above={<Back to="/certificates">Certificates</Back>}
      lead={
        from
          ? "The failed order, to be edited. The new order is linked to it."
          : "With a key that is made here, or with a signing request of your own."
      }
    >
      <ProblemNotice error={edited.error} />
      <form
        className="stack stack-l"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit.mutate();
        }}
      >
        <Panel title="Names and key">
          <Tabs label="Who makes the key" value={way} tabs={kWays} onChange={(next) => change({ way: next })}>
            {way === "automated" ? (
              <div className="stack">
                <p className="secondary">
                  The key pair is made here and kept, encrypted. It can be downloaded as a PFX.
                </p>
                <Automated {...controls} />
              </div>
            ) : (
              <div className="stack">
                <p className="secondary">You made the key and keep it. The names come from the request.</p>
                <CsrInput value={form.csr} error={errors.csr} onChange={(csrText) => controls.set({ csr: csrText })} />
              </div>
            )}
          </Tabs>
        </Panel>
        <Panel title="Issuance">
          <Common {...controls} />
        </Panel>
        {error && Object.keys(errors).length > 0 && (
          <Notice tone="bad" title="Not submitted">
            Mend what is marked above.
          </Notice>
        )}
        {(Object.keys(errors).length === 0 ||
          shown.length < Object.keys(error instanceof ApiError ? error.fieldErrors() : {}).length) && (
          <ProblemNotice error={error} shown={shown} />
        )}
        {kept && (
          <Notice title="The request is kept as a failed order">
            <div>Change it here, or submit it again from there once what stands against it is gone.</div>
            <div className="row">
              <LinkButton to="/orders/$id" params={{ id: kept }} small>
                Open the failed order
              </LinkButton>
            </div>
          </Notice>
        )}
        {evaluate.data && <PolicyCheck evaluation={evaluate.data} />}
        <div className="row row-end">
          <LinkButton to="/certificates" look="quiet">
            Cancel
          </LinkButton>
          {mayEvaluate && (
            <Button icon="policy" busy={evaluate.isPending} disabled={!ready} onClick={() => evaluate.mutate()}>
              Check the policies
            </Button>
          )}
          <Button type="submit" look="primary" busy={submit.isPending} disabled={!ready}>
            {from ? "Resubmit" : "Submit"}
          </Button>
        </div>
      </form>
    </Page>
  );
}
