import { errorUnder } from "~/api/changes";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { CheckField, TextField } from "~/design/field";

type Profile = Schema<"AcmeProfile">;

export function ProfilesField({
  value,
  errors,
  onChange,
}: {
  value: Profile[];
  errors: Record<string, string>;
  onChange: (profiles: Profile[]) => void;
}) {
  const change = (index: number, more: Partial<Profile>) =>
    onChange(value.map((one, at) => (at === index ? { ...one, ...more } : one)));
  return (
    <fieldset className="fieldset">
      <legend>Profiles</legend>
      <div className="field-hint">What clients may ask for by name. Without any, all get the same.</div>
      {value.map((profile, index) => {
        const error = (name: keyof Profile) => errorUnder(errors, `/profiles/${index}/${name}`);
        const days = (name: "default_validity_days" | "max_validity_days") => ({
          inputMode: "numeric" as const,
          value: profile[name] ?? "",
          error: error(name),
          onChange: (event: { target: { value: string } }) =>
            change(index, { [name]: event.target.value ? Number(event.target.value) : undefined }),
        });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a profile's name is being typed; its place stays.
          <div key={index} className="stack stack-s">
            <div className="form-grid">
              <TextField
                label="Profile"
                mono
                value={profile.name}
                error={error("name")}
                onChange={(event) => change(index, { name: event.target.value })}
              />
              <TextField
                label="Description"
                optional
                value={profile.description ?? ""}
                error={error("description")}
                onChange={(event) => change(index, { description: event.target.value })}
              />
              <TextField label="Usual days" {...days("default_validity_days")} />
              <TextField label="Days at most" {...days("max_validity_days")} />
            </div>
            <div className="row row-between">
              <CheckField
                label="Certificates say where to ask for revocation"
                checked={profile.revocation_information ?? true}
                onChange={(event) => change(index, { revocation_information: event.target.checked })}
              />
              <Button small icon="trash" onClick={() => onChange(value.filter((_, at) => at !== index))}>
                Remove<span className="visually-hidden"> the profile {profile.name}</span>
              </Button>
            </div>
          </div>
        );
      })}
      <div className="row">
        <Button
          small
          icon="plus"
          onClick={() =>
            onChange([
              ...value,
              { name: "", default_validity_days: 90, max_validity_days: 90, revocation_information: true },
            ])
          }
        >
          Add a profile
        </Button>
      </div>
    </fieldset>
  );
}
