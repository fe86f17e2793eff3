import type { Schema } from "~/api/types";
import { plural, Time } from "~/design/time";

/** Days that are left, and the date; the closer, the louder. */
export function Expiry({
  certificate,
}: {
  certificate: Pick<Schema<"Certificate">, "days_until_expiry" | "valid_to" | "status">;
}) {
  const days = certificate.days_until_expiry;
  const tone = certificate.status !== "active" ? "muted" : days <= 7 ? "text-bad" : days <= 30 ? "text-warn" : "";
  const text = days < 0 ? `${plural(-days, "day")} ago` : days === 0 ? "Today" : plural(days, "day");
  return (
    <span className="expiry">
      <span className={`numeric ${tone}`}>{text}</span>
      <span className="cell-sub">
        <Time at={certificate.valid_to} as="date" />
      </span>
    </span>
  );
}
