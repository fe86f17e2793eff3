import { Link } from "@tanstack/react-router";
import type { Open, Schema } from "~/api/types";
import { Fact, Facts } from "~/design/surfaces";
import { plural, Time } from "~/design/time";

const sightingText = (sighting: Open) => [sighting.host, sighting.port].filter(Boolean).join(":");

/** What a revocation hits besides the certificate itself, as the server knows it, with what was last seen where. */
export function BlastRadius({ radius }: { radius: Schema<"BlastRadius"> }) {
  const { successor, same_key: sameKey, same_names: sameNames, under_way: underWay } = radius;
  return (
    <Facts>
      <Fact name="Successor">
        {successor ? (
          <Link to="/certificates/$id" params={{ id: successor.id }}>
            {successor.common_name}
          </Link>
        ) : (
          <span className="text-warn">None: nothing takes its place yet</span>
        )}
      </Fact>
      <Fact name="Being replaced">{underWay.length > 0 && `${plural(underWay.length, "order")} under way`}</Fact>
      <Fact name="Same key">{sameKey.found > 0 && `${plural(sameKey.found, "other certificate")} in use`}</Fact>
      <Fact name="Same names">{sameNames.found > 0 && `${plural(sameNames.found, "other certificate")} in use`}</Fact>
      <Fact name="Last seen">
        {radius.last_seen_at && (
          <>
            <Time at={radius.last_seen_at} as="relative" />
            {radius.sightings.length > 0 &&
              ` at ${radius.sightings.map((one) => sightingText(one as Open)).join(", ")}`}
          </>
        )}
      </Fact>
    </Facts>
  );
}
