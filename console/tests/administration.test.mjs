// What administrators do: CAs, policies, ACME accounts, providers, domains, people and machines, blocked keys, tools.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open, refused, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

let server;
let browser;

before(async () => {
  server = await new Server().start();
  for (const name of ["shop", "api"]) await server.certificate(`${name}.example.com`, { validity_days: 20 });
  await server.certificate("later.example.com", { validity_days: 90 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const csr = readFileSync(new URL("csr.pem", import.meta.url), "utf8");

/** What stands in the block whose button copies it. */
const secretOf = (dialog, label) =>
  dialog
    .locator(".code-block", { has: dialog.page().getByRole("button", { name: `Copy ${label}`, exact: true }) })
    .locator("code")
    .textContent();

/** A secret's dialog stays until somebody says that they have it. */
async function saved(page, dialog) {
  await page.keyboard.press("Escape");
  await dialog.getByText("Say first that you have saved it").waitFor();
  await dialog.getByLabel("I have saved it").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await dialog.waitFor({ state: "detached" });
}

test("the pictures of the overview have a table, and lead to what they count", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server);
  const horizon = page.getByRole("region", { name: "What expires in the next twelve months" });
  const ends = new Date(Date.now() + 20 * 86_400_000);
  const month = ends.toLocaleDateString("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });
  const column = horizon.getByRole("link", { name: new RegExp(`^${month}, Renews by itself: \\d+$`) });
  await column.waitFor();
  await horizon.getByRole("button", { name: "Show as table" }).click();
  await horizon.getByRole("columnheader", { name: "Nobody acts" }).waitFor();
  await horizon.getByRole("button", { name: "Show as picture" }).click();
  const inventory = page.getByRole("region", { name: "Inventory" });
  await inventory.getByRole("button", { name: "Show as table" }).click();
  await inventory.getByRole("row", { name: /^Active \d+ \d+%/ }).waitFor();
  const issued = page.getByRole("region", { name: "Issued and failed" });
  await issued.getByRole("link", { name: /^Week of .*, Console and API: 3$/ }).waitFor();
  const durations = page.getByRole("region", { name: "How long orders take" });
  await durations.getByText(/^Of \d+ complete orders of the last 90 days/).waitFor();
  await column.click();
  await page.waitForURL(/\/certificates\?/);
  await page.getByRole("link", { name: "shop.example.com" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "later.example.com" }).count(), 0);
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV, for spreadsheets" }).click(),
  ]);
  const csv = readFileSync(await file.path(), "utf8");
  assert.match(csv, /shop\.example\.com/);
  assert.doesNotMatch(csv, /later\.example\.com/);
  await close();
});

test("a CA is created in the tree, its CRL is fresh, and it is retired", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/authorities" });
  await page.getByRole("button", { name: "Create a CA" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Devices CA");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  const tree = page.getByRole("list", { name: "Certificate authorities" });
  await tree.getByRole("link", { name: "Devices CA" }).click();
  await page.getByRole("heading", { level: 1, name: "Devices CA" }).waitFor();
  await page.getByText(/Fresh, next/).waitFor();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("button", { name: "Retire" }).click();
  await dialog.getByRole("button", { name: "Retire for good" }).click();
  await page.getByText("Devices CA is retired.").waitFor();
  const list = (await server.api("GET", "/certificate-authorities")).json.items;
  assert.equal(list.find((one) => one.name === "Devices CA").retired, true);
  await close();
});

test("a policy is written from the catalogue, tried, saved and changed after a conflict", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(412)] });
  await signIn(page, server, { path: "/policies/new" });
  await page.getByLabel("Name", { exact: true }).fill("Short lives");
  await page.getByLabel("Names that it is about").fill("*.example.com");
  await page.getByLabel("Another rule").selectOption("enforce_max_validity");
  await page.getByRole("button", { name: "Add the rule" }).click();
  await page.getByLabel("Max days").fill("30");
  await page.getByRole("button", { name: "Hard: block" }).click();
  await page.getByRole("button", { name: "Replay" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  await page.getByText(/It would have blocked \d+ of/).waitFor();
  await page.getByRole("button", { name: "Make the policy" }).click();
  await page.waitForURL(/\/policies\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").at(-1);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Max days").fill("45");
  const current = await server.api("GET", `/policies/${id}`);
  const etag = { "If-Match": current.headers.etag };
  await server.api("PATCH", `/policies/${id}`, { description: "Thirty days are enough." }, etag);
  await page.getByRole("button", { name: "Save a new version" }).click();
  await page.getByText("Somebody else has changed this in the meantime").waitFor();
  await page.getByRole("button", { name: "Load the newest version" }).click();
  await page.getByText("Thirty days are enough.").waitFor();
  assert.equal(await page.getByLabel("Max days").inputValue(), "45");
  await page.getByRole("button", { name: "Save a new version" }).click();
  await page.getByText("is saved as version 3").waitFor();
  const after = (await server.api("GET", `/policies/${id}`)).json;
  assert.equal(after.description, "Thirty days are enough.");
  assert.equal(after.rules[0].values.max_days, 45);
  assert.equal(after.rules[0].fail, "hard");

  await page.getByRole("tab", { name: "Versions" }).click();
  const diff = page.getByRole("list", { name: "What version 3 changed" });
  await diff.locator("ins", { hasText: '"max_days": 45' }).waitFor();
  await close();
});

test("what rules did is counted by week and by rule, and leads to the decisions", async () => {
  await server.api("POST", "/policies", {
    name: "Each name by itself",
    patterns: ["*.outcomes.example.com"],
    actions: ["certificate.generate"],
    rules: [
      { action: "disable_wildcard", fail: "hard" },
      { action: "enforce_max_validity", fail: "soft", values: { max_days: 30 } },
    ],
  });
  await server.refused("POST", "/orders", { common_name: "*.outcomes.example.com", validity_days: 20 });
  await server.certificate("warned.outcomes.example.com", { validity_days: 40 });
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/policies?tab=outcomes" });
  const byWeek = page.getByRole("region", { name: "By week" });
  await byWeek.getByRole("button", { name: "Show as table" }).click();
  await byWeek.getByRole("columnheader", { name: "Waived" }).waitFor();
  await byWeek.getByRole("button", { name: "Show as picture" }).click();
  await byWeek.getByRole("link", { name: /^Week of .*, Refused: \d+$/ }).waitFor();
  await page.getByRole("link", { name: /^Disable wildcard: 1 refused$/ }).click();
  await page.waitForURL(/tab=decisions/);
  const list = page.getByRole("table", { name: "Policy decisions" });
  await list.getByRole("button", { name: "*.outcomes.example.com" }).click();
  const dialog = page.getByRole("dialog", { name: "Policy decision" });
  const decided = (await server.api("GET", "/policy-decisions?rule=disable_wildcard&outcome=refused")).json.items[0];
  await dialog.getByRole("link", { name: decided.order_id }).waitFor();
  await dialog.getByText("disable_wildcard").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByLabel("Outcome").selectOption("warned");
  await page.getByLabel("Rule").selectOption("enforce_max_validity");
  await list.getByRole("button", { name: "warned.outcomes.example.com" }).waitFor();
  assert.equal(await list.getByRole("button", { name: "*.outcomes.example.com" }).count(), 0);
  await close();
});

test("a refused value of a rule is shown at its field", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await signIn(page, server, { path: "/policies/new" });
  await page.getByLabel("Name", { exact: true }).fill("Wrong");
  await page.getByLabel("Names that it is about").fill("*.example.com");
  await page.getByLabel("Another rule").selectOption("enforce_max_validity");
  await page.getByRole("button", { name: "Add the rule" }).click();
  await page.getByLabel("Max days").fill("0");
  await page.getByRole("button", { name: "Make the policy" }).click();
  await page.locator('input[aria-invalid="true"]').waitFor();
  assert.equal(await page.getByLabel("Max days").getAttribute("aria-invalid"), "true");
  await close();
});

test("the policies answer a request that is not submitted", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/policies?tab=test" });
  await page.getByLabel("Names").fill("www.example.com");
  await page.getByLabel("Valid for days").fill("90");
  await page.getByRole("button", { name: "Ask the policies" }).click();
  await page.getByText("A policy would block this request").waitFor();
  await close();
});

test("an ACME account's credentials are shown once, with the commands", async () => {
  const { page, close } = await open(browser, server);
  const [acme] = (await server.api("GET", "/acme-servers")).json.items;
  await signIn(page, server, { path: `/acme-servers/${acme.id}?tab=accounts` });
  await page.getByRole("button", { name: "Make an account" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Cluster");
  await dialog.getByRole("button", { name: "Make the account" }).click();
  await dialog.getByText("Shown once").waitFor();
  const mac = await secretOf(dialog, "MAC key");
  assert.match(mac, /^[A-Za-z0-9_-]{40,}$/);
  await dialog.getByRole("button", { name: "lego" }).click();
  await dialog.getByText(`--hmac ${mac}`).waitFor();
  await saved(page, dialog);
  await page.getByRole("link", { name: "Cluster" }).click();
  await page.getByRole("button", { name: "Bind a name" }).click();
  await dialog.getByLabel("DNS name or address").fill("example.com");
  await dialog.getByLabel("Names below it, too").check();
  await dialog.getByRole("button", { name: "Bind", exact: true }).click();
  await page.getByText("example.com is bound.").waitFor();
  assert.equal(await page.getByText(mac).count(), 0);
  await close();
});

test("a provider's secret is written and never shown", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/providers" });
  await page.getByRole("button", { name: "New provider" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("EST", { exact: true }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("Corporate EST");
  await dialog.getByLabel("URL", { exact: true }).fill("https://est.example.com/.well-known/est");
  await dialog.getByLabel(/^User name/).fill("chancery");
  await dialog.getByLabel(/^Password/).fill("a secret word");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: "Corporate EST" }).waitFor();
  await page.getByText("Set, and never shown").waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByLabel(/^User name/).fill("operator");
  assert.equal(await dialog.getByLabel(/^Password/).inputValue(), "");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The provider is changed.").waitFor();
  const provider = (await server.api("GET", "/providers")).json.items.find((one) => one.kind === "est");
  assert.equal(provider.configuration.username, "operator");
  assert.equal(provider.configuration.password, "********");
  await close();
});

test("a domain is registered and disabled", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/domains" });
  await page.getByRole("button", { name: "Register a domain" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "DNS name" }).fill("example.org");
  await dialog.getByRole("button", { name: "Register", exact: true }).click();
  await page.getByText("example.org is registered.").waitFor();
  await page.getByRole("button", { name: "Disable example.org" }).click();
  await dialog.getByRole("button", { name: "Disable", exact: true }).click();
  await page.getByText("example.org is disabled.").waitFor();
  await close();
});

test("a user is made and changed; a token of theirs is shown once", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await signIn(page, server, { path: "/users" });
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Uwe");
  await dialog.getByLabel("E-mail").fill("uwe@example.com");
  await dialog.getByLabel("First password").fill("short");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.locator('input[aria-invalid="true"]').waitFor();
  await dialog.getByLabel("First password").fill("correct horse battery staple");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: "Uwe" }).waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByText("Report Operator", { exact: true }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The user is changed.").waitFor();
  await page.getByRole("button", { name: "New token" }).click();
  await dialog.getByLabel("Name").fill("A script");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.getByText("Shown once").waitFor();
  const token = await secretOf(dialog, "Token");
  await saved(page, dialog);
  const mine = await server.request("GET", "/api/v1/me", { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(mine.json.role, "report_operator");
  await page.getByRole("button", { name: "Revoke A script" }).click();
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("The token A script is revoked.").waitFor();
  await close();
});

test("a service account's secret becomes a token, and is replaced", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/service-accounts" });
  await page.getByRole("button", { name: "New service account" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Pipeline");
  await dialog.getByRole("button", { name: "Create" }).click();
  await dialog.getByText("Shown once").waitFor();
  const credentials = `${await secretOf(dialog, "Client id")}:${await secretOf(dialog, "Client secret")}`;
  await saved(page, dialog);
  const answer = await server.request("POST", "/oauth2/token", {
    body: "grant_type=client_credentials",
    headers: {
      Authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      "Content-Type": "application/x-www-form-urlencoded",
    },
  });
  assert.equal(answer.status, 200, answer.text);
  await page.getByRole("link", { name: "Pipeline" }).click();
  await page.getByRole("button", { name: "Replace the secret" }).click();
  await dialog.getByRole("button", { name: "Replace", exact: true }).click();
  await dialog.getByText("Shown once").waitFor();
  await saved(page, dialog);
  await close();
});

test("renewal settings are changed, and the month shows what ends", async () => {
  const { page, close } = await open(browser, server);
  const ends = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 7);
  await signIn(page, server, { path: `/renewals?month=${ends}` });
  await page.getByRole("table").getByRole("link", { name: "shop.example.com" }).waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Days before the end").fill("21");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("The settings are changed.").waitFor();
  assert.equal((await server.api("GET", "/renewal-settings")).json.threshold_days, 21);
  await close();
});

test("a key is blocked by its CSR and unblocked", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/blocked-keys" });
  await page.getByRole("button", { name: "Block a key" }).first().click();
  const dialog = page.getByRole("dialog");
  const what = dialog.getByLabel(/^Certificate, CSR/);
  await what.fill("-----BEGIN PRIVATE KEY-----");
  await dialog.getByText("This is a private key").waitFor();
  await what.fill(csr);
  await dialog.getByLabel("Why").fill("It was in a backup.");
  await dialog.getByRole("button", { name: "Block", exact: true }).click();
  await page.getByText("The key is blocked.").waitFor();
  await page.getByRole("button", { name: /^Unblock/ }).click();
  await dialog.getByLabel("Why it may be certified again").fill("A mistake.");
  await dialog.getByRole("button", { name: "Unblock", exact: true }).click();
  await page.getByText("The key can be certified again.").waitFor();
  await close();
});

test("tools read in the browser and refuse a private key", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(404)] });
  await signIn(page, server, { path: "/tools" });
  const sent = [];
  page.on("request", (request) => sent.push(request.postData() ?? ""));
  const box = page.getByLabel(/^PEM/);
  await box.fill(`${csr}\n${csr}`);
  await page.getByText("They have the same key").waitFor();
  await page.getByText("SHA-256 of the public key").first().waitFor();
  await box.fill("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----");
  await page.getByText("There is a private key in it").waitFor();
  assert.ok(!sent.some((text) => text.includes("PRIVATE KEY")));
  await close();
});

test("a host is checked, its certificates are read, and one that cannot be reached is said so", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(404), refused(422)] });
  await signIn(page, server, { path: "/tools" });
  const host = page.getByLabel("Host", { exact: true });
  await host.fill(`https://localhost:${server.port}/`);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("Nothing is wrong with what it presents").waitFor();
  await page.getByText("TLSv1.3").waitFor();
  await page.getByRole("heading", { name: "Certificate: localhost" }).waitFor();
  await page.getByLabel(/^Name to ask for/).fill("www.example.com");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("The certificate is not for www.example.com.").waitFor();
  await page.getByLabel(/^Name to ask for/).fill("");
  await host.fill(`localhost:${server.httpPort}`);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("It presented nothing").waitFor();
  await host.fill("two words");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("must be a DNS name or an IP address, without a port", { exact: true }).waitFor();
  await page.getByText("It presented nothing").waitFor({ state: "detached" });
  await close();
});
