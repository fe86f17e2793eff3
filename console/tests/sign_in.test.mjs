import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { launch, open, refused, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

let server;
let browser;

before(async () => {
  server = await new Server().start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** What an authenticator app shows for a secret (RFC 6238), `later` steps on. */
function totp(secret, later = 0) {
  const kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/[\s=]/g, "")]
    .map((one) => kAlphabet.indexOf(one).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a wrong password is refused in the server's words, the right one opens the page that was asked for", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(401)] });
  await page.goto(`${server.url}/audit`);
  await page.getByLabel("E-mail").fill("admin@localhost");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("Not signed in").waitFor();
  await page.getByLabel("Password").fill(server.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Audit log" }).waitFor();
  await close();
});

test("signing out ends the session at the server", async () => {
  const { page, close } = await open(browser, server);
  await signIn(page, server);
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Chancery" }).waitFor();
  await page.goto(`${server.url}/certificates`);
  await page.getByRole("heading", { name: "Sign in to Chancery" }).waitFor();
  await close();
});

test("a second factor is set up, asked for, and removed", async () => {
  const email = "totp@example.com";
  const password = "a long enough password";
  await server.api("POST", "/users", { email, name: "Tess", password, role: "pki_administrator" });
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await signIn(page, server, { email, password, path: "/account" });
  await page.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog");
  const secret = await dialog.locator("code").first().textContent();
  await dialog.getByLabel("Code", { exact: true }).fill("000000");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText(/code/i).nth(1).waitFor();
  await dialog.getByLabel("Code", { exact: true }).fill(totp(secret));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText("The second factor is in force.").waitFor();
  const recovery = (await dialog.locator("code").first().textContent()).split("\n")[0];
  await dialog.getByRole("button", { name: "I have saved them" }).click();

  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  // The next step's code: the one that confirmed is spent.
  await page.getByLabel("Code of your authenticator app").fill(totp(secret, 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();

  await page.goto(`${server.url}/account`);
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill(recovery);
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("The second factor is removed.").waitFor();
  await close();
});
