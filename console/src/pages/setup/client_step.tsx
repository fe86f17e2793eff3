import { useState } from "react";
import { download } from "~/api/client";
import { messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { CopyBlock } from "~/design/copy";
import { Segmented, SelectField } from "~/design/field";
import { toast } from "~/design/toast";
import { type Client, commandOf, kClients } from "./commands";
import { Step } from "./step";

/** The root above a CA: what clients have to trust. */
function rootOf(id: string | undefined, authorities: Schema<"Authority">[]) {
  let at = authorities.find((one) => one.id === id);
  while (at?.parent_id) {
    const parent = authorities.find((one) => one.id === at?.parent_id);
    if (!parent) break;
    at = parent;
  }
  return at;
}

export function ClientStep({
  servers,
  authorities,
  domains,
}: {
  servers: Schema<"AcmeServer">[];
  authorities: Schema<"Authority">[];
  domains: Schema<"Domain">[];
}) {
  const [client, setClient] = useState<Client>("certbot");
  const [serverId, setServerId] = useState("");
  const active = servers.filter((one) => one.active);
  const server = active.find((one) => one.id === serverId) ?? active[0];
  const root = rootOf(server?.authority_id, authorities);
  const domain = domains.filter((one) => one.enabled && one.kind === "dns").at(-1)?.name ?? "example.com";
  if (!server) return null;
  return (
    <Step
      title="4. The first client"
      done={server.counters.certificates > 0}
      lead="On the machine that needs a certificate: the root that it has to trust, then one command."
    >
      {active.length > 1 && (
        <SelectField label="ACME server" value={server.id} onChange={(event) => setServerId(event.target.value)}>
          {active.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
      {root && (
        <div className="row">
          <Button
            icon="download"
            onClick={() =>
              download(`/certificate-authorities/${root.id}/pem`, "*/*")
                .then((name) => toast(`${name} is downloaded. Save it as root.pem beside the client.`))
                .catch((error) => toast(messageOf(error), true))
            }
          >
            Download {root.name}
          </Button>
        </div>
      )}
      <Segmented label="Client" value={client} options={kClients} onChange={setClient} />
      <CopyBlock text={commandOf(client, server.directory_url, `www.${domain}`)} label="command" />
    </Step>
  );
}
