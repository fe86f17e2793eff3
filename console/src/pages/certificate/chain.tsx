import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/client";
import { ProblemNotice } from "~/design/notice";
import { Loading, Panel } from "~/design/surfaces";
import { ChainPicture } from "~/pictures/chain";
import { decodePem } from "~/x509/decode";

/** The chain as the server would give it to a client. */
export function ChainPanel({ id }: { id: string }) {
  const chain = useQuery({
    queryKey: ["certificates", "chain", id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const path = { params: { path: { id } }, parseAs: "text" } as const;
      const [leaf, above] = await Promise.all([
        api.GET("/api/v1/certificates/{id}/pem", path),
        api.GET("/api/v1/certificates/{id}/chain", path),
      ]);
      const all = decodePem(`${leaf.data}\n${above.data}`);
      const seen = new Set<string>();
      // The chain may or may not begin with the leaf itself.
      return all.filter(
        (one) => one.kind === "certificate" && !seen.has(one.serialNumber) && seen.add(one.serialNumber),
      );
    },
  });
  return (
    <Panel title="Chain" lead="From this certificate up to its root.">
      <ProblemNotice error={chain.error} />
      {chain.isPending && <Loading />}
      {chain.data && <ChainPicture certificates={chain.data.filter((one) => one.kind === "certificate")} />}
    </Panel>
  );
}
