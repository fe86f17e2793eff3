// A list of 10,000 rows is scrolled to its end. The rows are the browser's share of it: they come from here, so that no
// server has to issue them first.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

const kRows = 10_000;
const kMostDrawn = 80;
const kFrames = 180;
const kFrame = 1000 / 60;

let server;
let browser;

before(async () => {
  server = await new Server().start();
  await server.certificate("model.example.com");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test("10,000 rows scroll, with few of them drawn at a time", async () => {
  const [model] = (await server.api("GET", "/certificates?name=model.example.com")).json.items;
  const { page, close } = await open(browser, server);
  await page.route("**/api/v1/certificates/search", (route) => {
    const { cursor, limit } = route.request().postDataJSON();
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: limit }, (_, index) => ({
      ...model,
      id: `row-${from + index}`,
      common_name: `host-${from + index}.example.com`,
    }));
    const end = from + limit;
    return route.fulfill({
      json: { items, has_more: end < kRows, next_cursor: end < kRows ? String(end) : null, total: kRows },
    });
  });
  await signIn(page, server, { path: "/certificates" });
  await page.getByText("10,000 certificates").waitFor();
  const frame = page.locator(".table-scroll");
  for (let last = -1; last < kRows - 1; ) {
    last = await frame.evaluate(async (element) => {
      element.scrollTop = element.scrollHeight;
      await new Promise((resolve) => setTimeout(resolve, 30));
      return Math.max(...Array.from(element.querySelectorAll("tr[data-row]"), (row) => Number(row.dataset.row)));
    });
  }
  // Rows are as high as the list takes them to be, or it would jump.
  const heights = await frame.evaluate((element) =>
    Array.from(element.querySelectorAll("tr[data-row]"), (row) => row.offsetHeight),
  );
  assert.deepEqual([...new Set(heights)], [50]);
  // The processor's time of the page's thread, not the clock's: the machine of the tests has other things to do as well.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find((one) => one.name === "TaskDuration").value * 1000;
  };
  const before = await worked();
  const drawn = await frame.evaluate(async (element, frames) => {
    let most = 0;
    element.scrollTop = 0;
    for (let step = 0; step < frames; step++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      element.scrollTop += 120; // 7,200 pixels a second
      most = Math.max(most, element.querySelectorAll("tr[data-row]").length);
    }
    return most;
  }, kFrames);
  const each = ((await worked()) - before) / kFrames;
  console.log(
    `console: a frame of 10,000 rows that scroll takes ${each.toFixed(1)} ms of work; ${drawn} rows are drawn`,
  );
  assert.ok(drawn <= kMostDrawn, `${drawn} rows are drawn`);
  assert.ok(each <= kFrame, `${each} ms of work for a frame`);
  await close();
});
