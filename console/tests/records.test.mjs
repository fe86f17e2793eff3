import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

let server;
let browser;

before(async () => {
  server = await new Server().start();
  await server.api("POST", "/policies", {
    name: "Short",
    patterns: ["*.example.com"],
    actions: ["certificate.generate"],
    rules: [{ action: "enforce_max_validity", fail: "soft", values: { max_days: 30 } }],
  });
  await server.certificate("warned.example.com");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test("an alert is acknowledged, then resolved", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/alerts" });
  await page.getByText("warned.example.com").waitFor();
  await page.getByRole("button", { name: /^Acknowledge / }).click();
  await page.getByText("Acknowledged.").waitFor();
  await page.getByText("Nothing waits for you").waitFor();
  await page.getByRole("button", { name: "Acknowledged", exact: true }).click();
  await page.getByRole("button", { name: /^Resolve / }).click();
  await page.getByText("Resolved.", { exact: true }).waitFor();
  assert.equal((await server.api("GET", "/alerts?state=resolved")).json.items.length, 1);
  await close();
});

test("the audit log shows a record with its details, filters, and verifies its chain", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/audit" });
  await page.getByRole("button", { name: "Certificate issued" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Certificate issued" });
  await dialog.getByText("certificate.issue.success").waitFor();
  await dialog.getByText("fingerprint_sha256").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByLabel("Exact action, then Enter").fill("session.login.success");
  await page.keyboard.press("Enter");
  await page.getByText("Action: session.login.success").waitFor();
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByRole("button", { name: "Check the chain" }).click();
  await page.getByText("The chain is whole").waitFor();
  await close();
});

test("a user sees their own, and a page that their role does not include says so", async () => {
  const password = "a long enough password";
  await server.api("POST", "/users", { email: "user@example.com", name: "U", password, role: "user" });
  const { page, close } = await open(browser, server);
  await signIn(page, server, { email: "user@example.com", password });
  assert.equal(await page.getByRole("link", { name: "Audit log" }).count(), 0);
  await page.goto(`${server.url}/audit`);
  await page.getByText("Your role does not include this").waitFor();
  await page.goto(`${server.url}/no/such/page`);
  await page.getByText("There is no page at this address").waitFor();
  await close();
});
