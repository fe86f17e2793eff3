import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useState } from "react";
import { Icon } from "./icon";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The sort key of the API for this column; `-` before it means descending. */
  sort?: string;
  end?: boolean;
  /** As narrow as its content. */
  fit?: boolean;
  /** What names the row; holds the link to it. */
  primary?: boolean;
}

export interface Selection {
  has: (key: string) => boolean;
  toggle: (key: string) => void;
  all: boolean;
  some: boolean;
  toggleAll: () => void;
}

export interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** What a row is called in the label of its check box. */
  rowName?: (row: Row) => string;
  onOpen?: (row: Row) => void;
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection;
  /** Draws only the rows in sight, inside a frame that scrolls. */
  tall?: boolean;
  onEnd?: () => void;
  empty?: ReactNode;
  above?: ReactNode;
  foot?: ReactNode;
}

const kOverscan = 8;
/** The width below which table.css makes cards of rows: of the window, since the frame nearly fills it there. */
const kCards = "(max-width: 44rem)";

/** `--row` in pixels: two lines of text, or less where rows are compact. */
function rowHeight(frame: Element): number {
  const style = getComputedStyle(frame);
  return (
    Number.parseFloat(style.getPropertyValue("--row")) *
    Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  );
}

/** The row beside the one that has the focus; Enter opens, x marks. */
function rowKeys<Row>(event: KeyboardEvent<HTMLElement>, props: TableProps<Row>) {
  const row = (event.target as HTMLElement).closest<HTMLElement>("tr[data-row]");
  if (!row || event.target !== row) return;
  const index = Number(row.dataset.row);
  const item = props.rows[index];
  if (!item) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = index + (event.key === "ArrowDown" ? 1 : -1);
    event.currentTarget.querySelector<HTMLElement>(`tr[data-row="${next}"]`)?.focus();
  } else if (event.key === "Enter" && props.onOpen) {
    props.onOpen(item);
  } else if ((event.key === "x" || event.key === " ") && props.selection) {
    props.selection.toggle(props.rowKey(item));
  } else {
    return;
  }
  event.preventDefault();
}

function ariaSort(column: Column<never>, sort: string | undefined) {
  if (!column.sort || !sort) return undefined;
  if (sort === column.sort) return "ascending" as const;
  return sort === `-${column.sort}` ? ("descending" as const) : undefined;
}

function Head<Row>({ columns, sort, onSort, selection }: TableProps<Row>) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {selection && (
          <th role="columnheader" className="select-cell" scope="col">
            <label>
              <input
                type="checkbox"
                aria-label="Select all rows that are loaded"
                checked={selection.all}
                ref={(box) => {
                  if (box) box.indeterminate = selection.some && !selection.all;
                }}
                onChange={selection.toggleAll}
              />
            </label>
          </th>
        )}
        {columns.map((column) => {
          const direction = ariaSort(column as Column<never>, sort);
          return (
            <th
              key={column.id}
              role="columnheader"
              scope="col"
              aria-sort={direction}
              className={[column.end && "end", column.fit && "fit"].filter(Boolean).join(" ") || undefined}
            >
              {column.sort && onSort ? (
                <button
                  type="button"
                  className="sort"
                  onClick={() => onSort(direction === "ascending" ? `-${column.sort}` : (column.sort ?? ""))}
                >
                  {column.header}
                  <Icon name={direction === "descending" ? "arrowDown" : "arrowUp"} />
                </button>
              ) : (
                column.header
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

const isBlank = (content: ReactNode) =>
  content === null || content === undefined || content === "" || content === false;

interface RowProps<Row> {
  table: TableProps<Row>;
  row: Row;
  index: number;
  measure?: (element: Element | null) => void;
}

function BodyRow<Row>({ table, row, index, measure }: RowProps<Row>) {
  const { columns, selection, rowKey, rowName, onOpen } = table;
  const key = rowKey(row);
  return (
    <tr
      ref={measure}
      role="row"
      data-row={index}
      data-index={index}
      tabIndex={onOpen || selection ? (index === 0 ? 0 : -1) : undefined}
      aria-rowindex={index + 2}
      aria-selected={selection ? selection.has(key) : undefined}
    >
      {selection && (
        <td role="cell" className="select-cell">
          <label>
            <input
              type="checkbox"
              aria-label={`Select ${rowName?.(row) ?? key}`}
              checked={selection.has(key)}
              onChange={() => selection.toggle(key)}
            />
          </label>
        </td>
      )}
      {columns.map((column) => {
        const content = column.cell(row);
        const classes = [
          column.end && "end numeric",
          column.fit && "fit",
          column.primary && "primary",
          isBlank(content) && "empty-cell",
        ];
        return (
          <td
            key={column.id}
            role={column.primary ? "rowheader" : "cell"}
            data-label={column.header}
            className={classes.filter(Boolean).join(" ") || undefined}
          >
            {content}
          </td>
        );
      })}
    </tr>
  );
}

/** While a list scrolls its properties stay the same, so that only rows that come into sight are drawn. */
const StillRow = memo(BodyRow) as typeof BodyRow;

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is room, no row.
    <tr className="spacer" role="presentation">
      <td style={{ height }} />
    </tr>
  );
}

/** All rows of a short list. */
function ShortBody<Row>({ table }: { table: TableProps<Row> }) {
  return (
    <tbody role="rowgroup">
      {table.rows.map((row, index) => (
        <BodyRow key={table.rowKey(row)} table={table} row={row} index={index} />
      ))}
    </tbody>
  );
}

/** The rows in sight of a long list, between two spacers as high as the others. */
function TallBody<Row>({ table, frame }: { table: TableProps<Row>; frame: HTMLDivElement }) {
  const { rows, onEnd, rowKey } = table;
  // Rows of a table are all as high as the style says; cards have to be measured.
  const [cards] = useState(() => window.matchMedia(kCards));
  const [measured, setMeasured] = useState(cards.matches);
  useEffect(() => {
    const note = () => setMeasured(cards.matches);
    cards.addEventListener("change", note);
    return () => cards.removeEventListener("change", note);
  }, [cards]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame,
    estimateSize: () => rowHeight(frame),
    overscan: kOverscan,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && lastSeen >= rows.length - kOverscan) onEnd?.();
  }, [lastSeen, rows.length, onEnd]);
  return (
    <tbody role="rowgroup">
      <Spacer height={items[0]?.start ?? 0} />
      {items.map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const measure = measured ? virtual.measureElement : undefined;
        return <StillRow key={rowKey(row)} table={table} row={row} index={item.index} measure={measure} />;
      })}
      <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
    </tbody>
  );
}

/**
 * A real table. The server filters and sorts; here it is only drawn. Arrow keys go from row to row once one has the
 * focus.
 */
export function Table<Row>(props: TableProps<Row>) {
  // A state and no ref: what is inside needs the element, which is there only after it was drawn once.
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  const { rows, caption, tall, empty, above, foot } = props;
  return (
    <div className={`table-frame ${tall ? "table-tall" : ""}`}>
      {above}
      <div
        className="table-scroll"
        ref={setFrame}
        role="group"
        aria-label={caption}
        tabIndex={rows.length ? 0 : undefined}
      >
        {rows.length === 0 ? (
          empty
        ) : (
          <table
            className="table"
            role="table"
            aria-label={caption}
            aria-rowcount={tall ? rows.length + 1 : undefined}
            onKeyDown={(event) => rowKeys(event, props)}
          >
            <Head {...props} />
            {!tall && <ShortBody table={props} />}
            {tall && frame && <TallBody table={props} frame={frame} />}
          </table>
        )}
      </div>
      {foot && <div className="table-foot">{foot}</div>}
    </div>
  );
}
