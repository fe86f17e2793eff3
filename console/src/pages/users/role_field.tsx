import type { Schema } from "~/api/types";
import { kRoles } from "~/app/roles";
import { Choice, Choices } from "~/design/field";

export function RoleField({ value, onChange }: { value: Schema<"Role">; onChange: (role: Schema<"Role">) => void }) {
  return (
    <Choices label="Role" value={value} onChange={(role) => onChange(role as Schema<"Role">)}>
      {Object.entries(kRoles).map(([role, { name, does }]) => (
        <Choice key={role} value={role} label={name} hint={does} />
      ))}
    </Choices>
  );
}
