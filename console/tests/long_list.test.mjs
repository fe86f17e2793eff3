// A list of 10,000 rows is scrolled to its end. The rows are the browser's share of it: they come from here, so that no
// server has to issue them first.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, signIn } from "./browser.mjs";
import { Server } from "./server.mjs";

const kRows = 10_000;
const kMostDrawn = 80;

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
  const { frames, slow, drawn } = await frame.evaluate(async (element) => {
    const times = [];
    let drawn = 0;
    element.scrollTop = 0;
    for (let step = 0; step < 180; step++) {
      times.push(await new Promise((resolve) => requestAnimationFrame(resolve)));
      element.scrollTop += 400;
      drawn = Math.max(drawn, element.querySelectorAll("tr[data-row]").length);
    }
    const gaps = times.slice(1).map((time, index) => time - times[index]);
    return { frames: gaps.length, slow: gaps.filter((gap) => gap > 34).length, drawn };
  });
  console.log(
    `console: of ${frames} frames while 10,000 rows scrolled ${slow} came late; at most ${drawn} rows were drawn`,
  );
  assert.ok(drawn <= kMostDrawn, `${drawn} rows are drawn`);
  // The machine of the tests has other things to do at the same time: a list that stutters misses most of them.
  assert.ok(slow <= frames / 4, `${slow} of ${frames} frames came late`);
  await close();
});
