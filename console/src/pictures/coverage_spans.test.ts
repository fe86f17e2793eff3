import { describe, expect, it } from "vitest";
import { gapsOf, lanesOf, ticksOf } from "./coverage_spans";

const kDay = 86_400_000;
const life = (id: string, from: number, to: number) => ({ id, from: from * kDay, to: to * kDay });

describe("the spans that no certificate covers", () => {
  it("are those between lives that neither overlap nor touch", () => {
    const lives = [life("c", 30, 40), life("a", 0, 10), life("b", 10, 20)];
    expect(gapsOf(lives, 35 * kDay)).toEqual([{ from: 20 * kDay, to: 30 * kDay }]);
  });
  it("are none while a longer life lasts", () => {
    expect(gapsOf([life("a", 0, 50), life("b", 5, 10), life("c", 20, 30)], 40 * kDay)).toEqual([]);
  });
  it("reach to now where nothing came after", () => {
    expect(gapsOf([life("a", 0, 10)], 15 * kDay)).toEqual([{ from: 10 * kDay, to: 15 * kDay }]);
  });
  it("are not of the future", () => {
    expect(gapsOf([life("a", 0, 10), life("b", 20, 30)], 5 * kDay)).toEqual([]);
    expect(gapsOf([life("a", 0, 10), life("b", 20, 30)], 12 * kDay)).toEqual([{ from: 10 * kDay, to: 12 * kDay }]);
  });
  it("are none of no certificate, or of one that was never in use", () => {
    expect(gapsOf([], 0)).toEqual([]);
    expect(gapsOf([life("a", 5, 5)], 10 * kDay)).toEqual([]);
  });
});

describe("lanes", () => {
  it("are shared by lives that do not overlap", () => {
    const lanes = lanesOf([life("a", 0, 10), life("b", 8, 20), life("c", 10, 30), life("d", 9, 12)]);
    expect([...lanes.entries()]).toEqual([
      ["a", 0],
      ["b", 1],
      ["d", 2],
      ["c", 0],
    ]);
  });
});

describe("the times on an axis", () => {
  it("are as many as fit, at whole days, months or years", () => {
    const from = Date.UTC(2026, 0, 15);
    expect(ticksOf(from, from + 5 * kDay, 6).map((one) => one.text)).toEqual([
      "15 Jan",
      "16 Jan",
      "17 Jan",
      "18 Jan",
      "19 Jan",
      "20 Jan",
    ]);
    expect(ticksOf(from, Date.UTC(2026, 11, 2), 6).map((one) => one.text)).toEqual([
      "Mar 2026",
      "May 2026",
      "Jul 2026",
      "Sept 2026",
      "Nov 2026",
    ]);
    expect(ticksOf(from, Date.UTC(2031, 0, 1), 6).map((one) => one.text)).toEqual([
      "2027",
      "2028",
      "2029",
      "2030",
      "2031",
    ]);
  });
});
