import { useQuery } from "@tanstack/react-query";
import { useSearchMembers } from "~/app/use_search";
import { Tag } from "~/design/badge";
import { CopyBlock } from "~/design/copy";
import { SearchBox } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page, Panel } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { plural } from "~/design/time";

interface Operation {
  key: string;
  method: string;
  path: string;
  summary: string;
  right: string;
  scope: string;
}

type Document = {
  info: { title: string; version: string };
  paths: Record<string, Record<string, { summary?: string; "x-right"?: string; "x-scope"?: string }>>;
};

const kMethods = ["get", "post", "put", "patch", "delete"];

async function load() {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const document = (await response.json()) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    kMethods.flatMap((method): Operation[] => {
      const operation = methods[method];
      if (!operation) return [];
      return [
        {
          key: `${method} ${path}`,
          method: method.toUpperCase(),
          path,
          summary: operation.summary ?? "",
          right: operation["x-right"] ?? "",
          scope: operation["x-scope"] ?? "",
        },
      ];
    }),
  );
}

const kColumns: Column<Operation>[] = [
  { id: "method", header: "Method", fit: true, cell: (one) => <Tag>{one.method}</Tag> },
  {
    id: "path",
    header: "Operation",
    primary: true,
    cell: (one) => (
      <>
        <span className="mono break">{one.path}</span>
        <span className="cell-sub">{one.summary}</span>
      </>
    ),
  },
  { id: "right", header: "Right", fit: true, cell: (one) => one.right },
  { id: "scope", header: "Scope", fit: true, cell: (one) => one.scope },
];

export default function ApiDocsPage() {
  const [search, change] = useSearchMembers();
  const operations = useQuery({
    queryKey: ["openapi", "operations"],
    queryFn: load,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const q = (search.q ?? "").toLowerCase();
  const found = (operations.data ?? []).filter((one) =>
    `${one.method} ${one.path} ${one.summary} ${one.right}`.toLowerCase().includes(q),
  );
  return (
    <Page
      title="API"
      lead="Everything that this console does goes through it. The document is the contract: the server is tested against it."
      actions={
        <>
          <a className="button" href="/openapi.json" download>
            openapi.json
          </a>
          <a className="button button-primary" href="/docs">
            Reference
          </a>
        </>
      }
    >
      <Panel title="A first call" lead="With an API token, which you make under Your API tokens.">
        <CopyBlock
          label="command"
          text={[
            `curl -sS ${window.location.origin}/api/v1/certificates?limit=5 \\`,
            '  -H "Authorization: Bearer $TOKEN"',
          ].join("\n")}
        />
      </Panel>
      <div className="toolbar">
        <SearchBox
          label="Find an operation"
          value={search.q ?? ""}
          onChange={(event) => change({ q: event.target.value })}
        />
      </div>
      <ProblemNotice error={operations.error} onRetry={() => operations.refetch()} />
      {operations.isPending && <Loading rows={8} />}
      {operations.data && (
        <Table
          caption="Operations"
          columns={kColumns}
          rows={found}
          rowKey={(one) => one.key}
          tall
          empty={<Empty icon="search" title="No operation matches" />}
          foot={found.length > 0 && plural(found.length, "operation")}
        />
      )}
    </Page>
  );
}
