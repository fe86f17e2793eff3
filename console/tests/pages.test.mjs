// Every page is visited once, and looked at light and dark, wide and narrow, at 200 % and with forced colours: axe finds
// nothing, nothing is logged, nothing is wider than the window or covers something else.
// With CHANCERY_SCREENSHOTS=dir the pages are kept as pictures.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, picture, signIn } from "./browser.mjs";
import { focusShown, forcedColours, overlaps, widths } from "./looks.mjs";
import { populate } from "./populate.mjs";
import { Server } from "./server.mjs";

const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const pictures = process.env.CHANCERY_SCREENSHOTS;

let server;
let browser;
let made;
let session;
let devtools;

before(async () => {
  server = await new Server().start();
  made = await populate(server);
  browser = await launch();
  if (pictures) mkdirSync(pictures, { recursive: true });
  session = await open(browser, server);
  devtools = await session.page.context().newCDPSession(session.page);
});
after(async () => {
  await session?.close();
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
  ["policy-outcomes", () => "/policies?tab=outcomes"],
  ["policy-decisions", () => "/policies?tab=decisions"],
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

/** Nothing is being loaded any more, and what was is drawn. */
async function settled(page) {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton, .spinner"));
  await page.evaluate(() => document.fonts.ready);
  await drawn(page);
}

/** Sizes are seen by observers one frame later, and what those change is drawn in the next; what moves has arrived. */
const drawn = (page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations < 2);
    const late = new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.race([late, Promise.all(moving.map((one) => one.finished.catch(() => undefined)))]);
  });

/** With the page's own policy no script can be added, so axe is run by the debugger. */
async function axe(page, runOnly) {
  const violations = await page.evaluate(async (only) => {
    const found = await globalThis.axe.run(document, { runOnly: only, resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.target.join(" "))]);
  }, runOnly);
  return violations.map(([id, places]) => `${id}: ${places.join(" | ")}`);
}

const kAllRules = kTags;
/** Of axe's rules those that another colour scheme can break. */
const kColourRules = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** Width, height, pixels of the screen for one of the page. */
async function resize(page, width, height = 900, scale = 1) {
  await page.setViewportSize({ width, height });
  await devtools.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: false });
  await drawn(page);
}

async function keep(page, name) {
  if (pictures) await picture(page, join(pictures, `${name}.webp`));
}

/** Everything that is asked of a page that is open, wide and light. */
async function look(page, name) {
  const found = [];
  const note = (where, wrong) => found.push(...wrong.map((one) => `${where}: ${one}`));
  await page.evaluate(kAxe);

  note("1440 light", [...(await axe(page, kAllRules)), ...(await page.evaluate(widths))]);
  note("1440 light", await page.evaluate(overlaps));
  await keep(page, `${name}-1440-light`);
  await page.emulateMedia({ colorScheme: "dark" });
  await drawn(page);
  note("1440 dark", await axe(page, kColourRules));
  await keep(page, `${name}-1440-dark`);

  await resize(page, 390);
  note("390 dark", [...(await axe(page, kAllRules)), ...(await page.evaluate(widths))]);
  note("390 dark", await page.evaluate(overlaps));
  await keep(page, `${name}-390-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  await drawn(page);
  note("390 light", await axe(page, kColourRules));
  await keep(page, `${name}-390-light`);
  await resize(page, 320);
  note("320", await page.evaluate(widths));

  // 200 % of a window that is 1440 wide.
  await resize(page, 720, 450, 2);
  note("200 %", [...(await page.evaluate(widths)), ...(await page.evaluate(overlaps))]);

  await page.emulateMedia({ forcedColors: "active" });
  await resize(page, 1440);
  note("forced colours", await page.evaluate(forcedColours));
  await keep(page, `${name}-1440-forced`);
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press("Tab");
    note("forced colours", [await page.evaluate(focusShown)].filter(Boolean));
  }
  await page.emulateMedia({ forcedColors: "none" });
  return found;
}

test("sign-in", async () => {
  const { page, faults } = session;
  await page.goto(server.url);
  await settled(page);
  assert.deepEqual(await look(page, "sign-in"), []);
  assert.deepEqual(faults, []);
  await signIn(page, server);
});

for (const [name, address, act] of kPages) {
  test(name, async () => {
    const { page, faults } = session;
    await page.goto(server.url + address());
    await settled(page);
    await act?.(page);
    if (act) await settled(page);
    assert.deepEqual(await look(page, name), []);
    assert.deepEqual(faults, []);
  });
}
