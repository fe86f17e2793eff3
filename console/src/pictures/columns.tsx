import { Link } from "@tanstack/react-router";
import { scaleBand, scaleLinear } from "d3-scale";
import { count } from "~/design/time";
import { useWidth } from "./figure";

interface Target {
  to: string;
  search: Record<string, string>;
}

export interface Segment {
  name: string;
  fill: string;
  value: number;
  link?: Target;
}

/** One place on the axis, with one column or several beside each other, each of segments from below. */
export interface Category {
  key: string;
  label: string;
  /** In full, for the names of the links. */
  title: string;
  columns: readonly (readonly Segment[])[];
}

const kHeight = 220;
const kTop = 18;
const kBottom = 24;
const kLeft = 34;

const sum = (segments: readonly Segment[]) => segments.reduce((total, segment) => total + segment.value, 0);

function Rect({ segment, title, ...box }: { segment: Segment; title: string } & React.SVGProps<SVGRectElement>) {
  const text = `${title}, ${segment.name}: ${count(segment.value)}`;
  const rect = (
    <rect className={segment.fill} rx={1.5} {...box}>
      <title>{text}</title>
    </rect>
  );
  if (!segment.link) return rect;
  return (
    <Link to={segment.link.to as never} search={segment.link.search as never} aria-label={text}>
      {rect}
    </Link>
  );
}

/** Columns with their numbers above; counts are whole, so the axis is, too. */
export function Columns({ categories, label }: { categories: readonly Category[]; label: string }) {
  const [ref, width] = useWidth();
  const most = Math.max(1, ...categories.flatMap((category) => category.columns.map(sum)));
  const x = scaleBand<string>()
    .domain(categories.map((category) => category.key))
    .range([kLeft, width])
    .padding(width < 480 ? 0.18 : 0.3);
  const y = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([kHeight - kBottom, kTop]);
  const ticks = y.ticks(4).filter(Number.isInteger);
  // Labels that would touch each other are left out evenly.
  const longest = Math.max(...categories.map((category) => category.label.length));
  const every = Math.ceil((categories.length * (longest * 6.5 + 10)) / Math.max(width - kLeft, 1));
  return (
    <div ref={ref}>
      <svg viewBox={`0 0 ${width} ${kHeight}`} role="group" aria-label={label}>
        <g>
          {ticks.map((tick) => (
            <g key={tick} transform={`translate(0 ${y(tick)})`}>
              <line className={tick === 0 ? "base-line" : "grid-line"} x1={kLeft} x2={width} />
              <text x={kLeft - 8} dy="0.32em" textAnchor="end">
                {count(tick)}
              </text>
            </g>
          ))}
        </g>
        {categories.map((category, index) => {
          const inner = x.bandwidth() / category.columns.length;
          return (
            <g key={category.key} transform={`translate(${x(category.key)} 0)`}>
              {category.columns.map((segments, column) => {
                let below = 0;
                const total = sum(segments);
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is known by its place.
                  <g key={column} transform={`translate(${column * inner} 0)`}>
                    {segments.map((segment) => {
                      if (segment.value === 0) return null;
                      const top = y(below + segment.value);
                      const height = Math.max(y(below) - top - (below > 0 ? 1 : 0), 1.5);
                      below += segment.value;
                      return (
                        <Rect
                          key={segment.name}
                          segment={segment}
                          title={category.title}
                          y={top}
                          width={Math.max(inner - (category.columns.length > 1 ? 1.5 : 0), 2)}
                          height={height}
                        />
                      );
                    })}
                    {total > 0 && (inner > 20 || category.columns.length === 1) && (
                      <text className="column-total" x={inner / 2} y={y(total) - 5} textAnchor="middle">
                        {count(total)}
                      </text>
                    )}
                  </g>
                );
              })}
              {index % every === 0 && (
                <text x={x.bandwidth() / 2} y={kHeight - 7} textAnchor="middle">
                  {category.label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
