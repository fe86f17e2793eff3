import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body } from "~/api/client";
import { ProblemNotice } from "~/design/notice";
import { Loading, Panel } from "~/design/surfaces";
import { plural } from "~/design/time";
import { CoveragePicture, type Covered } from "~/pictures/coverage";
import type { Certificate } from "./data";

const kMost = 200;

/** As long as it could be used: to its end, or to its revocation. */
function lifeOf({ id, status, valid_from, valid_to, revocation }: Certificate): Covered {
  const ends = [valid_to, ...(revocation ? [revocation.revoked_at] : [])].map((one) => new Date(one).getTime());
  const from = new Date(valid_from).getTime();
  return { id, state: status, from, to: Math.max(Math.min(...ends), from) };
}

/** All certificates that cover this one's name, over time, and when none did. */
export function CoveragePanel({ certificate }: { certificate: Certificate }) {
  const name = certificate.common_name;
  const found = useQuery({
    queryKey: ["certificates", "of name", name],
    queryFn: () =>
      body(
        api.POST("/api/v1/certificates/search", {
          body: { filter: { field: "name", operator: "eq", value: name }, sort: "-valid_to", limit: kMost },
        }),
      ),
  });
  const lives = useMemo(() => found.data?.items.map(lifeOf) ?? [], [found.data]);
  const which = found.data?.has_more ? `The ${kMost} certificates that end last` : plural(lives.length, "certificate");
  return (
    <Panel title="Lifetimes" lead={`Every certificate with the name ${name}, and when none was in use.`}>
      <ProblemNotice error={found.error} onRetry={() => found.refetch()} />
      {found.isPending && <Loading />}
      {lives.length > 0 && (
        <CoveragePicture
          lives={lives}
          current={certificate.id}
          now={found.dataUpdatedAt}
          caption={`${which} with this name, each from the beginning of its validity to its end or its revocation. A bar leads to its certificate; this one is framed.`}
        />
      )}
    </Panel>
  );
}
