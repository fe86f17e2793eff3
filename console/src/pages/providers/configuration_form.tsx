import { SelectField, TextArea, TextField } from "~/design/field";
import { type Configuration, isShown, type Kind, kFields, kMask, type ProviderField } from "./fields";

function Field({
  field,
  value,
  isSet,
  error,
  onChange,
}: {
  field: ProviderField;
  value: string | number | null | undefined;
  isSet: boolean;
  error?: string;
  onChange: (value: string | number | null) => void;
}) {
  const text = value === null || value === undefined || value === kMask ? "" : String(value);
  const common = {
    label: field.label,
    optional: !field.required,
    hint: [field.hint, isSet && "One is set; what you type replaces it, empty keeps it."].filter(Boolean).join(" "),
    error,
    value: text,
    placeholder: isSet ? kMask : field.placeholder,
  };
  const write = (typed: string) => {
    if (typed === "") onChange(isSet ? kMask : null);
    else onChange(field.number && /^\d+$/.test(typed) ? Number(typed) : typed);
  };
  if (field.options) {
    return (
      <SelectField {...common} onChange={(event) => write(event.target.value)}>
        <option value="">As usual</option>
        {field.options.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </SelectField>
    );
  }
  if (field.long) {
    return (
      <TextArea
        {...common}
        mono={field.name !== "instructions"}
        rows={3}
        spellCheck={field.name === "instructions"}
        autoComplete="off"
        onChange={(event) => write(event.target.value)}
      />
    );
  }
  return (
    <TextField
      {...common}
      type={field.secret ? "password" : "text"}
      autoComplete={field.secret ? "new-password" : "off"}
      inputMode={field.number ? "numeric" : undefined}
      onChange={(event) => write(event.target.value)}
    />
  );
}

/** The members of a kind. A secret that is set is never here to be shown. */
export function ConfigurationForm({
  kind,
  configuration,
  stored = {},
  errors,
  onChange,
}: {
  kind: Kind;
  configuration: Configuration;
  /** What the server answered: `********` in the place of secrets. */
  stored?: Configuration;
  errors: Record<string, string>;
  onChange: (name: string, value: string | number | null) => void;
}) {
  return (
    <>
      {kFields[kind]
        .filter((field) => isShown(field, configuration))
        .map((field) => (
          <Field
            key={field.name}
            field={field}
            value={configuration[field.name]}
            isSet={Boolean(field.secret) && stored[field.name] === kMask}
            error={errors[`/configuration/${field.name}`]}
            onChange={(value) => onChange(field.name, value)}
          />
        ))}
    </>
  );
}
