import "./authorities.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { authoritiesQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Icon } from "~/design/icon";
import { Notice, ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { Time } from "~/design/time";
import { CreateAuthorityDialog } from "./create_dialog";
import { CrlState } from "./crl";
import { ImportAuthorityDialog } from "./import_dialog";

type Authority = Schema<"Authority">;

function Card({ authority }: { authority: Authority }) {
  const what = authority.kind === "root" ? "Root" : "Intermediate";
  return (
    <div className={`ca-card ${authority.retired ? "ca-retired" : ""}`}>
      <div className="ca-name">
        <Icon name={authority.kind === "root" ? "lock" : "certificate"} />
        <div className="grow">
          <Link to="/authorities/$id" params={{ id: authority.id }} className="break">
            {authority.name}
          </Link>
          <div className="muted">
            {what}, {authority.algorithm}, {authority.digest === "none" ? "no digest" : authority.digest}
          </div>
        </div>
      </div>
      <dl className="ca-facts">
        <div>
          <dt>Valid until</dt>
          <dd>
            <Time at={authority.valid_to} as="date" />
          </dd>
        </div>
        <div>
          <dt>CRL{authority.crl_number > 0 && ` no. ${authority.crl_number}`}</dt>
          <dd>
            <CrlState authority={authority} />
          </dd>
        </div>
      </dl>
      <div className="ca-state">
        <Status state={authority.retired && authority.status === "active" ? "retired" : authority.status} />
      </div>
    </div>
  );
}

function Branch({ authorities, parent }: { authorities: Authority[]; parent: Authority }) {
  const below = authorities.filter((one) => one.parent_id === parent.id);
  return (
    <li>
      <Card authority={parent} />
      {below.length > 0 && (
        <ul aria-label={`Signed by ${parent.name}`}>
          {below.map((one) => (
            <Branch key={one.id} authorities={authorities} parent={one} />
          ))}
        </ul>
      )}
    </li>
  );
}

export default function AuthoritiesPage() {
  const authorities = useQuery(authoritiesQuery);
  const mayManage = useRight("ManageAuthorities");
  const [open, setOpen] = useState<"create" | "import">();
  const all = authorities.data ?? [];
  const known = new Set(all.map((one) => one.id));
  const tops = all.filter((one) => !one.parent_id || !known.has(one.parent_id));
  const issues = all.some((one) => one.kind === "intermediate" && one.status === "active" && !one.retired);
  const actions = mayManage && (
    <>
      <Button icon="upload" onClick={() => setOpen("import")}>
        Import
      </Button>
      <Button icon="plus" look="primary" onClick={() => setOpen("create")}>
        Create a CA
      </Button>
    </>
  );
  return (
    <Page
      title="Local PKI"
      lead="Roots are what clients trust; the intermediates below them sign certificates. No root ever signs one itself."
      actions={actions}
    >
      <ProblemNotice error={authorities.error} onRetry={() => authorities.refetch()} />
      {authorities.isPending && <Loading rows={6} />}
      {authorities.data && all.length > 0 && !issues && (
        <Notice tone="warn" title="Nothing can be issued here">
          There is no active intermediate. Create one below a root whose key is here.
        </Notice>
      )}
      {authorities.data && all.length === 0 && (
        <Empty icon="tree" title="No CA yet" actions={actions}>
          Begin with a root. Then create an intermediate below it: that one signs the certificates, and can be replaced
          without touching what clients trust.
        </Empty>
      )}
      {tops.length > 0 && (
        <ul className="ca-tree" aria-label="Certificate authorities">
          {tops.map((one) => (
            <Branch key={one.id} authorities={all} parent={one} />
          ))}
        </ul>
      )}
      {open === "create" && <CreateAuthorityDialog authorities={all} onClose={() => setOpen(undefined)} />}
      {open === "import" && <ImportAuthorityDialog onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
