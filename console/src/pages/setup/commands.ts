/** What binds a client to an account that was made in advance (RFC 8555 section 7.3.4). */
export interface Binding {
  kid: string;
  hmac: string;
}

export type Client = "certbot" | "lego" | "acme.sh" | "caddy" | "cert-manager";

export const kClients = [
  ["certbot", "certbot"],
  ["lego", "lego"],
  ["acme.sh", "acme.sh"],
  ["caddy", "Caddy"],
  ["cert-manager", "cert-manager"],
] as const satisfies readonly (readonly [Client, string])[];

/** What to run for one certificate; root.pem is the root of the CA. */
export function commandOf(client: Client, directory: string, name: string, eab?: Binding): string {
  switch (client) {
    case "certbot":
      return [
        "REQUESTS_CA_BUNDLE=root.pem certbot certonly --standalone --agree-tos \\",
        "  --register-unsafely-without-email \\",
        ...(eab ? [`  --eab-kid ${eab.kid} \\`, `  --eab-hmac-key ${eab.hmac} \\`] : []),
        `  --server ${directory} \\`,
        `  -d ${name}`,
      ].join("\n");
    case "lego":
      return [
        "LEGO_CA_CERTIFICATES=root.pem lego --accept-tos --http \\",
        `  --email admin@${name.split(".").slice(1).join(".")} \\`,
        ...(eab ? [`  --eab --kid ${eab.kid} \\`, `  --hmac ${eab.hmac} \\`] : []),
        `  --server ${directory} \\`,
        `  --domains ${name} run`,
      ].join("\n");
    case "acme.sh":
      return [
        ...(eab
          ? [
              "acme.sh --register-account --ca-bundle root.pem \\",
              `  --eab-kid ${eab.kid} \\`,
              `  --eab-hmac-key ${eab.hmac} \\`,
              `  --server ${directory}`,
              "",
            ]
          : []),
        `acme.sh --issue --standalone --ca-bundle root.pem \\`,
        `  --server ${directory} \\`,
        `  -d ${name}`,
      ].join("\n");
    case "caddy":
      return [
        "{",
        `  acme_ca ${directory}`,
        "  acme_ca_root root.pem",
        ...(eab ? ["  acme_eab {", `    key_id ${eab.kid}`, `    mac_key ${eab.hmac}`, "  }"] : []),
        "}",
        "",
        `${name} {`,
        '  respond "It works"',
        "}",
      ].join("\n");
    case "cert-manager":
      return [
        ...(eab
          ? [`# kubectl create secret generic chancery-eab -n cert-manager --from-literal=hmac=${eab.hmac}`]
          : []),
        "apiVersion: cert-manager.io/v1",
        "kind: ClusterIssuer",
        "metadata:",
        "  name: chancery",
        "spec:",
        "  acme:",
        `    server: ${directory}`,
        "    caBundle: # base64 -w0 root.pem",
        ...(eab
          ? [
              "    externalAccountBinding:",
              `      keyID: ${eab.kid}`,
              "      keySecretRef:",
              "        name: chancery-eab",
              "        key: hmac",
            ]
          : []),
        "    privateKeySecretRef:",
        "      name: chancery-account",
        "    solvers:",
        "      - http01:",
        "          ingress: {}",
      ].join("\n");
  }
}
