import { useQuery } from "@tanstack/react-query";
import { authoritiesQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import type { Schema } from "~/api/types";
import { Panel } from "~/design/surfaces";
import { ChainPicture, type Link } from "~/pictures/chain";
import type { Certificate } from "./data";

function linkOf(authority: Schema<"Authority">): Link {
  return {
    id: authority.id,
    kind: authority.kind === "root" ? "Root" : "Intermediate",
    name: authority.name,
    key: authority.algorithm,
    digest: authority.digest,
    validTo: authority.valid_to,
    revoked: authority.status === "revoked",
  };
}

/** From a CA up to its root, as far as the CAs are ours. */
function above(id: string | null, authorities: Schema<"Authority">[]): Link[] {
  const links: Link[] = [];
  for (
    let at = authorities.find((one) => one.id === id);
    at;
    at = authorities.find((one) => one.id === at?.parent_id)
  ) {
    links.push(linkOf(at));
  }
  return links;
}

/**
 * The chain as the CAs here are known. Not the file that clients get: to fetch that is a download, which is recorded as
 * one.
 */
export function ChainPanel({ certificate }: { certificate: Certificate }) {
  const mayRead = useRight("ReadAuthorities");
  const authorities = useQuery({ ...authoritiesQuery, enabled: mayRead });
  const own: Link = {
    id: certificate.id,
    kind: "Certificate",
    name: certificate.common_name,
    key: certificate.algorithm,
    digest: certificate.digest,
    validTo: certificate.valid_to,
    revoked: certificate.status === "revoked",
  };
  const known = above(certificate.authority_id, authorities.data ?? []);
  const links = known.length > 0 ? known : [{ id: "issuer", kind: "Issuer", name: certificate.issuer }];
  return (
    <Panel title="Chain" lead="Each is signed by the one above it.">
      <ChainPicture links={[...links.reverse(), own]} />
    </Panel>
  );
}
