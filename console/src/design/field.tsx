import {
  createContext,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useContext,
  useId,
} from "react";
import { Icon } from "./icon";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string;
  optional?: boolean;
}

/** Label, hint and error around one control, tied to it by id. */
function Frame({ id, label, hint, error, optional, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {optional && <span className="field-optional">(optional)</span>}
      </label>
      {children}
      {hint && (
        <div className="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <div className="field-error" id={id}>
      <Icon name="alert" />
      <span>{children}</span>
    </div>
  );
}

function describe(id: string, { hint, error }: FieldProps) {
  const ids = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return { id, "aria-describedby": ids || undefined, "aria-invalid": error ? true : undefined };
}

function split<T extends FieldProps>(props: T): [FieldProps, Omit<T, keyof FieldProps>] {
  const { label, hint, error, optional, ...rest } = props;
  return [{ label, hint, error, optional }, rest];
}

export function TextField({ mono, ...props }: FieldProps & { mono?: boolean } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const [field, input] = split(props);
  return (
    <Frame id={id} {...field}>
      <input className={`input ${mono ? "mono" : ""}`} type="text" {...describe(id, field)} {...input} />
    </Frame>
  );
}

export function TextArea({
  mono,
  ...props
}: FieldProps & { mono?: boolean } & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  const [field, input] = split(props);
  return (
    <Frame id={id} {...field}>
      <textarea className={`input ${mono ? "mono" : ""}`} {...describe(id, field)} {...input} />
    </Frame>
  );
}

export function SelectField({ children, ...props }: FieldProps & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  const [field, input] = split(props);
  return (
    <Frame id={id} {...field}>
      <select className="input" {...describe(id, field)} {...input}>
        {children}
      </select>
    </Frame>
  );
}

export function CheckField({
  label,
  hint,
  ...input
}: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <label className="check">
      <input type="checkbox" aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      <span className="check-text">
        <span>{label}</span>
        {hint && (
          <span className="field-hint" id={`${id}-hint`}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

const Group = createContext<{ name: string; value: string; onChange: (value: string) => void } | null>(null);

/** One of a few, each with a sentence: radio buttons in a fieldset. */
export function Choices({
  label,
  value,
  onChange,
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  const name = useId();
  return (
    <fieldset className="field">
      <legend className="field-label">{label}</legend>
      <div className="choices">
        <Group value={{ name, value, onChange }}>{children}</Group>
      </div>
    </fieldset>
  );
}

export function Choice({ value, label, hint }: { value: string; label: string; hint?: ReactNode }) {
  const group = useContext(Group);
  if (!group) throw new Error("A Choice stands in Choices.");
  return (
    <CheckField
      type="radio"
      name={group.name}
      label={label}
      hint={hint}
      checked={group.value === value}
      onChange={() => group.onChange(value)}
    />
  );
}

/** A small switch between views of the same thing. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="segmented" aria-label={label}>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}

/** Finds as one types. */
export function SearchBox({ label, ...input }: { label: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <div className="search-box">
      <Icon name="search" />
      <input className="input" type="search" aria-label={label} placeholder={label} {...input} />
    </div>
  );
}
