import "./pictures.css";
import { Link } from "@tanstack/react-router";
import type { Schema } from "~/api/types";
import { count } from "~/design/time";

const kLooks: Record<string, { text: string; fill: string }> = {
  active: { text: "Active", fill: "fill-2" },
  expired: { text: "Expired", fill: "fill-6" },
  revoked: { text: "Revoked", fill: "fill-4" },
};

/** Status with numbers: the numbers are the picture, and the bar below shows their shares. */
export function StatusPicture({
  statistics,
  search = {},
}: {
  statistics: Schema<"Statistics">;
  /** Of which certificates, as the list's address has it. */
  search?: Record<string, string>;
}) {
  return (
    <figure className="figure">
      <div className="big-numbers">
        {statistics.buckets.map((bucket) => {
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
      {statistics.total > 0 && (
        <svg className="status-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
          {statistics.buckets.map((bucket, index) => {
            const before = statistics.buckets.slice(0, index).reduce((sum, one) => sum + one.count, 0);
            return (
              <rect
                key={bucket.name}
                className={kLooks[bucket.name]?.fill ?? "fill-6"}
                x={(before / statistics.total) * 100}
                width={(bucket.count / statistics.total) * 100}
                height="1"
              />
            );
          })}
        </svg>
      )}
    </figure>
  );
}
