import { useQuery } from "@tanstack/react-query";
import { errorUnder, kMergePatch, useChanges } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { authoritiesQuery } from "~/api/lookups";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { Dialog } from "~/design/dialog";
import { CheckField, SelectField, TextArea, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { ProblemNotice } from "~/design/notice";
import { Loading } from "~/design/surfaces";
import { toast } from "~/design/toast";
import { kAlgorithms } from "~/pages/certificates/filters";
import { LimitsField } from "./limits_field";
import { ProfilesField } from "./profiles_field";
import { kChallenges, kModes } from "./words";

type Server = Schema<"AcmeServer">;

export function EditServerDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const authorities = useQuery(authoritiesQuery);
  const edit = useChanges<Server, Schema<"AcmeServerPatch">>({
    queryKey: ["acme-servers", id],
    load: () => tagged(api.GET("/api/v1/acme-servers/{id}", { params: { path: { id } } })),
    save: (changes, etag) =>
      body(
        api.PATCH("/api/v1/acme-servers/{id}", {
          params: { path: { id }, header: { "If-Match": etag } },
          headers: kMergePatch,
          body: changes,
        }),
      ),
    onSaved: () => {
      toast("The ACME server is changed.");
      onClose();
    },
  });
  const { value, errors, set } = edit;
  const text = (name: "name" | "description" | "terms_of_service" | "website" | "explanation_url") => ({
    value: value?.[name] ?? "",
    error: errors[`/${name}`],
    onChange: (event: { target: { value: string } }) => set(name, event.target.value),
  });
  const days = (name: "default_validity_days" | "max_validity_days") => ({
    inputMode: "numeric" as const,
    value: Number.isNaN(value?.[name]) ? "" : (value?.[name] ?? ""),
    error: errors[`/${name}`],
    onChange: (event: { target: { value: string } }) => set(name, Number.parseInt(event.target.value, 10)),
  });
  function toggle<Name extends "key_algorithms" | "challenge_types">(name: Name, one: Server[Name][number]) {
    const old = (value?.[name] ?? []) as Server[Name][number][];
    set(name, (old.includes(one) ? old.filter((other) => other !== one) : [...old, one]) as Server[Name]);
  }
  return (
    <Dialog
      title="Edit the ACME server"
      wide
      onClose={onClose}
      onSubmit={edit.save}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={edit.saving} disabled={!edit.changed}>
            Save
          </Button>
        </>
      }
    >
      <ChangeProblem error={edit.error} onReload={edit.reload} />
      <ProblemNotice error={edit.loadError} />
      {!value && !edit.loadError && <Loading rows={8} />}
      {value && (
        <>
          <div className="form-grid">
            <TextField label="Name" data-autofocus {...text("name")} />
            <SelectField
              label="Signing CA"
              value={value.authority_id}
              error={errors["/authority_id"]}
              onChange={(event) => set("authority_id", event.target.value)}
            >
              {authorities.data
                ?.filter((one) => one.id === value.authority_id || (one.kind === "intermediate" && !one.retired))
                .map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
            </SelectField>
            <TextField label="Usual days of validity" {...days("default_validity_days")} />
            <TextField label="At most" {...days("max_validity_days")} />
            <SelectField
              label="How clients get names"
              value={value.authorization_mode}
              error={errors["/authorization_mode"]}
              onChange={(event) => set("authorization_mode", event.target.value as Server["authorization_mode"])}
            >
              {Object.entries(kModes).map(([mode, name]) => (
                <option key={mode} value={mode}>
                  {name}
                </option>
              ))}
            </SelectField>
            <SelectField
              label="Digest"
              value={value.digest}
              error={errors["/digest"]}
              onChange={(event) => set("digest", event.target.value as Server["digest"])}
            >
              {["sha256", "sha384", "sha512", "none"].map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </SelectField>
          </div>
          <TextArea label="Description" optional rows={2} {...text("description")} />
          <CheckField
            label="Active"
            hint="While it is not, clients get an error. What was issued stays valid and can be revoked."
            checked={value.active}
            onChange={(event) => set("active", event.target.checked)}
          />
          <CheckField
            label="Only with credentials of an account that was made here"
            checked={value.require_eab}
            onChange={(event) => set("require_eab", event.target.checked)}
          />
          <CheckField
            label="Obey CAA records"
            checked={value.check_caa}
            onChange={(event) => set("check_caa", event.target.checked)}
          />
          <fieldset className="field">
            <legend className="field-label">Challenges</legend>
            <div className="check-row">
              {kChallenges.map((one) => (
                <CheckField
                  key={one}
                  label={one}
                  checked={value.challenge_types.includes(one)}
                  onChange={() => toggle("challenge_types", one)}
                />
              ))}
            </div>
          </fieldset>
          <fieldset className="field">
            <legend className="field-label">Keys that are permitted</legend>
            <div className="check-row">
              {kAlgorithms.map((one) => (
                <CheckField
                  key={one}
                  label={one}
                  checked={value.key_algorithms.includes(one)}
                  onChange={() => toggle("key_algorithms", one)}
                />
              ))}
            </div>
            <div className="field-hint">None marked: all are.</div>
          </fieldset>
          <LinesField
            label="CAA identities"
            optional
            hint="The domain names that CAA records know this CA by, one a line."
            value={value.caa_identities}
            error={errorUnder(errors, "/caa_identities")}
            onChange={(list) => set("caa_identities", list)}
          />
          <ProfilesField value={value.profiles} errors={errors} onChange={(profiles) => set("profiles", profiles)} />
          <LimitsField value={value.limits} errors={errors} onChange={(limits) => set("limits", limits)} />
          <div className="form-grid">
            <TextField label="Terms of service" optional placeholder="https://" {...text("terms_of_service")} />
            <TextField label="Website" optional placeholder="https://" {...text("website")} />
            <TextField
              label="Why certificates should be renewed early"
              optional
              placeholder="https://"
              hint="A page that renewal information names."
              {...text("explanation_url")}
            />
          </div>
        </>
      )}
    </Dialog>
  );
}
