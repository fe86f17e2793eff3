import { expect, test } from "vitest";
import { controlErrors, formOf, kEmpty, orderOf, patchOf } from "./form";

test("what nobody filled in is not sent", () => {
  const form = { ...kEmpty, commonName: " app.example.com ", names: "a.example.com\n10.0.0.1, b.example.com" };
  expect(orderOf(form, "automated")).toEqual({
    common_name: "app.example.com",
    subject_alternative_names: ["a.example.com", "10.0.0.1", "b.example.com"],
    key_algorithm: "ec-256",
  });
  expect(orderOf({ ...kEmpty, csr: "PEM", validityDays: "30" }, "csr")).toEqual({ csr: "PEM", validity_days: 30 });
});

test("an order that is edited is the order that it was until something is changed", () => {
  const order = { common_name: "a.example.com", key_algorithm: "rsa-2048" as const, validity_days: 30, tags: ["x"] };
  const [form, way] = formOf(order);
  expect(orderOf(form, way)).toEqual(order);
  expect(patchOf(order, orderOf({ ...form, validityDays: "" }, way))).toMatchObject({ validity_days: null });
});

test("errors go to the control that their pointer names", () => {
  const { of, shown } = controlErrors({ "/subject/organizational_unit": "ou", "/csr": "c", "/elsewhere": "e" });
  expect(of).toEqual({ organizationalUnit: "ou", csr: "c" });
  expect(shown).toEqual(["/subject/organizational_unit", "/csr"]);
});
