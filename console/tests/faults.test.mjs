import assert from "node:assert/strict";
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

test("a session that has ended asks for the password above the page, and what was typed stays", async () => {
  const { page, close } = await open(browser, server, { expected: [refused(401)] });
  await signIn(page, server, { path: "/certificates/new" });
  await page.getByLabel("Common Name").fill("kept.example.com");
  const me = (await server.api("GET", "/me")).json;
  for (const session of (await server.api("GET", `/sessions?user_id=${me.actor.id}`)).json.items) {
    const { headers } = await server.api("GET", `/sessions/${session.id}`);
    await server.api("DELETE", `/sessions/${session.id}`, undefined, { "If-Match": headers.etag });
  }
  await page.getByRole("button", { name: "Submit" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("Password").fill(server.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Common Name").inputValue(), "kept.example.com");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "kept.example.com" }).waitFor();
  await close();
});

test("a server that is gone is told, nothing is taken for done, and it goes on when the server is back", async () => {
  const { page, close } = await open(browser, server, { expected: [/Failed to load resource/, /ERR_/] });
  await signIn(page, server, { path: "/certificates/new" });
  await page.getByLabel("Common Name").fill("later.example.com");
  await server.stop();
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("The server does not answer.").waitFor();
  await page.getByText("The server cannot be reached.").waitFor();
  await server.start();
  await page.getByText("The server answers again.").waitFor();
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("heading", { name: "later.example.com" }).waitFor();
  const found = (await server.api("GET", "/certificates?name=later.example.com")).json.items;
  assert.equal(found.length, 1);
  await close();
});
