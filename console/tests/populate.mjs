// A small organization, so that no page is empty: the same names, in the same order, each time.
const kServices = [
  "shop",
  "api",
  "auth",
  "billing",
  "mail",
  "grafana",
  "vault",
  "gitlab",
  "registry",
  "status",
  "wiki",
  "vpn",
];
const kDays = [5, 12, 20, 45, 60, 80, 88, 89, 90, 30, 75, 27];
const kAlgorithms = ["ec-256", "ec-256", "ec-384", "ec-256", "ed25519", "rsa-2048"];
const kTags = [["production", "edge"], ["production"], [], ["internal"], ["internal", "team-a"], []];

/** Returns ids of what the pages are shown with. */
export async function populate(server) {
  const policy = await server.api("POST", "/policies", {
    name: "Short and strong",
    description: "Services renew by themselves, so 60 days are enough.",
    patterns: ["*.example.com"],
    actions: ["certificate.generate"],
    rules: [
      { action: "enforce_max_validity", fail: "soft", values: { max_days: 60 } },
      { action: "enforce_minimum_key_size", fail: "hard", values: { minimum_bits: 2048 } },
    ],
  });
  let order;
  const ids = [];
  for (const [index, service] of kServices.entries()) {
    const name = `${service}.example.com`;
    const answer = await server.api(
      "POST",
      "/orders",
      {
        common_name: name,
        subject_alternative_names: index % 3 === 0 ? [name, `www.${name}`] : [name],
        key_algorithm: kAlgorithms[index % kAlgorithms.length],
        validity_days: kDays[index],
        tags: kTags[index % kTags.length],
      },
      { Prefer: "wait=20" },
    );
    ids.push(answer.json.certificate_id);
    if (index === 6) order = answer.json.id;
  }
  await server.revoke(ids[9]);
  await server.api("POST", "/policies", {
    name: "Each name by itself",
    patterns: ["*.example.com"],
    actions: ["certificate.generate"],
    rules: [{ action: "disable_wildcard", fail: "hard" }],
  });
  await server.refused("POST", "/orders", { common_name: "*.example.com" });
  const [authority] = (await server.api("GET", "/certificate-authorities?kind=intermediate")).json.items;
  const [acmeServer] = (await server.api("GET", "/acme-servers")).json.items;
  const account = await server.api("POST", `/acme-servers/${acmeServer.id}/accounts`, {
    name: "Kubernetes production",
  });
  await server.api("POST", `/acme-accounts/${account.json.id}/bindings`, {
    value: "example.com",
    allow_subdomains: true,
  });
  const replay = await server.api("POST", "/policy-replays", { policy_id: policy.json.id }, { Prefer: "wait=20" });
  const provider = await server.api("POST", "/providers", {
    name: "Corporate EST",
    type: "external_ca",
    kind: "est",
    configuration: { url: "https://est.example.com/.well-known/est", username: "chancery", password: "a-word" },
  });
  const user = await server.api("POST", "/users", {
    email: "petra@example.com",
    name: "Petra Policy",
    password: "correct horse battery staple",
    role: "policy_administrator",
  });
  const machine = await server.api("POST", "/service-accounts", {
    kind: "service_account",
    name: "Deploy pipeline",
    owner_id: user.json.id,
    scope: "write",
  });
  await server.api("POST", "/blocked-keys", { spki_sha256: "ab".repeat(32), note: "Found in a public repository." });
  return {
    certificate: ids[0],
    order,
    policy: policy.json.id,
    authority: authority.id,
    acmeServer: acmeServer.id,
    acmeAccount: account.json.id,
    replay: replay.json.id,
    provider: provider.json.id,
    user: user.json.id,
    machine: machine.json.id,
  };
}
