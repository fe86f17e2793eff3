// The pictures of docs/console.md, of a server with a year of demonstration data.
// usage: pictures.mjs DIRECTORY
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { launch, open, picture, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

const kCertificates = "1500";
const directory = process.argv[2];

/** A server whose installation `chancery demo-data` made. */
class DemoServer extends Server {
  async start() {
    const data = join(this.directory, "data");
    const binary = process.env.CHANCERY_BINARY;
    this.summary = execFileSync(binary, ["--data", data, "demo-data", "--certificates", kCertificates], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return super.start();
  }

  printed(pattern) {
    return pattern.exec(this.summary)[1];
  }
}

const server = await new DemoServer().start();
const browser = await launch();
const { page, close } = await open(browser, server);

/** The newest certificate with this tag that is in use. */
async function newest(tag) {
  const list = await server.api("GET", `/certificates?status=active&has_private_key=true&tag=${tag}&sort=-created_at`);
  return list.json.items[0].id;
}

const shown = `/certificates/${await newest("production")}`;
const kPictures = [
  ["overview", "/", [1440]],
  ["certificates", "/certificates", [1440, 390], true],
  ["certificate", shown, [1440]],
  ["revoke", shown, [1440], false, "Revoke"],
  ["policy-outcomes", "/policies?tab=outcomes", [1440]],
  ["setup", "/setup", [1440]],
];

try {
  await signIn(page, server);
  for (const [name, path, widths, dark, button] of kPictures) {
    await page.goto(server.url + path);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.waitForFunction(() => !document.querySelector(".skeleton, .spinner"));
    await page.evaluate(() => document.fonts.ready);
    if (button) await page.getByRole("button", { name: button, exact: true }).click();
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      for (const theme of dark && width === 1440 ? ["light", "dark"] : ["light"]) {
        await page.emulateMedia({ colorScheme: theme });
        await page.waitForTimeout(300);
        await picture(page, join(directory, `${name}-${width}-${theme}.webp`));
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await close();
} finally {
  await browser.close();
  await server.end();
}
