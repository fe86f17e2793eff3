import { useEffect, useState } from "react";
import { linesOf, listOf } from "~/api/changes";
import { TextArea } from "./field";

/** A list as lines of text: what is typed stays as it is typed, what is meant is the list. */
export function LinesField({
  value,
  onChange,
  rows = 2,
  ...field
}: {
  label: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  rows?: number;
  hint?: string;
  error?: string;
  optional?: boolean;
  placeholder?: string;
}) {
  const [text, setText] = useState(linesOf(value));
  useEffect(() => {
    setText((old) => (linesOf(listOf(old)) === linesOf(value) ? old : linesOf(value)));
  }, [value]);
  return (
    <TextArea
      mono
      spellCheck={false}
      autoCapitalize="off"
      {...field}
      className="input mono lines"
      rows={Math.max(rows, Math.min(text.split("\n").length, 10))}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(listOf(event.target.value));
      }}
    />
  );
}
