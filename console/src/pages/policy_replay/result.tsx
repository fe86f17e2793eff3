import "~/pages/policies/policies.css";
import "~/pictures/pictures.css";
import { Link } from "@tanstack/react-router";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Notice } from "~/design/notice";
import { count, plural } from "~/design/time";
import { wordsOf } from "~/pages/policies/data";
import { isOver, type Replay } from "./data";

type Counts = Schema<"ReplayCounts">;

function Progress({ replay }: { replay: Replay }) {
  const all = replay.certificate_total + replay.order_total;
  const done = replay.findings.certificates.examined + replay.findings.orders.examined;
  return (
    <div className="stack stack-s" role="status">
      <progress className="progress" aria-label="Examined" max={Math.max(all, 1)} value={done} />
      <span className="secondary">
        {replay.state === "pending" ? "Waits for its turn." : `${count(done)} of ${count(all)} examined.`}
      </span>
    </div>
  );
}

function Verdict({ counts }: { counts: Counts }) {
  if (counts.blocked > 0) {
    return <Notice tone="bad" title={`It would have blocked ${count(counts.blocked)} of ${count(counts.examined)}`} />;
  }
  if (counts.warned > 0) {
    return <Notice tone="warn" title={`It would have blocked none and warned about ${count(counts.warned)}`} />;
  }
  if (counts.matched > 0) return <Notice tone="good" title={`All ${count(counts.matched)} that it is about meet it`} />;
  return <Notice title="It is about none of them">No name that was examined matches a pattern of the policy.</Notice>;
}

const kNames = [
  ["examined", "Examined"],
  ["matched", "It is about"],
  ["blocked", "Would block"],
  ["warned", "Would warn"],
  ["unreadable", "Could not be read"],
] as const;

function CountsTable({ replay }: { replay: Replay }) {
  const { certificates, orders } = replay.findings;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">What</span>
          </th>
          <th scope="col" className="end">
            Certificates
          </th>
          <th scope="col" className="end">
            Orders
          </th>
        </tr>
      </thead>
      <tbody>
        {kNames.map(([name, text]) => (
          <tr key={name}>
            <th scope="row">{text}</th>
            <td className="end numeric">{count(certificates[name])}</td>
            <td className="end numeric">{count(orders[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What a replay found so far: it grows while it runs. */
export function ReplayResult({ replay }: { replay: Replay }) {
  const { certificates, orders, rules } = replay.findings;
  const together = Object.fromEntries(
    kNames.map(([name]) => [name, certificates[name] + orders[name]]),
  ) as unknown as Counts;
  return (
    <div className="stack stack-l">
      {!isOver(replay) && <Progress replay={replay} />}
      {replay.state === "failed" && (
        <Notice tone="bad" title="It could not be finished">
          {replay.error}
        </Notice>
      )}
      {replay.state === "cancelled" && <Notice title="It was stopped">These are the findings up to then.</Notice>}
      {replay.state === "complete" && <Verdict counts={together} />}
      <CountsTable replay={replay} />
      <ul className="rule-list" aria-label="Rules">
        {rules.map((rule, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place, and one may be there twice.
          <li key={index} className={`rule ${rule.fail === "soft" ? "rule-soft" : ""}`}>
            <div className="rule-head">
              <h3>{wordsOf(rule.rule)}</h3>
              <span className="row">
                <span className="secondary">{rule.unmet ? `${count(rule.unmet)} do not meet it` : "All meet it"}</span>
                <Status state={rule.fail} />
              </span>
            </div>
            {rule.examples.length > 0 && (
              <details>
                <summary>{plural(rule.examples.length, "example")}</summary>
                <ul className="findings">
                  {rule.examples.map((example) => (
                    <li key={example.type + example.id}>
                      <Link
                        to={example.type === "certificate" ? "/certificates/$id" : "/orders/$id"}
                        params={{ id: example.id }}
                      >
                        {example.common_name || example.id}
                      </Link>{" "}
                      <span className="muted">{example.type}</span>
                      <div className="secondary">{example.message}</div>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
