// One Chromium for a test file, and pages that fail the test for what no page may do: log an error, break the content
// security policy, or ask another host.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const kChromium = process.env.CHANCERY_CHROMIUM ?? "/usr/bin/chromium";

export function launch() {
  return chromium.launch({ executablePath: kChromium, args: ["--no-sandbox", "--font-render-hinting=none"] });
}

/**
 * A page in a fresh profile. `expected` are patterns of console messages that the test provokes, `origins` others that
 * the browser may go to.
 */
export async function open(browser, server, { expected = [], origins = [], ...options } = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  // Long, since machines that test do other things as well; what is there is not waited for.
  page.setDefaultTimeout(60_000);
  const faults = [];
  page.on("console", (message) => {
    const text = `${message.type()}: ${message.text()}`;
    if (["error", "warning"].includes(message.type()) && !expected.some((one) => one.test(text))) faults.push(text);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (![server.url, "blob:", "data:", ...origins].some((one) => url.startsWith(one)))
      faults.push(`foreign request: ${url}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return {
    page,
    faults,
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

/**
 * A page of the console as somebody. Who signed in before in the same file still is, in every page, unless a test ended
 * that session.
 */
export async function signIn(page, server, { email = "admin@localhost", password = server.password, path = "/" } = {}) {
  const cookies = server.cookies.get(email);
  if (cookies) await page.context().addCookies(cookies);
  await page.goto(server.url + path);
  const field = page.getByLabel("E-mail");
  await field.or(page.getByRole("banner")).first().waitFor();
  if (await field.isVisible()) {
    await field.fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("banner").waitFor();
    server.cookies.set(email, await page.context().cookies());
  }
  await page.getByRole("main").getByRole("heading", { level: 1 }).first().waitFor();
}

/** A refusal that a test provokes is logged by the browser itself. */
export const refused = (status) => new RegExp(`Failed to load resource.*${status}`);

/** A picture of the window as WebP: Chromium itself makes it of the screenshot, on an empty page without a policy. */
export async function picture(page, path) {
  const png = await page.screenshot();
  const scratch = await page.context().newPage();
  const webp = await scratch.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.86 });
    const made = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(made, (one) => String.fromCharCode(one)).join(""));
  }, png.toString("base64"));
  await scratch.close();
  writeFileSync(path, Buffer.from(webp, "base64"));
}
