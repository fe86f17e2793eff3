import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { download } from "~/api/client";
import { authoritiesQuery, domainsQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import { messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Button } from "~/design/button";
import { Copyable, CopyBlock } from "~/design/copy";
import { Segmented, SelectField, TextField } from "~/design/field";
import { Notice } from "~/design/notice";
import { Panel } from "~/design/surfaces";
import { toast } from "~/design/toast";
import { type Binding, type Client, commandOf, kClients } from "~/pages/setup/commands";

/** The root above a CA: what clients have to trust. */
function rootOf(id: string, authorities: Schema<"Authority">[]) {
  let at = authorities.find((one) => one.id === id);
  for (let step = 0; at?.parent_id && step < authorities.length; step++) {
    const parent = authorities.find((one) => one.id === at?.parent_id);
    if (!parent) break;
    at = parent;
  }
  return at;
}

/** What to type, for each of the usual clients. */
export function Commands({ directory, name, eab }: { directory: string; name: string; eab?: Binding }) {
  const [client, setClient] = useState<Client>("certbot");
  return (
    <div className="stack">
      <div className="scroll-x">
        <Segmented label="Client" value={client} options={kClients} onChange={setClient} />
      </div>
      <CopyBlock text={commandOf(client, directory, name, eab)} label="command" />
    </div>
  );
}

export function ConnectPanel({ server }: { server: Schema<"AcmeServer"> }) {
  const seesAuthorities = useRight("ReadAuthorities");
  const seesDomains = useRight("ReadDomains");
  const authorities = useQuery({ ...authoritiesQuery, enabled: seesAuthorities });
  const domains = useQuery({ ...domainsQuery, enabled: seesDomains });
  const dns = (domains.data ?? []).filter((one) => one.enabled && one.kind === "dns");
  const [domain, setDomain] = useState("");
  const [host, setHost] = useState("www");
  const root = rootOf(server.authority_id, authorities.data ?? []);
  const chosen = domain || (dns[0]?.name ?? "example.com");
  const name = host ? `${host}.${chosen}` : chosen;
  const needsEab = server.require_eab || server.authorization_mode === "bindings";
  return (
    <Panel title="Connect a client" lead="On the machine that needs a certificate.">
      <div className="stack">
        {!server.active && (
          <Notice tone="warn" title="The server is inactive">
            Clients get an error until somebody activates it.
          </Notice>
        )}
        <div className="stack stack-s">
          <h3>The directory</h3>
          <Copyable value={server.directory_url} label="directory URL" />
        </div>
        {root && (
          <div className="stack stack-s">
            <h3>What the client has to trust</h3>
            <p className="secondary">Save it as root.pem beside the client.</p>
            <div className="row">
              <Button
                icon="download"
                onClick={() =>
                  download(`/certificate-authorities/${root.id}/pem`, "*/*")
                    .then((file) => toast(`${file} is downloaded.`))
                    .catch((error) => toast(messageOf(error), true))
                }
              >
                {root.name}
              </Button>
            </div>
          </div>
        )}
        <div className="stack stack-s">
          <h3>The command</h3>
          {needsEab && (
            <Notice>
              It needs the credentials of an account: make one under Accounts, and its commands come with them filled
              in.
            </Notice>
          )}
          <div className="form-grid">
            <TextField label="Host" optional value={host} onChange={(event) => setHost(event.target.value.trim())} />
            <SelectField label="Domain" value={chosen} onChange={(event) => setDomain(event.target.value)}>
              {(dns.length > 0 ? dns.map((one) => one.name) : ["example.com"]).map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </SelectField>
          </div>
          <Commands
            directory={server.directory_url}
            name={name}
            eab={needsEab ? { kid: "KEY_ID", hmac: "MAC_KEY" } : undefined}
          />
        </div>
      </div>
    </Panel>
  );
}
