const kUtc = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const kUtcDate = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
const kLocal = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const kRelative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const kUnits: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "in 29 days", "3 hours ago". */
export function relative(at: string | Date, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  for (const [unit, length] of kUnits) {
    if (Math.abs(seconds) >= length) return kRelative.format(Math.trunc(seconds / length), unit);
  }
  return seconds > 0 ? "in a moment" : "just now";
}

export const utc = (at: string | Date) => `${kUtc.format(new Date(at))} UTC`;
export const utcDate = (at: string | Date) => kUtcDate.format(new Date(at));

/** A time in UTC; relative and local on hover, written when somebody does. `as` says what is written out. */
export function Time({ at, as = "full" }: { at: string; as?: "full" | "date" | "relative" }) {
  const text = as === "relative" ? relative(at) : as === "date" ? utcDate(at) : utc(at);
  return (
    <time
      dateTime={at}
      className="numeric nowrap"
      onPointerEnter={(event) => {
        const hover = [as === "relative" ? utc(at) : relative(at), `${kLocal.format(new Date(at))} (local)`];
        event.currentTarget.title = hover.join("\n");
      }}
    >
      {text}
    </time>
  );
}

/** "1.4 s", "3 min 20 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const count = (number: number) => number.toLocaleString("en");
export const plural = (number: number, one: string, many = `${one}s`) =>
  `${count(number)} ${number === 1 ? one : many}`;
