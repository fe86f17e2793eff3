import type { Schema } from "~/api/types";

/** The reasons of RFC 5280 that a person may give, as the API names them, with what they mean. */
export const kReasons: Record<Schema<"RevocationReason">, string> = {
  unspecified: "Unspecified",
  keyCompromise: "keyCompromise: somebody else may have the key",
  cACompromise: "cACompromise: the CA itself is not to be trusted",
  affiliationChanged: "affiliationChanged: the names belong to somebody else",
  superseded: "superseded: another certificate took its place",
  cessationOfOperation: "cessationOfOperation: the service has ended",
};
