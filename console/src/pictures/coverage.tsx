import { Link } from "@tanstack/react-router";
import { scaleLinear } from "d3-scale";
import { useId } from "react";
import { duration, plural, utc, utcDate } from "~/design/time";
import { gapsOf, type Life, lanesOf, type Span, ticksOf } from "./coverage_spans";
import { Figure, useWidth } from "./figure";

export interface Covered extends Life {
  state: keyof typeof kStates;
}

const kStates = {
  active: { name: "In use", fill: "fill-2" },
  expired: { name: "Expired", fill: "fill-6" },
  revoked: { name: "Revoked", fill: "fill-4" },
};
const kGap = { name: "Not covered", fill: "fill-hatch" };
const kLane = 28;
const kAxis = 24;
const kTop = 16;
const kListed = 4;
const kDay = 86_400_000;

const dateOf = (at: number) => utcDate(new Date(at));

function spanText({ from, to }: Span) {
  const short = to - from < kDay;
  return short ? `${utc(new Date(from))} to ${utc(new Date(to))}` : `${dateOf(from)} to ${dateOf(to)}`;
}

/** Whole days, or what there is of one. */
function lengthText({ from, to }: Span) {
  return to - from < kDay ? duration(to - from) : plural(Math.round((to - from) / kDay), "day");
}

function Gaps({ gaps }: { gaps: readonly Span[] }) {
  if (gaps.length === 0) return <p className="secondary">There was always one in use.</p>;
  return (
    <p className="secondary">
      Not covered:{" "}
      {gaps
        .slice(-kListed)
        .map((gap) => `${spanText(gap)} (${lengthText(gap)})`)
        .join("; ")}
      {gaps.length > kListed && `; and ${plural(gaps.length - kListed, "earlier span")}`}.
    </p>
  );
}

/** When each certificate of a name was in use, as bars on one axis, and hatched when none was. */
export function CoveragePicture({
  lives,
  current,
  now,
  caption,
}: {
  lives: readonly Covered[];
  /** The one whose page this is. */
  current: string;
  now: number;
  caption: string;
}) {
  const [ref, width] = useWidth();
  const hatch = useId();
  const lanes = lanesOf(lives);
  const gaps = gapsOf(lives, now);
  const first = Math.min(now, ...lives.map((life) => life.from));
  const last = Math.max(now, ...lives.map((life) => life.to));
  const x = scaleLinear()
    .domain([first, Math.max(last, first + kDay)])
    .range([1, width - 1]);
  const bottom = kTop + Math.max(1, ...[...lanes.values()].map((lane) => lane + 1)) * kLane;
  const atEnd = x(now) > width - 40;
  const rows = [
    ...lives.map((life) => ({ ...life, key: life.id, what: kStates[life.state].name })),
    ...gaps.map((gap) => ({ ...gap, key: `gap ${gap.from}`, what: `Not covered, ${lengthText(gap)}` })),
  ].sort((a, b) => a.from - b.from);
  const used = Object.entries(kStates).filter(([state]) => lives.some((life) => life.state === state));
  return (
    <Figure
      caption={caption}
      legend={[...used.map(([, series]) => series), ...(gaps.length > 0 ? [kGap] : [])]}
      figures={{
        headers: ["From", "To", "What"],
        rows: rows.map((row) => ({
          key: row.key,
          cells: [dateOf(row.from), dateOf(row.to), row.what],
        })),
      }}
    >
      <div ref={ref}>
        <svg viewBox={`0 0 ${width} ${bottom + kAxis}`} role="group" aria-label={caption}>
          <defs>
            <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line className="hatch-line" x1="1" x2="1" y2="6" />
            </pattern>
          </defs>
          {ticksOf(first, last, Math.max(Math.floor(width / 90), 2)).map(({ at, text }) => (
            <g key={at} transform={`translate(${x(at)} 0)`}>
              <line className="grid-line" y1={kTop} y2={bottom} />
              {x(at) > 24 && x(at) < width - 24 && (
                <text y={bottom + 16} textAnchor="middle">
                  {text}
                </text>
              )}
            </g>
          ))}
          {gaps.map((gap) => (
            <rect
              key={gap.from}
              className="fill-hatch"
              fill={`url(#${hatch})`}
              x={x(gap.from)}
              y={kTop}
              width={Math.max(x(gap.to) - x(gap.from), 1.5)}
              height={bottom - kTop}
            >
              <title>{`Not covered: ${spanText(gap)}`}</title>
            </rect>
          ))}
          {lives.map((life) => {
            const { name, fill } = kStates[life.state];
            const text = `${life.id === current ? "This one" : name}: ${spanText(life)}`;
            const bar = (
              <rect
                className={`${fill} ${life.id === current ? "bar-current" : ""}`}
                rx={2}
                x={x(life.from)}
                y={kTop + (lanes.get(life.id) ?? 0) * kLane + 4}
                width={Math.max(x(life.to) - x(life.from), 2)}
                height={kLane - 8}
              >
                <title>{text}</title>
              </rect>
            );
            if (life.id === current) return <g key={life.id}>{bar}</g>;
            return (
              <Link key={life.id} to="/certificates/$id" params={{ id: life.id }} aria-label={text}>
                {bar}
              </Link>
            );
          })}
          <line className="now-line" x1={x(now)} x2={x(now)} y1={kTop - 2} y2={bottom} />
          <text x={x(now) + (atEnd ? 0 : -2)} y={kTop - 6} textAnchor={atEnd ? "end" : "start"}>
            Now
          </text>
        </svg>
      </div>
      <Gaps gaps={gaps} />
    </Figure>
  );
}
