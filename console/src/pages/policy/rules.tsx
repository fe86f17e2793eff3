import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import { Status } from "~/design/badge";
import { type Rule, rulesQuery, valuesOf, wordsOf } from "~/pages/policies/data";

/** A rule's values in words; ids of providers as their names. */
function Values({ rule }: { rule: Rule }) {
  const seesProviders = useRight("ReadProviders");
  const providers = useQuery({ ...providersQuery, enabled: seesProviders && rule.action === "restrict_providers" });
  const values = valuesOf(rule);
  if (values.length === 0) return null;
  const named = (text: string) =>
    (providers.data ?? []).reduce((all, provider) => all.replaceAll(provider.id, provider.name), text);
  return (
    <dl className="rule-values">
      {values.map(([name, value]) => (
        <div key={name}>
          <dt>{name}:</dt> <dd className="break">{named(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Rules({ rules }: { rules: readonly Rule[] }) {
  const catalogue = useQuery(rulesQuery);
  if (rules.length === 0) return <p className="muted">It has no rule, so it says nothing to any request.</p>;
  return (
    <ul className="rule-list">
      {rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place, and one may be there twice.
        <li key={index} className={`rule ${rule.fail === "soft" ? "rule-soft" : ""}`}>
          <div className="rule-head">
            <h3>{wordsOf(rule.action)}</h3>
            <Status state={rule.fail} />
          </div>
          <p className="secondary">{catalogue.data?.find((one) => one.name === rule.action)?.description}</p>
          <Values rule={rule} />
        </li>
      ))}
    </ul>
  );
}
