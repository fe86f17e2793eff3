import { scaleLog } from "d3-scale";
import { duration } from "~/design/time";
import { Figure, useWidth } from "./figure";

export interface Spread {
  id: string;
  name: string;
  orders: number;
  p50: number;
  p95: number;
  p99: number;
}

const kRow = 44;
const kTicks = [
  [1, "1 ms"],
  [10, "10 ms"],
  [100, "100 ms"],
  [1000, "1 s"],
  [10_000, "10 s"],
  [60_000, "1 min"],
  [600_000, "10 min"],
  [3_600_000, "1 h"],
  [86_400_000, "1 d"],
] as const;
const kMarks = [
  ["p50", "fill-2"],
  ["p95", "fill-3"],
  ["p99", "fill-4"],
] as const;

/** How long orders take, one line for each provider; on a logarithm, because CAs differ by thousands. */
export function DurationsPicture({ spreads, caption }: { spreads: readonly Spread[]; caption: string }) {
  const [ref, width] = useWidth();
  const right = width - 12;
  const low = Math.max(1, Math.min(...spreads.map((one) => one.p50)) / 1.5);
  const high = Math.max(low * 10, Math.max(...spreads.map((one) => one.p99)) * 1.5);
  const x = scaleLog().domain([low, high]).range([12, right]);
  const height = spreads.length * kRow + 24;
  const ticks = kTicks.filter(([tick]) => tick >= low && tick <= high);
  return (
    <Figure
      caption={caption}
      legend={kMarks.map(([name, fill]) => ({ name, fill }))}
      figures={{
        headers: ["Provider", "Orders", "p50", "p95", "p99"],
        rows: spreads.map((one) => ({
          key: one.id,
          cells: [one.name, one.orders, duration(one.p50), duration(one.p95), duration(one.p99)],
        })),
      }}
    >
      <div ref={ref}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={spreads
            .map((one) => `${one.name}: half within ${duration(one.p50)}, 99 % within ${duration(one.p99)}`)
            .join("; ")}
        >
          {ticks.map(([tick, text]) => (
            <g key={tick} transform={`translate(${x(tick)} 0)`}>
              <line className="grid-line" y1={0} y2={height - 20} />
              <text y={height - 6} textAnchor="middle">
                {text}
              </text>
            </g>
          ))}
          {spreads.map((one, index) => (
            <g key={one.id} transform={`translate(0 ${index * kRow})`}>
              <text x={0} y={12} className="picture-name">
                {one.name}
              </text>
              <line className="spread" x1={x(Math.max(one.p50, low))} x2={x(Math.max(one.p99, low))} y1={28} y2={28} />
              {kMarks.toReversed().map(([mark, fill]) => (
                <circle key={mark} className={fill} cx={x(Math.max(one[mark], low))} cy={28} r={5.5}>
                  <title>{`${mark} ${duration(one[mark])}`}</title>
                </circle>
              ))}
            </g>
          ))}
        </svg>
      </div>
    </Figure>
  );
}
