import { useQuery } from "@tanstack/react-query";
import { domainsQuery } from "~/api/lookups";
import { CheckField } from "~/design/field";

/** Under which registered domains somebody may request. */
export function DomainsField({ value, onChange }: { value: readonly string[]; onChange: (ids: string[]) => void }) {
  const domains = useQuery(domainsQuery);
  const toggle = (id: string) => onChange(value.includes(id) ? value.filter((one) => one !== id) : [...value, id]);
  return (
    <fieldset className="field">
      <legend className="field-label">Domains</legend>
      {domains.data?.length === 0 && <div className="field-hint">None is registered yet.</div>}
      <div className="check-row">
        {domains.data?.map((one) => (
          <CheckField
            key={one.id}
            label={one.kind === "mail" ? `${one.name} (mail)` : one.name}
            checked={value.includes(one.id)}
            onChange={() => toggle(one.id)}
          />
        ))}
      </div>
      <div className="field-hint">They may request names under these only. Super Administrators need none.</div>
    </fieldset>
  );
}
