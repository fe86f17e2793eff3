import { Link } from "@tanstack/react-router";
import { count } from "~/design/time";
import type { Segment } from "./columns";

export interface StackedRow {
  key: string;
  name: string;
  segments: readonly Segment[];
  total: number;
}

/** A bar of segments for each row, and its numbers below it: what leads somewhere is large enough to be hit. */
export function StackedRows({ rows }: { rows: readonly StackedRow[] }) {
  const most = Math.max(1, ...rows.map((row) => row.total));
  return (
    <ul className="stacked-rows">
      {rows.map((row) => {
        let before = 0;
        return (
          <li key={row.key}>
            <div className="row row-between">
              <span className="break">{row.name}</span>
              <strong className="numeric">{count(row.total)}</strong>
            </div>
            <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              {row.segments.map((segment) => {
                const x = (before / most) * 100;
                before += segment.value;
                if (segment.value === 0) return null;
                return (
                  <rect
                    key={segment.name}
                    className={segment.fill}
                    x={x}
                    width={(segment.value / most) * 100}
                    height="1"
                  />
                );
              })}
            </svg>
            <span className="row stacked-numbers">
              {row.segments
                .filter((segment) => segment.value > 0 && segment.link)
                .map((segment) => (
                  <Link key={segment.name} to={segment.link?.to as never} search={segment.link?.search as never}>
                    <span className="visually-hidden">{row.name}: </span>
                    {count(segment.value)} {segment.name.toLowerCase()}
                  </Link>
                ))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
