import { useQuery } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { useMe } from "~/api/me";
import type { Schema } from "~/api/types";
import { kRoles, roleName } from "~/app/roles";
import { Badge } from "~/design/badge";
import { ProblemNotice } from "~/design/notice";
import { Loading, Panel } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";

interface Operation {
  key: string;
  right: string;
  summary: string;
  scope: string;
}

interface Document {
  paths: Record<string, Record<string, { summary?: string; "x-right"?: string; "x-scope"?: string }>>;
}

/** The operations by the right that they need, as the server's own document says. */
async function load(): Promise<Operation[]> {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const { paths } = (await response.json()) as Document;
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        key: `${method} ${path}`,
        right: operation["x-right"] ?? "",
        summary: operation.summary ?? path,
        scope: operation["x-scope"] ?? "",
      })),
    )
    .filter((operation) => operation.right);
}

interface Right {
  name: string;
  allows: string[];
  scopes: string[];
}

/** For the heads of narrow columns. */
const kShort: Record<Schema<"Role">, string> = {
  user: "User",
  deployment_administrator: "Deployment",
  policy_administrator: "Policy",
  pki_administrator: "PKI",
  report_operator: "Report",
  super_administrator: "Super",
};

const words = (right: string) =>
  right
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/ (.)/g, (text) => text.toLowerCase())
    .replace(/\bacme\b/i, "ACME");

/** What each role is for, which rights it has, and what each right of the API allows. */
export function RolesTab() {
  const me = useMe();
  const operations = useQuery({ queryKey: ["openapi", "rights"], queryFn: load, staleTime: Number.POSITIVE_INFINITY });
  const table = useQuery({ queryKey: ["roles"], queryFn: () => body(api.GET("/api/v1/roles")) });
  const roles = table.data?.roles ?? [];
  const rights = new Map<string, Right>();
  for (const one of operations.data ?? []) {
    const right = rights.get(one.right) ?? { name: one.right, allows: [], scopes: [] };
    right.allows.push(one.summary);
    if (!right.scopes.includes(one.scope)) right.scopes.push(one.scope);
    rights.set(one.right, right);
  }
  for (const name of roles.flatMap((one) => one.rights))
    if (!rights.has(name)) rights.set(name, { name, allows: [], scopes: [] });
  const columns: Column<Right>[] = [
    { id: "right", header: "Right", primary: true, cell: (right) => words(right.name) },
    {
      id: "allows",
      header: "Allows to",
      cell: (right) => <span className="alert-detail">{right.allows.join("; ")}</span>,
    },
    { id: "scope", header: "Token scope", fit: true, cell: (right) => right.scopes.join(", ") },
    ...roles.map(
      ({ role, rights: has }): Column<Right> => ({
        id: role,
        header: kShort[role],
        fit: true,
        cell: (right) =>
          has.includes(right.name) ? (
            <Badge tone="good" icon="check">
              Yes
            </Badge>
          ) : (
            <span className="muted">No</span>
          ),
      }),
    ),
  ];
  return (
    <div className="stack stack-l">
      <Panel title="Roles" lead="Everybody has one. What is not granted is denied.">
        <ul className="findings">
          {Object.entries(kRoles).map(([role, { name, does }]) => (
            <li key={role}>
              <strong>{name}</strong>
              <div className="secondary">{does}</div>
            </li>
          ))}
        </ul>
      </Panel>
      <ProblemNotice error={operations.error} onRetry={() => operations.refetch()} />
      <ProblemNotice error={table.error} onRetry={() => table.refetch()} />
      {(operations.isPending || table.isPending) && <Loading />}
      {operations.data && table.data && (
        <Panel
          title="Rights"
          lead={`What the API’s operations need, and which roles have it. Yours is ${roleName(me.role)}.`}
          flush
        >
          <Table
            caption="Rights"
            columns={columns}
            rows={[...rights.values()].toSorted((a, b) => a.name.localeCompare(b.name))}
            rowKey={(right) => right.name}
          />
        </Panel>
      )}
    </div>
  );
}
