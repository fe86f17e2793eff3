import type { Open, Schema } from "~/api/types";

type OrderCreate = Schema<"OrderCreate">;

/** What the page's controls hold: texts, as people type them. */
export interface Form {
  commonName: string;
  names: string;
  keyAlgorithm: Schema<"KeyAlgorithm">;
  csr: string;
  validityDays: string;
  providerId: string;
  authorityId: string;
  tags: string;
  purposes: Schema<"ExtendedKeyUsage">[];
  organization: string;
  organizationalUnit: string;
  country: string;
  state: string;
  locality: string;
}

export type Way = "automated" | "csr";

export const kEmpty: Form = {
  commonName: "",
  names: "",
  keyAlgorithm: "ec-256",
  csr: "",
  validityDays: "",
  providerId: "",
  authorityId: "",
  tags: "",
  purposes: [],
  organization: "",
  organizationalUnit: "",
  country: "",
  state: "",
  locality: "",
};

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/** A control's text only where somebody gave one: what is left out, the server and the policies decide. */
function given<Name extends keyof OrderCreate>(name: Name, value: OrderCreate[Name] | "" | undefined) {
  const empty = value === "" || value === undefined || (Array.isArray(value) && value.length === 0);
  return empty ? {} : { [name]: value };
}

function subjectOf(form: Form): Schema<"Subject"> | undefined {
  const members = {
    organization: form.organization,
    organizational_unit: form.organizationalUnit,
    country: form.country,
    state: form.state,
    locality: form.locality,
  };
  const filled = Object.entries(members).filter(([, value]) => value);
  return filled.length > 0 ? Object.fromEntries(filled) : undefined;
}

/** The body of the order. Names are sent as they were typed: the server tells DNS names, addresses and mail apart. */
export function orderOf(form: Form, way: Way): OrderCreate {
  const own: OrderCreate =
    way === "csr"
      ? { csr: form.csr }
      : {
          ...given("common_name", form.commonName.trim()),
          ...given("subject_alternative_names", words(form.names)),
          key_algorithm: form.keyAlgorithm,
          ...given("subject", subjectOf(form)),
        };
  return {
    ...own,
    ...given("validity_days", form.validityDays ? Number(form.validityDays) : undefined),
    ...given("provider_id", form.providerId),
    ...given("authority_id", form.authorityId),
    ...given("tags", words(form.tags)),
    ...given("extended_key_usage", form.purposes),
  };
}

/** The controls for an order that was made before, to edit it. */
export function formOf(request: OrderCreate): [Form, Way] {
  const form: Form = {
    ...kEmpty,
    commonName: request.common_name ?? "",
    names: (request.subject_alternative_names ?? [])
      .map((name) => (typeof name === "string" ? name : name.value))
      .join("\n"),
    keyAlgorithm: request.key_algorithm ?? "ec-256",
    csr: request.csr ?? "",
    validityDays: request.validity_days ? String(request.validity_days) : "",
    providerId: request.provider_id ?? "",
    authorityId: request.authority_id ?? "",
    tags: (request.tags ?? []).join(", "),
    purposes: request.extended_key_usage ?? [],
    organization: request.subject?.organization ?? "",
    organizationalUnit: request.subject?.organizational_unit ?? "",
    country: request.subject?.country ?? "",
    state: request.subject?.state ?? "",
    locality: request.subject?.locality ?? "",
  };
  return [form, request.csr ? "csr" : "automated"];
}

/** What turns the old request into the new one (RFC 7396): a member that was cleared is null. */
export function patchOf(old: OrderCreate, wanted: OrderCreate): Open {
  const cleared = Object.keys(old).filter((name) => !(name in wanted));
  return { ...Object.fromEntries(cleared.map((name) => [name, null])), ...wanted };
}

/** Which control an error of the server belongs to, by the pointer's beginning. */
const kControls: [string, keyof Form][] = [
  ["/common_name", "commonName"],
  ["/subject_alternative_names", "names"],
  ["/key_algorithm", "keyAlgorithm"],
  ["/csr", "csr"],
  ["/validity_days", "validityDays"],
  ["/provider_id", "providerId"],
  ["/authority_id", "authorityId"],
  ["/tags", "tags"],
  ["/subject/organization", "organization"],
  ["/subject/organizational_unit", "organizationalUnit"],
  ["/subject/country", "country"],
  ["/subject/state", "state"],
  ["/subject/locality", "locality"],
];

export function controlErrors(errors: Record<string, string>): {
  of: Partial<Record<keyof Form, string>>;
  shown: string[];
} {
  const of: Partial<Record<keyof Form, string>> = {};
  const shown: string[] = [];
  for (const [pointer, detail] of Object.entries(errors)) {
    // The longest that fits: /subject/organizational_unit begins with /subject/organization.
    const fitting = kControls.filter(([start]) => pointer === start || pointer.startsWith(`${start}/`));
    const control = fitting[0]?.[1];
    if (!control) continue;
    of[control] ??= detail;
    shown.push(pointer);
  }
  return { of, shown };
}
