import { Link } from "@tanstack/react-router";
import { useNameOf } from "~/api/lookups";
import type { Schema } from "~/api/types";
import { Tag } from "~/design/badge";
import { Copyable } from "~/design/copy";
import { Fact, Facts, Panel } from "~/design/surfaces";
import { duration, plural, Time } from "~/design/time";
import { kLimits, kModes, limitText } from "./words";

const tags = (list: readonly string[]) => (
  <span className="row">
    {list.map((one) => (
      <Tag key={one}>{one}</Tag>
    ))}
  </span>
);

export function SettingsPanels({ server }: { server: Schema<"AcmeServer"> }) {
  const names = useNameOf();
  const { limits } = server;
  return (
    <div className="columns">
      <div className="stack stack-l">
        <Panel title="What it issues">
          <Facts>
            <Fact name="Signing CA">
              <Link to="/authorities/$id" params={{ id: server.authority_id }}>
                {names.authority(server.authority_id)}
              </Link>
            </Fact>
            <Fact name="Validity">
              {plural(server.default_validity_days, "day")}, at most {server.max_validity_days}
            </Fact>
            <Fact name="Keys">{server.key_algorithms.length > 0 ? tags(server.key_algorithms) : "All"}</Fact>
            <Fact name="Digest">{server.digest}</Fact>
          </Facts>
        </Panel>
        <Panel title="Profiles" lead="What clients may ask for by name.">
          {server.profiles.length === 0 && <p className="muted">None: every client gets the same.</p>}
          <ul className="findings">
            {server.profiles.map((profile) => (
              <li key={profile.name}>
                <div className="row row-between">
                  <strong className="mono">{profile.name}</strong>
                  <span className="muted">
                    {plural(profile.default_validity_days ?? 90, "day")}, at most {profile.max_validity_days ?? 90}
                  </span>
                </div>
                <div className="secondary">{profile.description}</div>
                {profile.revocation_information === false && (
                  <div className="muted">Without revocation information</div>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      <div className="stack stack-l">
        <Panel title="Who gets names">
          <Facts>
            <Fact name="Names">{kModes[server.authorization_mode]}</Fact>
            <Fact name="Accounts">
              {server.require_eab ? "Only with credentials made here" : "Every client may register"}
            </Fact>
            <Fact name="Challenges">{server.authorization_mode === "challenges" && tags(server.challenge_types)}</Fact>
            <Fact name="CAA records">{server.check_caa ? "Obeyed" : "Not looked at"}</Fact>
            <Fact name="CAA identities">{server.caa_identities.length > 0 && tags(server.caa_identities)}</Fact>
          </Facts>
        </Panel>
        <Panel title="Limits">
          <Facts>
            {kLimits.map(([name, text]) => (
              <Fact key={name} name={text}>
                {limitText(limits[name])}
              </Fact>
            ))}
            <Fact name="A name is paused for">
              {limits.failures_per_name && duration((limits.pause_seconds ?? 604_800) * 1000)}
            </Fact>
            <Fact name="Bound accounts">{limits.exempt_bound_accounts && "Have no limits"}</Fact>
          </Facts>
        </Panel>
        <Panel title="About">
          <Facts>
            <Fact name="Description">{server.description}</Fact>
            <Fact name="Terms of service">
              {server.terms_of_service && <Copyable value={server.terms_of_service} label="terms of service" />}
            </Fact>
            <Fact name="Website">{server.website && <Copyable value={server.website} label="website" />}</Fact>
            <Fact name="Explanations">
              {server.explanation_url && <Copyable value={server.explanation_url} label="explanation URL" />}
            </Fact>
            <Fact name="Made">
              <Time at={server.created_at} />
            </Fact>
            <Fact name="Changed">
              <Time at={server.updated_at} />
            </Fact>
          </Facts>
        </Panel>
      </div>
    </div>
  );
}
