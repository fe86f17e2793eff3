import { Icon } from "./icon";

/** A filter that is in force, and the way to remove it. */
export function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <span className="chip">
      <span>{text}</span>
      <button type="button" aria-label={`Remove the filter ${text}`} title="Remove" onClick={onRemove}>
        <Icon name="x" />
      </button>
    </span>
  );
}

/** A filter with a few values, in the tool bar; the empty value is no filter. */
export function FilterSelect({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <select
      className="input filter-select"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  );
}
