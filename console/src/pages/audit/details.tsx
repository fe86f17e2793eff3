import type { Open } from "~/api/types";
import { Code, Fact, Facts } from "~/design/surfaces";

interface Change {
  name: string;
  before: unknown;
  after: unknown;
}

const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Members that were changed, where a record has what was before and after. */
function changesOf(details: Open): Change[] | undefined {
  const before = (details.before ?? details.old) as Open | undefined;
  const after = (details.after ?? details.new) as Open | undefined;
  if (!before || !after || typeof before !== "object" || typeof after !== "object") return undefined;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .map((name) => ({ name, before: before[name], after: after[name] }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** Before and after side by side; otherwise the details as they are. */
export function Details({ details }: { details: Open }) {
  const changes = changesOf(details);
  if (changes) {
    return (
      <table className="table diff">
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.name}>
              <th scope="row">{change.name}</th>
              <td className="break">
                <del>{show(change.before) ?? "nothing"}</del>
              </td>
              <td className="break">
                <ins>{show(change.after) ?? "nothing"}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  const entries = Object.entries(details);
  if (entries.length === 0) return <p className="muted">Nothing more was recorded.</p>;
  if (entries.some(([, value]) => value !== null && typeof value === "object")) {
    return <Code wrap>{JSON.stringify(details, null, 2)}</Code>;
  }
  return (
    <Facts>
      {entries.map(([name, value]) => (
        <Fact key={name} name={name}>
          {show(value)}
        </Fact>
      ))}
    </Facts>
  );
}
