import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, refused } from "./browser.mjs";
import { Server } from "./server.mjs";

let server;
let browser;

before(async () => {
  server = await new Server({ CHANCERY_SETUP_ADMINISTRATOR: "browser" }).start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test("from a new server to the command of the first client, in the browser", async () => {
  const code = server.printed(/set-up code\s+(\S+)/);
  assert.ok(!server.read("out").includes("API token"));
  const { page, close } = await open(browser, server, { expected: [refused(422)] });
  await page.goto(server.url);
  await page.getByRole("heading", { name: "Welcome to Chancery" }).waitFor();
  await page.getByLabel("Set-up code").fill("AAAA-BBBB-CCCC-DDDD");
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Create the administrator" }).click();
  await page.getByText("this is not the code that the server printed").waitFor();
  await page.getByLabel("Set-up code").fill(code.toLowerCase().replaceAll("-", " "));
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Create the administrator" }).click();
  await page.getByText("must have 12 to 1024 octets").waitFor();
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Create the administrator" }).click();

  await page.getByRole("heading", { name: "Set up Chancery" }).waitFor();
  await page.getByLabel("Another domain").fill("not a domain");
  await page.getByRole("button", { name: "Register" }).click();
  await page.locator(".field-error").waitFor();
  await page.getByLabel("Another domain").fill("intern.example.net");
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByText("intern.example.net is registered.").waitFor();

  await page.getByRole("button", { name: "Create a CA" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Workshop CA");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Workshop CA is created.").waitFor();

  await page.getByLabel("Another server").fill("Workshop");
  await page.getByLabel("Signing CA").selectOption({ label: "Workshop CA" });
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("The ACME server Workshop is created.").waitFor();
  await page.getByText("/acme/workshop/directory").first().waitFor();

  await page.getByRole("combobox", { name: "ACME server" }).selectOption({ label: "Workshop" });
  const command = await page.locator("code").last().textContent();
  assert.match(command, /certbot certonly[\s\S]*--server https:\/\/localhost:\d+\/acme\/workshop\/directory/);
  await close();

  // The code is void: nobody else can make an administrator.
  const again = await server.request("POST", "/api/v1/first-administrator", {
    body: JSON.stringify({ code, email: "eve@example.com", name: "Eve", password: "correct horse battery staple" }),
    headers: { "Content-Type": "application/json" },
  });
  assert.equal(again.status, 409);
});
