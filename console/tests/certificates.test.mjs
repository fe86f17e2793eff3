import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open, refused, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

let server;
let browser;

before(async () => {
  // Valid from the moment when it was made, so that a name can be without a certificate for a second.
  server = await new Server({ CHANCERY_ISSUANCE_BACKDATE_SECONDS: "0" }).start();
  for (const name of ["shop", "api", "auth"]) await server.certificate(`${name}.example.com`, { tags: ["edge"] });
  await server.certificate("short.example.com", { validity_days: 5 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const rows = (page) => page.getByRole("table", { name: "Certificates" }).locator("tr[data-row]");

test("filters are chips, in the address, and stay after a reload", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates" });
  await page.getByText("Status: Active").waitFor();
  await page.getByLabel("Name, serial number, tag").fill("shop");
  await page.waitForURL(/q=shop/);
  await page.getByRole("link", { name: "shop.example.com" }).waitFor();
  assert.equal(await rows(page).count(), 1);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Filter by").selectOption("algorithm");
  await page.getByRole("combobox", { name: "Key", exact: true }).selectOption("ec-384");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL(/algorithm=ec-384/);
  await page.getByText("No certificate matches").waitFor();
  await page.reload();
  await page.getByText("Key: ec-384").waitFor();
  await page.getByRole("button", { name: "Remove the filter Key: ec-384" }).click();
  await page.getByRole("link", { name: "shop.example.com" }).waitFor();
  await close();
});

test("sorting, columns and saved views", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates" });
  await page.getByRole("button", { name: "Name", exact: true }).click();
  await page.waitForURL(/sort=common_name/);
  assert.equal(await page.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort"), "ascending");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByLabel("Digest").check();
  await page.keyboard.press("Escape");
  await page.getByRole("columnheader", { name: "Digest" }).waitFor();
  await page.getByLabel("Name, serial number, tag").fill("shop");
  await page.waitForURL(/q=shop/);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Save this view" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("The shop");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("The view “The shop” is saved.").waitFor();
  await page.goto(`${server.url}/certificates`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "The shop", exact: true }).click();
  await page.waitForURL(/view=/);
  await page.getByRole("link", { name: "shop.example.com" }).waitFor();
  assert.equal(await rows(page).count(), 1);
  await close();
});

test("all that match are tagged in one operation of the server", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates?tag=edge" });
  await rows(page).nth(2).waitFor();
  await page.getByLabel("Select api.example.com").check();
  await page.getByRole("button", { name: "Mark all 3 that match" }).click();
  await page.getByRole("button", { name: "Change tags or owner" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Add tags").fill("reviewed");
  await dialog.getByRole("button", { name: "Change 3 certificates" }).click();
  await dialog.getByText("All of them are changed.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("table").getByText("reviewed").nth(2).waitFor();
  await close();
});

test("what happens elsewhere appears without a reload", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates?q=appears" });
  await page.getByText("No certificate matches").waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await server.certificate("appears.example.com");
  await page.getByRole("link", { name: "appears.example.com" }).waitFor();
  await close();
});

test("rows by keyboard: down, mark, open", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates?sort=common_name" });
  await rows(page).first().focus();
  await page.keyboard.press("x");
  assert.equal(await rows(page).first().getAttribute("aria-selected"), "true");
  await page.keyboard.press("ArrowDown");
  const name = await rows(page).nth(1).getByRole("link").textContent();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await close();
});

test("a certificate shows its ten fields, and Download Certificate gives the leaf", async () => {
  const id = await server.certificate("fields.example.com");
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: `/certificates/${id}` });
  const panel = page.getByRole("region", { name: "Certificate", exact: true });
  await panel.waitFor();
  const fields = [
    "Certificate ID",
    "Common name",
    "Subject alternative names",
    "Issuer",
    "Provider",
    "Algorithm",
    "Digest",
    "Valid",
    "Days until expiry",
    "Status",
  ];
  assert.deepEqual(await panel.locator("dt").allTextContents(), fields);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download Certificate" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "fields.example.com.crt");
  const pem = readFileSync(await file.path(), "utf8");
  assert.equal(pem.match(/BEGIN CERTIFICATE/g).length, 1);
  await close();
});

test("Download PFX by keyboard: the password first, the file once it is saved", async () => {
  const id = await server.certificate("pfx.example.com");
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: `/certificates/${id}` });
  await page.getByRole("button", { name: "Download PFX" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Download PFX" });
  await dialog.getByRole("button", { name: "Make the file" }).waitFor();
  await page.keyboard.press("Enter");
  const download = dialog.getByRole("button", { name: "Download", exact: true });
  await download.waitFor();
  assert.ok(await download.isDisabled());
  const password = await dialog.locator("code").textContent();
  assert.ok(password.length >= 16);
  while (!(await dialog.getByLabel("I have saved it").evaluate((box) => box === document.activeElement))) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab"); // Cancel
  await page.keyboard.press("Tab");
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.match(file.suggestedFilename(), /pfx\.example\.com\.(pfx|p12)/);
  await page.getByText(/is downloaded/).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Download PFX");
  await close();
});

test("a certificate from a CSR has no key here, so no PFX", async () => {
  const csr = readFileSync(new URL("./csr.pem", import.meta.url), "utf8");
  const order = await server.api("POST", "/orders", { csr });
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: `/certificates/${order.json.certificate_id}` });
  assert.ok(await page.getByRole("button", { name: "Download PFX" }).isDisabled());
  await page.getByText("None to export", { exact: true }).waitFor();
  await close();
});

test("Revoke by keyboard: Cancel is at hand, a wrong code is told at the field, the right one revokes", async () => {
  const id = await server.certificate("revoke.example.com");
  const { page, close } = await open(browser, server, { expected: [refused(403), refused(422)] });
  await signIn(page, server, { path: `/certificates/${id}` });
  await page.getByRole("button", { name: "Revoke" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Revoke Certificate" });
  await dialog.locator("output").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Cancel");
  const code = (await dialog.locator("output").textContent()).replace(/\s/g, "");
  assert.match(code, /^\d{6}$/);
  const field = dialog.getByLabel("Type the six digits");
  await field.focus();
  await page.keyboard.type(code === "111111" ? "222222" : "111111");
  await page.keyboard.press("Enter");
  await dialog.locator(".notice-bad, .field-error").first().waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(code);
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown"); // a reason
  await page.keyboard.press("Tab"); // Cancel
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("revoke.example.com is revoked.").waitFor();
  await page.getByText("Revoked").first().waitFor();
  assert.equal((await server.api("GET", `/certificates/${id}`)).json.revocation.reason, "keyCompromise");
  await close();
});

test("what somebody else revoked meanwhile is a conflict, and no success is shown", async () => {
  const id = await server.certificate("conflict.example.com");
  const { page, close } = await open(browser, server, { expected: [refused(409), refused(410), refused(403)] });
  await signIn(page, server, { path: `/certificates/${id}` });
  await page.getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke Certificate" });
  const code = (await dialog.locator("output").textContent()).replace(/\s/g, "");
  const other = (
    await server.api("POST", "/users", {
      email: "pki@example.com",
      name: "P",
      password: "a long enough password",
      role: "super_administrator",
    })
  ).json;
  const token = (await server.api("POST", "/api-tokens", { name: "t", scope: "admin", user_id: other.id })).json.token;
  const as = { Authorization: `Bearer ${token}` };
  const challenge = await server.api("POST", `/certificates/${id}/revocation-challenges`, undefined, as);
  await server.api("POST", `/certificates/${id}/revocation`, { code: challenge.json.code }, as);
  await dialog.getByLabel("Type the six digits").fill(code);
  await dialog.getByRole("button", { name: "Confirm Revoke" }).click();
  await dialog.locator(".notice-bad").waitFor();
  assert.equal(await page.getByText("conflict.example.com is revoked.").count(), 0);
  await close();
});

test("a set is revoked with one code", async () => {
  for (const name of ["one", "two"]) await server.certificate(`${name}.batch.example.com`);
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: "/certificates?domain=batch.example.com" });
  await rows(page).nth(1).waitFor();
  await page.getByLabel("Select all rows that are loaded").check();
  await page.getByRole("toolbar").getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke 2 certificates" });
  const code = (await dialog.locator("output").textContent()).replace(/\s/g, "");
  await dialog.getByLabel("Type the six digits").fill(code);
  await dialog.getByRole("button", { name: "Confirm Revoke" }).click();
  await dialog.getByText("All of them are revoked.").waitFor();
  await close();
});

test("Renew Certificate: a summary, Confirm Renewal, and the successor", async () => {
  const id = await server.certificate("renew.example.com");
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: `/certificates/${id}` });
  await page.getByRole("button", { name: "Renew", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Renew Certificate" });
  await dialog.getByText("renew.example.com").first().waitFor();
  await dialog.getByRole("button", { name: "Confirm Renewal" }).click();
  await page.getByText("renew.example.com is renewed.").waitFor();
  await page.getByRole("link", { name: "The certificate before it" }).waitFor();
  const old = (await server.api("GET", `/certificates/${id}`)).json;
  assert.ok(page.url().endsWith(old.renewed_to));
  await close();
});

test("a certificate's page shows when no certificate of its name was in use", async () => {
  const first = await server.certificate("gap.example.com");
  await server.revoke(first);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const second = await server.certificate("gap.example.com");
  const { page, close } = await open(browser, server);
  await signIn(page, server, { path: `/certificates/${second}` });
  const lifetimes = page.getByRole("region", { name: "Lifetimes" });
  await lifetimes.getByRole("link", { name: /^Revoked: / }).waitFor();
  await lifetimes.getByText(/^Not covered: .* UTC to .* UTC \(/).waitFor();
  await lifetimes.getByRole("button", { name: "Show as table" }).click();
  await lifetimes.getByRole("cell", { name: "Revoked" }).waitFor();
  await lifetimes.getByRole("cell", { name: /^Not covered, / }).waitFor();
  await lifetimes.getByRole("button", { name: "Show as picture" }).click();
  await lifetimes.getByRole("link", { name: /^Revoked: / }).click();
  await page.waitForURL(new RegExp(first));
  await close();
});

test("a change that somebody else made first is told, and theirs stays", async () => {
  const id = await server.certificate("etag.example.com");
  const { page, close } = await open(browser, server, { expected: [refused(412)] });
  await signIn(page, server, { path: `/certificates/${id}` });
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Tags and owner" });
  await dialog.getByLabel("Tags").fill("mine");
  const { headers } = await server.api("GET", `/certificates/${id}`);
  await server.api("PATCH", `/certificates/${id}`, { tags: ["theirs"] }, { "If-Match": headers.etag });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Somebody else has changed this in the meantime").waitFor();
  assert.deepEqual((await server.api("GET", `/certificates/${id}`)).json.tags, ["theirs"]);
  await dialog.getByRole("button", { name: "Load the newest version" }).click();
  assert.equal(await dialog.getByLabel("Tags").inputValue(), "mine");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Tags and owner are saved.").waitFor();
  assert.deepEqual((await server.api("GET", `/certificates/${id}`)).json.tags, ["mine"]);
  await close();
});

test("the palette finds a certificate by keyboard", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server);
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("auth.example");
  await page.getByRole("option", { name: /auth\.example\.com/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "auth.example.com" }).waitFor();
  await close();
});
