import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open, refused, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

let server;
let browser;

before(async () => {
  server = await new Server().start();
  await server.api("POST", "/policies", {
    name: "No wildcards",
    description: "Ask for each name.",
    patterns: ["*.example.com"],
    actions: ["certificate.generate"],
    rules: [
      { action: "disable_wildcard", fail: "hard" },
      { action: "enforce_max_validity", fail: "soft", values: { max_days: 90 } },
    ],
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test("Request New Certificate, automated: the certificate is shown when the server has issued it", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates/new" });
  await page.getByLabel("Common Name").fill("app.example.com");
  await page.getByLabel("Subject alternative names").fill("www.app.example.com\n10.0.0.1");
  await page.getByLabel("Subject alternative names").fill("www.app.example.com");
  await page.getByLabel("Tags").fill("web, blue");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "app.example.com" }).waitFor();
  await page.getByText("www.app.example.com").first().waitFor();
  await close();
});

test("errors of the server stand at their fields", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await signIn(page, server, { path: "/certificates/new" });
  await page.getByLabel("Common Name").fill("app.example.com");
  await page.getByLabel("Valid for days").fill("99999");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.locator(".field-error").waitFor();
  const field = page.getByLabel("Valid for days");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const describedBy = (await field.getAttribute("aria-describedby")).split(" ").at(-1);
  assert.ok((await page.locator(`[id="${describedBy}"]`).textContent()).length > 0);
  await page.getByLabel("Valid for days").fill("");
  await page.getByLabel("Common Name").fill("app.elsewhere.org");
  await page.getByRole("button", { name: "Submit" }).click();
  await page
    .getByText(/app\.elsewhere\.org/)
    .first()
    .waitFor();
  await page.getByText("DOMAIN_NOT_ACTIVE").waitFor();
  await close();
});

test("the policies are asked before, and a hard failure blocks", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await signIn(page, server, { path: "/certificates/new" });
  await page.getByLabel("Common Name").fill("*.example.com");
  await page.getByRole("button", { name: "Check the policies" }).click();
  await page.getByText("A policy would block this request").waitFor();
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("POLICY_HARD_FAIL").waitFor();
  assert.equal((await server.api("GET", "/certificates?name=*.example.com")).json.items.length, 0);
  await page.getByRole("link", { name: "Open the failed order" }).click();
  await page.getByRole("heading", { name: "*.example.com" }).waitFor();
  await page.getByText("Failed", { exact: true }).first().waitFor();
  await page.getByText(/A policy blocks this request/).waitFor();
  await close();
});

test("CSR upload reads the request while it is pasted", async () => {
  const csr = readFileSync(new URL("./upload.csr", import.meta.url), "utf8");
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates/new" });
  await page.getByRole("tab", { name: "CSR upload" }).click();
  const field = page.getByLabel("Certificate signing request (PEM)");
  await field.fill("not a request");
  await page.getByText("There is no PEM block").waitFor();
  assert.ok(await page.getByRole("button", { name: "Submit" }).isDisabled());
  await field.fill(csr);
  await page.getByText("CN=upload.example.com").waitFor();
  await page.getByText("ec-256").waitFor();
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "upload.example.com" }).waitFor();
  await close();
});

test("Orders have five columns; an order shows its timeline, the policies' decision and what was asked for", async () => {
  await server.certificate("long.example.com", { validity_days: 200 });
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/orders" });
  await page.getByRole("link", { name: "long.example.com" }).waitFor();
  const heads = await page.getByRole("columnheader").allTextContents();
  assert.deepEqual(heads, ["Common Name", "Order Type", "Status", "Requested By", "Duration"]);
  await page.getByRole("link", { name: "long.example.com" }).click();
  await page.getByRole("heading", { name: "Policy decision" }).waitFor();
  await page.getByText("Passed the policies with warnings").waitFor();
  await page.getByText("enforce_max_validity").waitFor();
  await page.getByText('"validity_days": 200').waitFor();
  await close();
});

test("a failed order shows why, and is resubmitted as a new one", async () => {
  // Its key is being made while its domain is disabled.
  const domain = (await server.api("POST", "/domains", { name: "fails.example" })).json;
  const order = (await server.api("POST", "/orders", { common_name: "app.fails.example", key_algorithm: "rsa-4096" }))
    .json;
  const { headers } = await server.api("GET", `/domains/${domain.id}`);
  await server.api("PATCH", `/domains/${domain.id}`, { enabled: false }, { "If-Match": headers.etag });
  let now = order;
  while (["pending", "processing"].includes(now.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    now = (await server.api("GET", `/orders/${order.id}`)).json;
  }
  if (now.status === "complete") return; // the key was faster than this test
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await signIn(page, server, { path: `/orders/${order.id}` });
  await page.getByText("Why it failed").waitFor();
  await page.getByRole("button", { name: "Resubmit", exact: true }).click();
  await page.getByText("DOMAIN_NOT_ACTIVE").first().waitFor();
  const again = await server.api("GET", `/domains/${domain.id}`);
  await server.api("PATCH", `/domains/${domain.id}`, { enabled: true }, { "If-Match": again.headers.etag });
  await page.getByRole("link", { name: "Edit and resubmit" }).click();
  await page.getByLabel("Key", { exact: true }).selectOption("ec-256");
  await page.getByRole("button", { name: "Resubmit" }).click();
  await page.getByRole("heading", { name: "app.fails.example" }).waitFor();
  await page.waitForURL(/certificates\//);
  await close();
});
