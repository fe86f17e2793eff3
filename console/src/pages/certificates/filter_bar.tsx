import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, body } from "~/api/client";
import { authoritiesQuery, providersQuery, useNameOf } from "~/api/lookups";
import type { Search } from "~/app/search";
import { Button } from "~/design/button";
import { SearchBox, SelectField, TextField } from "~/design/field";
import { Chip } from "~/design/filters";
import { Menu } from "~/design/menu";
import { inForce, kAnyStatus, kFilters, valueText } from "./filters";

const kTyped = 250;

/** The search field: the address follows when nobody has typed for a moment. */
function Query({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, kTyped);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return <SearchBox label="Name, serial number, tag" value={text} onChange={(event) => setText(event.target.value)} />;
}

/** The values of a filter whose values are resources. */
function useValues(name: string) {
  const providers = useQuery({ ...providersQuery, enabled: name === "provider" });
  const authorities = useQuery({ ...authoritiesQuery, enabled: name === "authority" });
  const tags = useQuery({
    queryKey: ["tags"],
    enabled: name === "tag",
    queryFn: () => body(api.GET("/api/v1/tags", { params: { query: { limit: 200 } } })),
  });
  const fixed = kFilters.find((filter) => filter.name === name)?.values;
  if (fixed) return fixed;
  if (name === "provider") return (providers.data ?? []).map((one) => [one.id, one.name] as const);
  if (name === "authority") return (authorities.data ?? []).map((one) => [one.id, one.name] as const);
  if (name === "tag")
    return (tags.data?.items ?? []).map((one) => [one.name, `${one.name} (${one.certificates})`] as const);
  return undefined;
}

function AddFilter({ onAdd }: { onAdd: (name: string, value: string) => void }) {
  const choices = kFilters.filter((filter) => filter.name !== "q");
  const [name, setName] = useState("status");
  const [value, setValue] = useState("");
  const values = useValues(name);
  const filter = choices.find((one) => one.name === name);
  const chosen = value || (values?.[0]?.[0] ?? "");
  return (
    <Menu label="Add a filter" icon="filter" text="Filter" start>
      <form
        className="menu-form stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen) onAdd(name, chosen);
          setValue("");
        }}
      >
        <SelectField
          label="Filter by"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            setValue("");
          }}
        >
          {choices.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </SelectField>
        {values ? (
          <SelectField label={filter?.label ?? name} value={chosen} onChange={(event) => setValue(event.target.value)}>
            {values.map(([one, text]) => (
              <option key={one} value={one}>
                {text}
              </option>
            ))}
          </SelectField>
        ) : (
          <TextField
            label={filter?.label ?? name}
            placeholder={filter?.placeholder}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
        <Button type="submit" look="primary" data-closes disabled={!chosen}>
          Apply
        </Button>
      </form>
    </Menu>
  );
}

/** Search field, filters to add, and what is in force as chips. All of it lives in the address. */
export function FilterBar({ search, change }: { search: Search; change: (members: Search) => void }) {
  const names = useNameOf();
  const given = inForce(search);
  const chips = kFilters.filter((filter) => filter.name !== "q" && given[filter.name]);
  return (
    <>
      <Query value={search.q ?? ""} onChange={(q) => change({ q })} />
      <AddFilter onAdd={(name, value) => change({ [name]: value })} />
      {chips.map((filter) => (
        <Chip
          key={filter.name}
          text={`${filter.label}: ${valueText(filter, given[filter.name] ?? "", names)}`}
          onRemove={() => change({ [filter.name]: filter.name === "status" && !search.filter ? kAnyStatus : "" })}
        />
      ))}
      {search.filter && (
        <Chip text={search.title || "A condition of its own"} onRemove={() => change({ filter: "", title: "" })} />
      )}
    </>
  );
}
