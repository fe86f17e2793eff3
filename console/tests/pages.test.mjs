// Every page, light and dark, wide and narrow: axe finds nothing, nothing is logged, nothing is wider than the window.
// With CHANCERY_SCREENSHOTS=dir the pages are kept as pictures.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, picture, signIn } from "./browser.mjs";
import { populate } from "./populate.mjs";
import { Server } from "./server.mjs";

const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const pictures = process.env.CHANCERY_SCREENSHOTS;

let server;
let browser;
let made;

before(async () => {
  server = await new Server().start();
  made = await populate(server);
  browser = await launch();
  if (pictures) mkdirSync(pictures, { recursive: true });
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** Name, address, and what is done there before it is looked at. */
const kPages = [
  ["overview", () => "/"],
  ["certificates", () => "/certificates"],
  ["certificate", () => `/certificates/${made.certificate}`],
  ["revoke", () => `/certificates/${made.certificate}`, (page) => openDialog(page, "Revoke")],
  ["renew", () => `/certificates/${made.certificate}`, (page) => openDialog(page, "Renew")],
  ["pfx", () => `/certificates/${made.certificate}`, (page) => openDialog(page, "Download PFX")],
  ["request", () => "/certificates/new"],
  ["request-csr", () => "/certificates/new?way=csr"],
  ["orders", () => "/orders"],
  ["order", () => `/orders/${made.order}`],
  ["alerts", () => "/alerts"],
  ["authorities", () => "/authorities"],
  ["authority", () => `/authorities/${made.authority}`],
  ["policies", () => "/policies"],
  ["policy", () => `/policies/${made.policy}`],
  ["policy-edit", () => `/policies/${made.policy}/edit`],
  ["acme-servers", () => "/acme-servers"],
  ["acme-server", () => `/acme-servers/${made.acmeServer}`],
  ["renewals", () => "/renewals"],
  ["providers", () => "/providers"],
  ["domains", () => "/domains"],
  ["users", () => "/users"],
  ["service-accounts", () => "/service-accounts"],
  ["tokens", () => "/tokens"],
  ["revocation-batches", () => "/revocation-batches"],
  ["blocked-keys", () => "/blocked-keys"],
  ["system", () => "/system"],
  ["tools", () => "/tools"],
  ["api", () => "/reference"],
  ["acme-server-accounts", () => `/acme-servers/${made.acmeServer}?tab=accounts`],
  ["acme-server-settings", () => `/acme-servers/${made.acmeServer}?tab=settings`],
  ["acme-server-edit", () => `/acme-servers/${made.acmeServer}`, (page) => openDialog(page, "Edit")],
  ["acme-account", () => `/acme-accounts/${made.acmeAccount}`],
  ["policy-test", () => "/policies?tab=test"],
  ["policy-waivers", () => "/policies?tab=waivers"],
  ["policy-replays", () => "/policies?tab=replays"],
  ["policy-replay", () => `/policy-replays/${made.replay}`],
  ["policy-versions", () => `/policies/${made.policy}?tab=versions`],
  ["provider", () => `/providers/${made.provider}`],
  ["provider-edit", () => `/providers/${made.provider}`, (page) => openDialog(page, "Edit")],
  ["user", () => `/users/${made.user}`],
  ["roles", () => "/users?tab=roles"],
  ["service-account", () => `/service-accounts/${made.machine}`],
  ["audit", () => "/audit"],
  ["setup", () => "/setup"],
  ["account", () => "/account"],
  ["palette", () => "/", openPalette],
  ["not-found", () => "/no/such/page"],
];

async function openDialog(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog").waitFor();
}

async function openPalette(page) {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("shop");
}

/** Nothing is being loaded any more. */
async function settled(page) {
  await page.waitForLoadState("domcontentloaded");
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton, .spinner"));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(150);
}

/** With the page's own policy no script can be added, so axe is run by the debugger. */
async function check(page) {
  await page.evaluate(kAxe);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), kTags);
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map((node) => node.target.join(" "))
        .slice(0, 3)
        .join(" | ")}`,
  );
}

for (const theme of ["light", "dark"]) {
  test(`every page is accessible and quiet, ${theme}`, async () => {
    const { page, close } = await open(browser, server, { colorScheme: theme });
    const found = [];
    await page.goto(server.url);
    await settled(page);
    found.push(...(await check(page)).map((one) => `sign-in: ${one}`));
    if (pictures) await picture(page, join(pictures, `sign-in-1440-${theme}.webp`));
    await signIn(page, server);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const [name, address, act] of kPages) {
        await page.goto(server.url + address());
        await settled(page);
        await act?.(page);
        if (act) await settled(page);
        found.push(...(await check(page)).map((one) => `${name} at ${width}: ${one}`));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) found.push(`${name} at ${width}: ${over} px wider than the window`);
        if (pictures) await picture(page, join(pictures, `${name}-${width}-${theme}.webp`));
      }
    }
    assert.deepEqual(found, []);
    await close();
  });
}

test("a page of 320 px needs no scrolling to the side", async () => {
  const { page, close } = await open(browser, server, { viewport: { width: 320, height: 800 } });
  await signIn(page, server);
  const found = [];
  for (const [name, address] of kPages) {
    await page.goto(server.url + address());
    await settled(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) found.push(`${name}: ${over} px`);
  }
  assert.deepEqual(found, []);
  await close();
});
