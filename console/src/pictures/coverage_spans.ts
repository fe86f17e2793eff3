/** A certificate's time in use: from the beginning of its validity to its end, or to its revocation. */
export interface Life {
  id: string;
  from: number;
  to: number;
}

export interface Span {
  from: number;
  to: number;
}

/** The spans between the first life and now in which none was in use, the oldest first. */
export function gapsOf(lives: readonly Life[], now: number): Span[] {
  const gaps: Span[] = [];
  const sorted = lives.filter((life) => life.to > life.from).sort((a, b) => a.from - b.from);
  let covered = sorted[0]?.from ?? now;
  for (const { from, to } of [...sorted, { from: now, to: now }]) {
    if (from > covered && covered < now) gaps.push({ from: covered, to: Math.min(from, now) });
    covered = Math.max(covered, to);
  }
  return gaps;
}

/** The first lane of each life in which it overlaps nothing that began before it. */
export function lanesOf(lives: readonly Life[]): Map<string, number> {
  const ends: number[] = [];
  const lanes = new Map<string, number>();
  for (const life of lives.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const free = ends.findIndex((end) => end <= life.from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = life.to;
    lanes.set(life.id, lane);
  }
  return lanes;
}

const kDay = 86_400_000;
const kMonths = [1, 2, 3, 6, 12, 24, 60, 120];
const kDays = [1, 2, 7, 14];

/** At most so many times to name on an axis: whole days, months or years, in UTC. */
export function ticksOf(from: number, to: number, most: number): { at: number; text: string }[] {
  const days = (to - from) / kDay;
  const step = kDays.find((one) => days / one <= most);
  if (step) {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
    const first = Math.ceil(from / (step * kDay)) * step * kDay;
    return Array.from({ length: Math.max(Math.floor((to - first) / (step * kDay)) + 1, 0) }, (_, index) => {
      const at = first + index * step * kDay;
      return { at, text: format.format(at) };
    });
  }
  const months = kMonths.find((one) => days / (one * 30.4) <= most) ?? 240;
  const format = new Intl.DateTimeFormat(
    "en-GB",
    months >= 12 ? { timeZone: "UTC", year: "numeric" } : { timeZone: "UTC", month: "short", year: "numeric" },
  );
  const start = new Date(from);
  const ticks: { at: number; text: string }[] = [];
  for (let month = Math.ceil(start.getUTCMonth() / months) * months; ; month += months) {
    const at = Date.UTC(start.getUTCFullYear(), month, 1);
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, text: format.format(at) });
  }
}
