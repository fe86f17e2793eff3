// The whole way of a sign-in with an identity provider, in one browser: from a page of the console to the provider and back.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { launch, open, picture, refused } from "./browser.mjs";
import { IdentityProvider } from "./identity_provider.mjs";
import { Server } from "./server.mjs";

const pictures = process.env.CHANCERY_SCREENSHOTS;

let provider;
let server;
let browser;

before(async () => {
  provider = await new IdentityProvider().start();
  server = await new Server(
    provider.settings({
      CHANCERY_OIDC_ROLES: "pki-admins=pki_administrator,staff=user",
      CHANCERY_OIDC_PROVISION: "yes",
    }),
  ).start();
  provider.people = {
    ada: { email: "ada@example.com", email_verified: true, name: "Ada", groups: ["pki-admins"] },
    bob: { email: "bob@example.com", email_verified: true, name: "Bob", groups: ["staff"] },
    mallory: { email: "mallory@example.com", email_verified: true, name: "Mallory", groups: ["guests"] },
    eve: { email: "admin@localhost", email_verified: true, name: "Eve", groups: ["pki-admins"] },
  };
  browser = await launch();
});
beforeEach(() => {
  provider.faults.length = 0;
});
after(async () => {
  await browser?.close();
  await server?.end();
  provider?.end();
});

/** From a page of the console to the provider's form, as somebody there who agrees or not. */
async function logIn(page, path, user, answer = "Log in") {
  await page.goto(server.url + path);
  await page.getByRole("link", { name: "Sign in with your organization" }).click();
  await page.getByRole("heading", { name: "Realm" }).waitFor();
  await page.getByLabel("User name").fill(user);
  await page.getByRole("button", { name: answer }).click();
}

/** Not signed in, and told why in the server's words, on a page that leads back. */
async function expectRefusal(page, words) {
  await page.getByRole("heading", { name: "You are not signed in" }).waitFor();
  await page.getByText(words).waitFor();
  if (pictures) await picture(page, `${pictures}/refused-1440-light.webp`);
  await page.getByRole("link", { name: "Back to the sign-in" }).click();
  await page.getByRole("heading", { name: "Sign in to Chancery" }).waitFor();
  assert.equal((await page.context().cookies()).filter((one) => one.name.includes("session")).length, 0);
}

for (const [algorithm, user, name] of [
  ["RS256", "ada", "Ada"],
  ["ES256", "bob", "Bob"],
]) {
  test(`${name} signs in at the provider (${algorithm}) and is at the page that was asked for`, async () => {
    provider.algorithm = algorithm;
    const { page, close } = await open(browser, server, { origins: [provider.url] });
    await logIn(page, "/orders?status=failed", user);
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
    assert.equal(page.url(), `${server.url}/orders?status=failed`);
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByText(`${user}@example.com`).first().waitFor();
    // The session is one like any other: it survives a reload, may change something, and is ended.
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Chancery" }).waitFor();
    assert.deepEqual(provider.faults, []);
    await close();
  });
}

test("whom the provider refuses is told so, and may begin again", async () => {
  const { page, close } = await open(browser, server, { origins: [provider.url], expected: [refused(401)] });
  await logIn(page, "/", "ada", "Deny");
  await expectRefusal(page, "The identity provider did not let the person in.");
  await logIn(page, "/orders", "ada");
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  await close();
});

test("who has no role here is told so", async () => {
  const { page, close } = await open(browser, server, { origins: [provider.url], expected: [refused(403)] });
  await logIn(page, "/audit", "mallory");
  await expectRefusal(page, "None of the groups that the identity provider names has a role here.");
  const [record] = (await server.api("GET", "/audit-events?action=session.login.failure&limit=1")).json.items;
  assert.match(JSON.stringify(record), /None of the groups/);
  await close();
});

test("an address of somebody else's makes nobody them", async () => {
  const { page, close } = await open(browser, server, { origins: [provider.url], expected: [refused(409)] });
  await logIn(page, "/", "eve");
  await expectRefusal(page, "There is a user with this e-mail address.");
  await close();
});

test("an answer that this browser has not asked for is refused", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(400)] });
  await page.goto(`${server.url}/oidc/callback?code=stolen&state=${"x".repeat(43)}`);
  await expectRefusal(page, /begin again/);
  await close();
});
