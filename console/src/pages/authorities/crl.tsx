import { queryOptions, useQuery } from "@tanstack/react-query";
import { ApiError, Unreachable } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Badge } from "~/design/badge";
import { Time } from "~/design/time";
import { type CrlTimes, crlTimes } from "~/x509/crl";

const kEnough = 8192;

/** The first bytes of the newest CRL: the times stand there, the revoked certificates behind. */
async function load(id: string): Promise<CrlTimes | null> {
  const stopped = new AbortController();
  let response: Response;
  try {
    response = await fetch(`/api/v1/certificate-authorities/${id}/crl`, { signal: stopped.signal });
  } catch {
    throw new Unreachable();
  }
  if (response.status === 404 || response.status === 409) return null;
  if (!response.ok || !response.body) throw new ApiError(response.status, undefined, undefined);
  const reader = response.body.getReader();
  let bytes = new Uint8Array();
  while (bytes.length < kEnough) {
    const { done, value } = await reader.read();
    if (done) break;
    const longer = new Uint8Array(bytes.length + value.length);
    longer.set(bytes);
    longer.set(value, bytes.length);
    bytes = longer;
  }
  stopped.abort();
  return crlTimes(bytes);
}

export const crlQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["certificate-authorities", "crl", id, version],
    queryFn: () => load(id),
    staleTime: 60_000,
  });

export function useCrl(authority: Schema<"Authority">) {
  return useQuery({ ...crlQuery(authority.id, authority.crl_number), enabled: authority.has_private_key });
}

/** Whether relying parties can still go by the newest CRL, and for how long. */
export function CrlState({ authority }: { authority: Schema<"Authority"> }) {
  const crl = useCrl(authority);
  if (!authority.has_private_key) return <span className="muted">None: no key here</span>;
  if (crl.isPending) return <span className="muted">…</span>;
  if (!crl.data) return <span className="muted">{crl.error ? "Could not be read" : "None yet"}</span>;
  const { nextUpdate, thisUpdate } = crl.data;
  if (!nextUpdate) return <Time at={thisUpdate.toISOString()} as="relative" />;
  const left = nextUpdate.getTime() - Date.now();
  const life = nextUpdate.getTime() - thisUpdate.getTime();
  const at = <Time at={nextUpdate.toISOString()} as="relative" />;
  if (left <= 0) {
    return (
      <Badge tone="bad" icon="alert">
        Ran out {at}
      </Badge>
    );
  }
  if (left < life / 4) {
    return (
      <Badge tone="warn" icon="clock">
        Runs out {at}
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon="check">
      Fresh, next {at}
    </Badge>
  );
}
