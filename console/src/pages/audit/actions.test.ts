import { expect, test } from "vitest";
import { actionText } from "./actions";

test("an action says what was done to what, and whether it went well", () => {
  expect(actionText("certificate.issue.success")).toBe("Certificate issued");
  expect(actionText("user.create.success")).toBe("User created");
  expect(actionText("acme_binding.remove.success")).toBe("ACME binding removed");
  expect(actionText("order.cancel.success")).toBe("Order cancelled");
  expect(actionText("provider.check.failure")).toBe("Provider not checked");
  expect(actionText("api_token.revoke.success")).toBe("API token revoked");
  expect(actionText("session.login.throttled")).toBe("Session login throttled");
  expect(actionText("something.new")).toBe("Something new");
});
