import "./certificates.css";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { download } from "~/api/client";
import { useNameOf } from "~/api/lookups";
import { useRight } from "~/api/me";
import { messageOf } from "~/api/problem";
import type { Search } from "~/app/search";
import { useSearchMembers } from "~/app/use_search";
import { Button, LinkButton } from "~/design/button";
import { CheckField } from "~/design/field";
import { Menu, MenuItem } from "~/design/menu";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Selection, Table } from "~/design/table";
import { count, plural } from "~/design/time";
import { toast } from "~/design/toast";
import { BulkDialog, sizeOf, type Target } from "./bulk";
import { BulkRevokeDialog } from "./bulk_revoke";
import { useColumns } from "./column_choice";
import { certificateColumns } from "./columns";
import { type Certificate, type Sort, useCertificates } from "./data";
import { FilterBar } from "./filter_bar";
import { conditionOf, exportQuery, inForce, kAnyStatus } from "./filters";
import { Views } from "./views";

/** Which rows are marked; marking "all that match" is of its own, since most of them are not loaded. */
function useSelection(rows: Certificate[]) {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [everything, setEverything] = useState(false);
  const clear = useCallback(() => {
    setMarked(new Set());
    setEverything(false);
  }, []);
  const selection: Selection = {
    has: (key) => everything || marked.has(key),
    toggle: (key) => {
      setEverything(false);
      const next = new Set(marked);
      if (!next.delete(key)) next.add(key);
      setMarked(next);
    },
    all: rows.length > 0 && (everything || rows.every((row) => marked.has(row.id))),
    some: marked.size > 0,
    toggleAll: () => {
      setEverything(false);
      setMarked(rows.every((row) => marked.has(row.id)) ? new Set() : new Set(rows.map((row) => row.id)));
    },
  };
  return { selection, marked, everything, setEverything, clear };
}

function EmptyList({ search, reset }: { search: Search; reset: () => void }) {
  const may = useRight("RequestCertificates");
  const filtered = Object.keys(inForce(search)).some((name) => name !== "status") || search.filter;
  if (filtered) {
    return (
      <Empty icon="search" title="No certificate matches" actions={<Button onClick={reset}>Remove all filters</Button>}>
        Expired and revoked certificates are shown only when the status says so.
      </Empty>
    );
  }
  return (
    <Empty
      icon="certificate"
      title="No certificates yet"
      actions={
        may && (
          <LinkButton to="/certificates/new" look="primary" icon="plus">
            Request New Certificate
          </LinkButton>
        )
      }
    >
      They come here from every pathway: requested on this page, by the REST API, or by an ACME client such as certbot.
    </Empty>
  );
}

export default function CertificatesPage() {
  const [search, setSearch] = useSearchMembers();
  const navigate = useNavigate();
  const names = useNameOf();
  const mayManage = useRight("ManageCertificates");
  const mayRevoke = useRight("RevokeCertificates");
  const mayRequest = useRight("RequestCertificates");
  const sort = (search.sort || "valid_to") as Sort;
  const condition = useMemo(() => conditionOf(search), [search]);
  const { rows, total, isPending, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useCertificates(
    condition,
    sort,
  );
  const { selection, marked, everything, setEverything, clear } = useSelection(rows);
  const [bulk, setBulk] = useState<{ what: "change" | "revoke"; target: Target }>();
  const columns = useColumns();
  const shown = certificateColumns(names).filter((column) => column.primary || columns.shown.includes(column.id));

  const change = useCallback(
    (members: Search) => {
      clear();
      setSearch({ view: "", ...members });
    },
    [setSearch, clear],
  );
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const query = exportQuery(search);
  const exportAs = (format: "csv" | "ndjson") =>
    download(`/certificates/exports?format=${format}&sort=${sort}${query ? `&${query}` : ""}`, "*/*")
      .then((file) => toast(`${file} is downloaded.`))
      .catch((failure) => toast(messageOf(failure), true));
  const target = (): Target =>
    everything && condition && total !== undefined ? { filter: condition, total } : { ids: [...marked] };

  return (
    <Page
      title="Certificates"
      lead="Every certificate known here, issued or found."
      actions={
        mayRequest && (
          <LinkButton to="/certificates/new" look="primary" icon="plus">
            Request New Certificate
          </LinkButton>
        )
      }
    >
      <div className="stack">
        <div className="toolbar">
          <FilterBar search={search} change={change} />
          <span className="grow" />
          <Views
            filter={condition}
            sort={sort}
            columns={columns.shown}
            current={search.view}
            onChoose={(view) => {
              if (view.columns.length > 0) columns.set(view.columns);
              const filter = view.filter ? JSON.stringify(view.filter) : "";
              void navigate({
                to: "/certificates",
                search: {
                  filter,
                  title: view.name,
                  sort: view.sort,
                  view: view.id,
                  status: filter ? "" : kAnyStatus,
                } as Search,
              });
            }}
          />
          <Menu label="Columns" icon="columns" text="Columns">
            <div className="menu-form stack-s stack">
              {certificateColumns(names)
                .filter((column) => !column.primary)
                .map((column) => (
                  <CheckField
                    key={column.id}
                    label={column.header}
                    checked={columns.shown.includes(column.id)}
                    onChange={() => columns.toggle(column.id)}
                  />
                ))}
            </div>
          </Menu>
          {query !== undefined && (
            <Menu label="Export" icon="download" text="Export">
              <MenuItem onSelect={() => exportAs("csv")}>CSV, for spreadsheets</MenuItem>
              <MenuItem onSelect={() => exportAs("ndjson")}>NDJSON, one object a line</MenuItem>
            </Menu>
          )}
        </div>
        <ProblemNotice error={error} onRetry={() => refetch()} />
        {!error && (
          <Table
            caption="Certificates"
            tall
            columns={shown}
            rows={rows}
            rowKey={(row) => row.id}
            rowName={(row) => row.common_name}
            onOpen={(row) => navigate({ to: "/certificates/$id", params: { id: row.id } })}
            sort={sort}
            onSort={(by) => change({ sort: by })}
            selection={mayManage ? selection : undefined}
            onEnd={more}
            empty={
              isPending ? (
                <div className="panel-body">
                  <Loading rows={8} />
                </div>
              ) : (
                <EmptyList search={search} reset={() => navigate({ to: "/certificates" })} />
              )
            }
            above={
              (marked.size > 0 || everything) && (
                <div className="bulk-bar" role="toolbar" aria-label="Marked certificates">
                  <strong>{plural(everything ? (total ?? 0) : marked.size, "certificate")} marked</strong>
                  {!everything && condition && total !== undefined && total > marked.size && (
                    <Button small look="quiet" onClick={() => setEverything(true)}>
                      Mark all {count(total)} that match
                    </Button>
                  )}
                  <Button small icon="tag" onClick={() => setBulk({ what: "change", target: target() })}>
                    Change tags or owner
                  </Button>
                  {mayRevoke && (
                    <Button
                      small
                      icon="ban"
                      look="danger"
                      onClick={() => setBulk({ what: "revoke", target: target() })}
                    >
                      Revoke
                    </Button>
                  )}
                  <Button small look="quiet" onClick={clear}>
                    Clear
                  </Button>
                </div>
              )
            }
            foot={
              rows.length > 0 && (
                <>
                  <span>{total === undefined ? count(rows.length) : plural(total, "certificate")}</span>
                  <span className="muted">
                    {isFetchingNextPage
                      ? "Loading more"
                      : rows.length < (total ?? 0)
                        ? `${count(rows.length)} loaded`
                        : "All loaded"}
                  </span>
                </>
              )
            }
          />
        )}
      </div>
      {bulk?.what === "change" && sizeOf(bulk.target) > 0 && (
        <BulkDialog target={bulk.target} onClose={() => setBulk(undefined)} onDone={clear} />
      )}
      {bulk?.what === "revoke" && sizeOf(bulk.target) > 0 && (
        <BulkRevokeDialog target={bulk.target} onClose={() => setBulk(undefined)} onDone={clear} />
      )}
    </Page>
  );
}
