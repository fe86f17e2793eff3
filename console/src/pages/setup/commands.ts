export type Client = "certbot" | "lego" | "acme.sh" | "caddy";

export const kClients = [
  ["certbot", "certbot"],
  ["lego", "lego"],
  ["acme.sh", "acme.sh"],
  ["caddy", "Caddy"],
] as const satisfies readonly (readonly [Client, string])[];

/** What to run for one certificate; root.pem is the root of the CA. */
export function commandOf(client: Client, directory: string, name: string): string {
  switch (client) {
    case "certbot":
      return [
        "REQUESTS_CA_BUNDLE=root.pem certbot certonly --standalone --agree-tos \\",
        "  --register-unsafely-without-email \\",
        `  --server ${directory} \\`,
        `  -d ${name}`,
      ].join("\n");
    case "lego":
      return [
        "LEGO_CA_CERTIFICATES=root.pem lego --accept-tos --http \\",
        `  --email admin@${name.split(".").slice(1).join(".")} \\`,
        `  --server ${directory} \\`,
        `  --domains ${name} run`,
      ].join("\n");
    case "acme.sh":
      return [
        `acme.sh --issue --standalone --ca-bundle root.pem \\`,
        `  --server ${directory} \\`,
        `  -d ${name}`,
      ].join("\n");
    case "caddy":
      return [
        "{",
        `  acme_ca ${directory}`,
        "  acme_ca_root root.pem",
        "}",
        "",
        `${name} {`,
        '  respond "It works"',
        "}",
      ].join("\n");
  }
}
