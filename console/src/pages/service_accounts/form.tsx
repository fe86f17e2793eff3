import { useQuery } from "@tanstack/react-query";
import { errorUnder } from "~/api/changes";
import type { Schema } from "~/api/types";
import { Choice, Choices, SelectField, TextArea, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { kScopes, usersQuery } from "~/pages/users/data";
import { DomainsField } from "~/pages/users/domains_field";

export interface MachineForm {
  kind: Schema<"MachineKind">;
  name: string;
  description: string;
  owner_id: string;
  scope: Schema<"Scope">;
  domain_ids: string[];
  source_cidrs?: string[] | null;
  expires_at: string | null;
}

/** What new and existing accounts have in common. */
export function MachineFields({
  value,
  errors,
  onChange,
}: {
  value: MachineForm;
  errors: Record<string, string>;
  onChange: <Name extends keyof MachineForm>(name: Name, value: MachineForm[Name]) => void;
}) {
  const users = useQuery(usersQuery);
  return (
    <>
      <TextField
        label="Name"
        data-autofocus
        placeholder="Deploy pipeline"
        value={value.name}
        error={errors["/name"]}
        onChange={(event) => onChange("name", event.target.value)}
      />
      <TextArea
        label="Description"
        optional
        rows={2}
        value={value.description}
        error={errors["/description"]}
        onChange={(event) => onChange("description", event.target.value)}
      />
      <SelectField
        label="Owner"
        hint="Who answers for it. While they are disabled, it is worth nothing."
        value={value.owner_id}
        error={errors["/owner_id"]}
        onChange={(event) => onChange("owner_id", event.target.value)}
      >
        {users.data
          ?.filter((user) => user.enabled || user.id === value.owner_id)
          .map((user) => (
            <option key={user.id} value={user.id}>
              {user.name ? `${user.name} (${user.email})` : user.email}
            </option>
          ))}
      </SelectField>
      <Choices label="Scope" value={value.scope} onChange={(scope) => onChange("scope", scope as Schema<"Scope">)}>
        {kScopes.map(([scope, label, hint]) => (
          <Choice key={scope} value={scope} label={label} hint={hint} />
        ))}
      </Choices>
      {value.kind === "courier" && (
        <DomainsField value={value.domain_ids} onChange={(ids) => onChange("domain_ids", ids)} />
      )}
      <TextField
        label="Until the end of"
        optional
        type="date"
        value={value.expires_at?.slice(0, 10) ?? ""}
        error={errors["/expires_at"]}
        onChange={(event) => onChange("expires_at", event.target.value ? `${event.target.value}T23:59:59Z` : null)}
      />
      <LinesField
        label="From these networks only"
        optional
        placeholder="192.0.2.0/24"
        hint="CIDR, one a line."
        value={value.source_cidrs ?? []}
        error={errorUnder(errors, "/source_cidrs")}
        onChange={(list) => onChange("source_cidrs", list.length > 0 ? list : null)}
      />
    </>
  );
}
