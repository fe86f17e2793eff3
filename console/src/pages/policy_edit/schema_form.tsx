import { useQuery } from "@tanstack/react-query";
import { errorUnder } from "~/api/changes";
import { providersQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import type { Open } from "~/api/types";
import { CheckField, FieldError, SelectField, TextArea, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { wordsOf } from "~/pages/policies/data";

/** Of JSON Schema, what the catalogue of rules uses. */
interface JsonSchema {
  type?: string | string[];
  enum?: string[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

type Values = Open;

interface FieldProps {
  name: string;
  schema: JsonSchema;
  value: unknown;
  optional: boolean;
  error?: string;
  onChange: (value: unknown) => void;
}

const isNumber = (schema: JsonSchema) => [schema.type].flat().some((type) => type === "integer" || type === "number");

function rangeOf({ minimum, maximum, description, default: usual }: JsonSchema) {
  const range = minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : "";
  return [description, range, usual !== undefined && `${usual} unless given`].filter(Boolean).join("; ") || undefined;
}

/** Several of a few. */
function Options({
  name,
  options,
  value,
  optional,
  error,
  onChange,
}: Omit<FieldProps, "schema"> & { options: readonly (readonly [string, string])[] }) {
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  const toggle = (option: string) =>
    onChange(chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option]);
  return (
    <fieldset className="field">
      <legend className="field-label">
        {wordsOf(name)} {optional && <span className="field-optional">(optional)</span>}
      </legend>
      <div className="option-grid">
        {options.map(([option, text]) => (
          <CheckField key={option} label={text} checked={chosen.includes(option)} onChange={() => toggle(option)} />
        ))}
      </div>
      {error && <FieldError>{error}</FieldError>}
    </fieldset>
  );
}

/** Ids that people know by another name. */
function ProviderOptions(props: Omit<FieldProps, "schema">) {
  const providers = useQuery(providersQuery);
  const chosen = Array.isArray(props.value) ? (props.value as string[]) : [];
  const known = (providers.data ?? []).map((one) => [one.id, one.name] as const);
  const unknown = chosen.filter((id) => !known.some(([one]) => one === id)).map((id) => [id, id] as const);
  return <Options {...props} options={[...known, ...unknown]} />;
}

function SchemaField(props: FieldProps) {
  const { name, schema, value, optional, error, onChange } = props;
  const seesProviders = useRight("ReadProviders");
  const label = wordsOf(name);
  const hint = rangeOf(schema);
  if (schema.type === "boolean") {
    return (
      <CheckField
        label={label}
        hint={hint}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  }
  if (schema.type === "array") {
    if (name === "provider_ids" && seesProviders) return <ProviderOptions {...props} />;
    if (schema.items?.enum) {
      return <Options {...props} options={schema.items.enum.map((one) => [one, one] as const)} />;
    }
    return (
      <LinesField
        label={label}
        optional={optional}
        hint={["One a line", hint].filter(Boolean).join("; ")}
        error={error}
        value={Array.isArray(value) ? (value as string[]) : []}
        onChange={(list) => onChange(list.length > 0 ? list : undefined)}
      />
    );
  }
  const text = value === undefined || value === null ? "" : String(value);
  const write = (typed: string) => onChange(typed === "" ? undefined : typed);
  if (schema.enum) {
    return (
      <SelectField
        label={label}
        optional={optional}
        hint={hint}
        error={error}
        value={text}
        onChange={(event) => write(event.target.value)}
      >
        <option value="">Choose</option>
        {schema.enum.map((one) => (
          <option key={one} value={one}>
            {wordsOf(one)}
          </option>
        ))}
      </SelectField>
    );
  }
  if (isNumber(schema)) {
    return (
      <TextField
        label={label}
        optional={optional}
        hint={hint}
        error={error}
        inputMode="numeric"
        value={text}
        onChange={({ target }) => write(target.value.trim())}
        // A whole number is one once it is complete; everything else is for the server to judge.
        onBlur={({ target }) => /^\d+$/.test(target.value) && onChange(Number(target.value))}
      />
    );
  }
  const common = { label, optional, hint, error, mono: true, spellCheck: false, value: text };
  if ((schema.maxLength ?? 0) > 1000) {
    return <TextArea {...common} rows={3} onChange={(event) => write(event.target.value)} />;
  }
  return <TextField {...common} onChange={(event) => write(event.target.value)} />;
}

/** Fields for a rule's values, from the schema that the catalogue has for them. */
export function SchemaForm({
  schema,
  values,
  errors,
  pointer,
  onChange,
}: {
  schema: unknown;
  values: Values;
  errors: Record<string, string>;
  pointer: string;
  onChange: (values: Values) => void;
}) {
  const { properties = {}, required = [] } = schema as JsonSchema;
  const fields = Object.entries(properties);
  if (fields.length === 0) return null;
  return (
    <div className="form-grid">
      {fields.map(([name, field]) => (
        <SchemaField
          key={name}
          name={name}
          schema={field}
          value={values[name]}
          optional={!required.includes(name)}
          error={errorUnder(errors, `${pointer}/${name}`)}
          onChange={(value) => {
            const next = { ...values, [name]: value };
            if (value === undefined) delete next[name];
            onChange(next);
          }}
        />
      ))}
    </div>
  );
}
