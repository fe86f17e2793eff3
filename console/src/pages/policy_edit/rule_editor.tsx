import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { errorUnder } from "~/api/changes";
import type { Open } from "~/api/types";
import { Button, IconButton } from "~/design/button";
import { FieldError, Segmented, SelectField } from "~/design/field";
import { ProblemNotice } from "~/design/notice";
import { type Rule, rulesQuery, wordsOf } from "~/pages/policies/data";
import { SchemaForm } from "./schema_form";

const kFail = [
  ["soft", "Soft: warn"],
  ["hard", "Hard: block"],
] as const;

function AddRule({ onAdd }: { onAdd: (action: string) => void }) {
  const catalogue = useQuery(rulesQuery);
  const [chosen, setChosen] = useState("");
  const action = chosen || (catalogue.data?.[0]?.name ?? "");
  return (
    <div className="stack stack-s">
      <ProblemNotice error={catalogue.error} onRetry={() => catalogue.refetch()} />
      <div className="add-form">
        <SelectField
          label="Another rule"
          hint={catalogue.data?.find((one) => one.name === action)?.description}
          value={action}
          onChange={(event) => setChosen(event.target.value)}
        >
          {catalogue.data?.map((one) => (
            <option key={one.name} value={one.name}>
              {wordsOf(one.name)}
            </option>
          ))}
        </SelectField>
        <Button icon="plus" disabled={!action} onClick={() => onAdd(action)}>
          Add the rule
        </Button>
      </div>
    </div>
  );
}

/** The rules as forms that the catalogue describes. */
export function RuleEditor({
  rules,
  errors,
  onChange,
}: {
  rules: readonly Rule[];
  errors: Record<string, string>;
  onChange: (rules: Rule[]) => void;
}) {
  const catalogue = useQuery(rulesQuery);
  const list = useRef<HTMLUListElement>(null);
  // A rule has no id: it is known by the order in which it came here.
  const keys = useRef<number[]>([]);
  const nextKey = useRef(0);
  while (keys.current.length < rules.length) keys.current.push(nextKey.current++);
  keys.current.length = rules.length;
  const change = (index: number, rule: Rule) => onChange(rules.map((one, at) => (at === index ? rule : one)));
  const add = (action: string) => {
    onChange([...rules, { action, fail: "soft" }]);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>("li:last-child :is(input, select, button)")?.focus(),
    );
  };
  const remove = (index: number) => {
    keys.current = keys.current.filter((_, at) => at !== index);
    onChange(rules.filter((_, at) => at !== index));
  };
  return (
    <div className="stack">
      <ul className="rule-list" ref={list}>
        {rules.map((rule, index) => {
          const pointer = `/rules/${index}`;
          const description = catalogue.data?.find((one) => one.name === rule.action);
          const own = errors[pointer] ?? errors[`${pointer}/action`] ?? errors[`${pointer}/values`];
          return (
            <li key={keys.current[index]} className={`rule stack ${rule.fail === "soft" ? "rule-soft" : ""}`}>
              <div className="rule-head">
                <h3>{wordsOf(rule.action)}</h3>
                <span className="row">
                  <Segmented
                    label={`When ${wordsOf(rule.action)} is not met`}
                    value={rule.fail}
                    options={kFail}
                    onChange={(fail) => change(index, { ...rule, fail })}
                  />
                  <IconButton icon="trash" label={`Remove ${wordsOf(rule.action)}`} onClick={() => remove(index)} />
                </span>
              </div>
              <p className="secondary">{description?.description}</p>
              {description && (
                <SchemaForm
                  schema={description.values_schema}
                  values={(rule.values ?? {}) as Open}
                  errors={errors}
                  pointer={`${pointer}/values`}
                  onChange={(values) => change(index, { ...rule, values: values as Rule["values"] })}
                />
              )}
              {own && <FieldError>{own}</FieldError>}
            </li>
          );
        })}
      </ul>
      {rules.length === 0 && errorUnder(errors, "/rules") && <FieldError>{errorUnder(errors, "/rules")}</FieldError>}
      <AddRule onAdd={add} />
    </div>
  );
}
