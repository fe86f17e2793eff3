import { errorUnder } from "~/api/changes";
import type { Schema } from "~/api/types";
import { CheckField, SelectField, TextField } from "~/design/field";
import { kLimits, kPeriodOptions } from "./words";

type Limits = Schema<"AcmeLimits">;

const kDay = 86_400;

export function LimitsField({
  value,
  errors,
  onChange,
}: {
  value: Limits;
  errors: Record<string, string>;
  onChange: (limits: Limits) => void;
}) {
  return (
    <fieldset className="fieldset">
      <legend>Limits</legend>
      <div className="field-hint">Empty for no limit.</div>
      {kLimits.map(([name, text]) => {
        const limit = value[name];
        const period = String(limit?.period_seconds ?? kDay);
        const known = kPeriodOptions.some(([seconds]) => seconds === period);
        return (
          <div key={name} className="form-grid">
            <TextField
              label={text}
              inputMode="numeric"
              value={limit?.count ?? ""}
              error={errorUnder(errors, `/limits/${name}`)}
              onChange={({ target }) =>
                onChange({
                  ...value,
                  [name]: /^\d+$/.test(target.value)
                    ? { count: Number(target.value), period_seconds: Number(period) }
                    : null,
                })
              }
            />
            <SelectField
              label={`${text}: in`}
              value={period}
              disabled={!limit}
              onChange={({ target }) =>
                onChange({ ...value, [name]: { count: limit?.count ?? 0, period_seconds: Number(target.value) } })
              }
            >
              {!known && <option value={period}>{period} seconds</option>}
              {kPeriodOptions.map(([seconds, label]) => (
                <option key={seconds} value={seconds}>
                  {label}
                </option>
              ))}
            </SelectField>
          </div>
        );
      })}
      <CheckField
        label="Accounts with credentials made here have no limits"
        checked={value.exempt_bound_accounts ?? false}
        onChange={({ target }) => onChange({ ...value, exempt_bound_accounts: target.checked })}
      />
    </fieldset>
  );
}
