import "./pictures.css";
import { Link } from "@tanstack/react-router";
import type { Schema } from "~/api/types";
import { count, plural } from "~/design/time";
import { Figure } from "./figure";

const kLooks: Record<string, { text: string; fill: string }> = {
  active: { text: "Active", fill: "fill-2" },
  expired: { text: "Expired", fill: "fill-6" },
  revoked: { text: "Revoked", fill: "fill-4" },
};

const kShare = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

/** Status with numbers: the numbers are the picture, and the bar below shows their shares. */
export function StatusPicture({
  statistics,
  search = {},
}: {
  statistics: Schema<"Statistics">;
  /** Of which certificates, as the list's address has it. */
  search?: Record<string, string>;
}) {
  const { buckets, total } = statistics;
  return (
    <Figure
      caption={`${plural(total, "certificate")} in all. A number leads to its certificates.`}
      figures={{
        headers: ["Status", "Certificates", "Share"],
        rows: buckets.map((bucket) => ({
          key: bucket.name,
          cells: [
            kLooks[bucket.name]?.text ?? bucket.name,
            count(bucket.count),
            total > 0 ? kShare.format(bucket.count / total) : "",
          ],
        })),
      }}
    >
      <div className="big-numbers">
        {buckets.map((bucket) => {
          const look = kLooks[bucket.name] ?? { text: bucket.name, fill: "fill-6" };
          return (
            <Link
              key={bucket.name}
              className="big-number"
              to="/certificates"
              search={{ ...search, status: bucket.name } as never}
            >
              <strong>{count(bucket.count)}</strong>
              <span className="row secondary">
                <span className={`swatch ${look.fill}`} />
                {look.text}
              </span>
            </Link>
          );
        })}
      </div>
      {total > 0 && (
        <svg className="status-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          {buckets.map((bucket, index) => {
            const before = buckets.slice(0, index).reduce((sum, one) => sum + one.count, 0);
            return (
              <rect
                key={bucket.name}
                className={kLooks[bucket.name]?.fill ?? "fill-6"}
                x={(before / total) * 100}
                width={(bucket.count / total) * 100}
                height="1"
              />
            );
          })}
        </svg>
      )}
    </Figure>
  );
}
