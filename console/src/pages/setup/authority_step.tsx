import { useState } from "react";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { CreateAuthorityDialog } from "~/pages/authorities/create_dialog";
import { ImportAuthorityDialog } from "~/pages/authorities/import_dialog";
import { Step } from "./step";

export function AuthorityStep({
  authorities,
  error,
}: {
  authorities: Schema<"Authority">[] | undefined;
  error: unknown;
}) {
  const [open, setOpen] = useState<"create" | "import">();
  const usable = authorities?.some((one) => one.kind === "intermediate" && one.status === "active" && !one.retired);
  return (
    <Step
      title="2. Certificate authority"
      done={Boolean(usable)}
      error={error}
      lead="A root that clients trust, and an intermediate below it that signs. The first start made a pair; keep it, make others, or bring your own."
    >
      <ul className="plain-list">
        {authorities?.map((one) => (
          <li key={one.id}>
            <span className="grow">
              <strong>{one.name}</strong>
              <span className="cell-sub">
                {one.kind === "root" ? "Root" : "Intermediate"}, {one.algorithm}
              </span>
            </span>
            <Status state={one.retired ? "retired" : one.status} />
          </li>
        ))}
      </ul>
      <div className="row">
        <Button icon="plus" onClick={() => setOpen("create")}>
          Create a CA
        </Button>
        <Button icon="upload" onClick={() => setOpen("import")}>
          Import a CA
        </Button>
      </div>
      {open === "create" && (
        <CreateAuthorityDialog authorities={authorities ?? []} onClose={() => setOpen(undefined)} />
      )}
      {open === "import" && <ImportAuthorityDialog onClose={() => setOpen(undefined)} />}
    </Step>
  );
}
