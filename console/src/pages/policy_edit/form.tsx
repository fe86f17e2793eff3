import { useState } from "react";
import { errorUnder } from "~/api/changes";
import type { Schema } from "~/api/types";
import { CheckField, FieldError, Segmented, TextArea, TextField } from "~/design/field";
import { LinesField } from "~/design/lines";
import { Panel } from "~/design/surfaces";
import { kActions } from "~/pages/policies/data";
import { RuleEditor } from "./rule_editor";

export type Draft = Schema<"PolicyWrite">;

const kViews = [
  ["form", "Form"],
  ["json", "JSON"],
] as const;

/** The same policy as text; it counts once it is JSON. */
function JsonEditor({
  draft,
  onChange,
  onBroken,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  onBroken: (broken: boolean) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(draft, null, 2));
  const [error, setError] = useState("");
  const write = (typed: string) => {
    setText(typed);
    try {
      const parsed: unknown = JSON.parse(typed);
      if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
        throw new Error("It is not an object.");
      setError("");
      onBroken(false);
      onChange({ patterns: [], actions: [], rules: [], ...(parsed as Partial<Draft>) } as Draft);
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
      onBroken(true);
    }
  };
  return (
    <TextArea
      label="Policy as JSON"
      mono
      rows={22}
      spellCheck={false}
      error={error || undefined}
      value={text}
      onChange={(event) => write(event.target.value)}
    />
  );
}

export function PolicyForm({
  draft,
  errors,
  onChange,
  onBroken,
}: {
  draft: Draft;
  errors: Record<string, string>;
  onChange: (draft: Draft) => void;
  onBroken: (broken: boolean) => void;
}) {
  const [view, setView] = useState<"form" | "json">("form");
  const set = <Name extends keyof Draft>(name: Name, value: Draft[Name]) => onChange({ ...draft, [name]: value });
  const toggle = (action: Draft["actions"][number]) =>
    set(
      "actions",
      draft.actions.includes(action) ? draft.actions.filter((one) => one !== action) : [...draft.actions, action],
    );
  const switchView = (next: "form" | "json") => {
    onBroken(false);
    setView(next);
  };
  return (
    <div className="stack stack-l">
      <div className="row">
        <Segmented label="Written as" value={view} options={kViews} onChange={switchView} />
      </div>
      {view === "json" ? (
        <JsonEditor draft={draft} onChange={onChange} onBroken={onBroken} />
      ) : (
        <>
          <Panel title="When it is asked">
            <div className="stack">
              <TextField
                label="Name"
                value={draft.name}
                error={errors["/name"]}
                onChange={(event) => set("name", event.target.value)}
              />
              <TextArea
                label="What requesters read when it objects"
                optional
                rows={2}
                value={draft.description ?? ""}
                error={errors["/description"]}
                onChange={(event) => set("description", event.target.value)}
              />
              <LinesField
                label="Names that it is about"
                placeholder="*.example.com"
                hint="One a line. example.com is that name alone; *.example.com is it and every name below."
                value={draft.patterns}
                error={errorUnder(errors, "/patterns")}
                onChange={(patterns) => set("patterns", patterns)}
              />
              <fieldset className="field">
                <legend className="field-label">For</legend>
                <div className="check-row">
                  {kActions.map(([action, text]) => (
                    <CheckField
                      key={action}
                      label={text}
                      checked={draft.actions.includes(action)}
                      onChange={() => toggle(action)}
                    />
                  ))}
                </div>
                {errorUnder(errors, "/actions") && <FieldError>{errorUnder(errors, "/actions")}</FieldError>}
              </fieldset>
              <CheckField
                label="In force"
                hint="From the next request on, once it is saved."
                checked={draft.enabled ?? true}
                onChange={(event) => set("enabled", event.target.checked)}
              />
            </div>
          </Panel>
          <Panel title="Rules" lead="All of them are asked. Where several limit the same, the strictest wins.">
            <RuleEditor rules={draft.rules} errors={errors} onChange={(rules) => set("rules", rules)} />
          </Panel>
        </>
      )}
    </div>
  );
}
