export interface DiffLine {
  sign: " " | "-" | "+" | "…";
  text: string;
  key: string;
}

const kContext = 2;

/** What two texts have in common and what not, line by line (longest common subsequence). */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split("\n");
  const b = after.split("\n");
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] as number[];
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  const push = (sign: DiffLine["sign"], text = "") => lines.push({ sign, text, key: `${i} ${j} ${sign}` });
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(" ", a[i]);
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      push("-", a[i]);
      i++;
    } else {
      push("+", b[j]);
      j++;
    }
  }
  return withoutTheRest(lines);
}

/** Only what changed, with a little around it. */
function withoutTheRest(lines: DiffLine[]): DiffLine[] {
  const near = (index: number) =>
    lines.slice(Math.max(index - kContext, 0), index + kContext + 1).some((line) => line.sign !== " ");
  const shown: DiffLine[] = [];
  lines.forEach((line, index) => {
    if (near(index)) shown.push(line);
    else if (shown.at(-1)?.sign !== "…") shown.push({ ...line, sign: "…", text: "" });
  });
  return shown;
}
