import type { Schema } from "~/api/types";

export type Kind = Schema<"ProviderKind">;

export interface ProviderField {
  name: string;
  label: string;
  secret?: boolean;
  required?: boolean;
  number?: boolean;
  /** Several lines: PEM, instructions. */
  long?: boolean;
  options?: readonly string[];
  hint?: string;
  placeholder?: string;
  /** Only where another member has this value. */
  when?: readonly [string, string];
}

const kValidity: ProviderField = {
  name: "validity_days",
  label: "Days of validity",
  number: true,
  hint: "How long its certificates live. Policies judge this where the CA decides it.",
};
const kAnchors: ProviderField = {
  name: "trust_anchors",
  label: "Trust anchors (PEM)",
  long: true,
  hint: "What its certificates must chain to.",
};
const kTls: ProviderField = {
  name: "tls_trust_anchors",
  label: "Trust anchors of its service (PEM)",
  long: true,
  hint: "What the TLS certificate of its service chains to; the system’s store without it.",
};

const kRfc2136 = ["solver", "dns-01-rfc2136"] as const;
const kWebhook = ["solver", "dns-01-webhook"] as const;

/** The members of each kind, as docs/providers.md lists them. */
export const kFields: Record<Kind, readonly ProviderField[]> = {
  local_pki: [],
  acme: [
    { name: "directory_url", label: "Directory URL", required: true, placeholder: "https://" },
    { name: "account_email", label: "E-mail of the account" },
    { name: "eab_kid", label: "Key id of the external account binding" },
    { name: "eab_hmac_key", label: "MAC key of the external account binding", secret: true, hint: "As base64url." },
    {
      name: "solver",
      label: "How names are proven",
      options: ["http-01", "dns-01-rfc2136", "dns-01-webhook"],
      hint: "http-01 unless chosen.",
    },
    { name: "dns_server", label: "Name server", placeholder: "ns1.example.com", when: kRfc2136 },
    { name: "dns_zone", label: "Zone", when: kRfc2136 },
    { name: "tsig_key_name", label: "TSIG key name", when: kRfc2136 },
    { name: "tsig_secret", label: "TSIG secret", secret: true, hint: "As base64.", when: kRfc2136 },
    {
      name: "tsig_algorithm",
      label: "TSIG algorithm",
      options: ["hmac-sha256", "hmac-sha384", "hmac-sha512"],
      when: kRfc2136,
    },
    { name: "dns_wait_seconds", label: "Seconds to the secondaries", number: true, when: kRfc2136 },
    { name: "webhook_url", label: "Webhook URL", placeholder: "https://", when: kWebhook },
    { name: "webhook_secret", label: "Webhook secret", secret: true, when: kWebhook },
    kValidity,
    kAnchors,
    kTls,
  ],
  est: [
    {
      name: "url",
      label: "URL",
      required: true,
      placeholder: "https://est.example.com/.well-known/est",
      hint: "Up to, not including, /cacerts.",
    },
    { name: "username", label: "User name" },
    { name: "password", label: "Password", secret: true },
    { name: "client_certificate", label: "Client certificate (PEM)", long: true },
    { name: "client_key", label: "Key of the client certificate (PEM)", long: true, secret: true },
    kValidity,
    kAnchors,
    kTls,
  ],
  digicert: [
    { name: "api_key", label: "API key", required: true, secret: true },
    { name: "organization_id", label: "Organization id", required: true, number: true },
    { name: "product", label: "Product", placeholder: "ssl_basic" },
    { name: "url", label: "URL of the service", placeholder: "https://www.digicert.com/services/v2" },
    kValidity,
    kAnchors,
    kTls,
  ],
  globalsign: [
    { name: "api_key", label: "API key", required: true, secret: true },
    { name: "api_secret", label: "API secret", required: true, secret: true },
    { name: "mtls_cert", label: "Client certificate (PEM)", required: true, long: true },
    { name: "mtls_key", label: "Key of the client certificate (PEM)", required: true, long: true, secret: true },
    { name: "region", label: "Region", placeholder: "emea" },
    { name: "url", label: "URL of the service", hint: "Instead of a region." },
    { name: "account_id", label: "Account id", hint: "For your own reference." },
    kValidity,
    kAnchors,
    kTls,
  ],
  manual: [{ name: "instructions", label: "Instructions for the operator", long: true }, kValidity, kAnchors],
};

export const kKinds: Record<Kind, { name: string; does: string }> = {
  local_pki: { name: "Local PKI", does: "Signed here." },
  acme: { name: "ACME", does: "A CA that speaks ACME: Let’s Encrypt, ZeroSSL, another Chancery." },
  est: { name: "EST", does: "A CA that speaks EST (RFC 7030)." },
  digicert: { name: "DigiCert", does: "CertCentral." },
  globalsign: { name: "GlobalSign", does: "Atlas." },
  manual: { name: "By hand", does: "An operator carries the CSR out and the certificate in." },
};

/** What stands in the place of a secret that is set. */
export const kMask = "********";

export type Configuration = Record<string, string | number | null>;

export const isShown = (field: ProviderField, configuration: Configuration) =>
  !field.when || configuration[field.when[0]] === field.when[1];
