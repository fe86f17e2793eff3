import type { Schema } from "~/api/types";
import { SecretDialog } from "~/design/secret";
import { Commands } from "./connect";

/** The credentials of an account, once, and the commands with them in it. */
export function EabDialog({
  account,
  server,
  onDone,
}: {
  account: Schema<"CreatedAcmeAccount">;
  server?: Schema<"AcmeServer">;
  onDone: () => void;
}) {
  return (
    <SecretDialog
      title={`Credentials of ${account.name}`}
      parts={[
        { label: "Key id", value: account.key_id },
        { label: "MAC key", value: account.mac_key },
      ]}
      onDone={onDone}
    >
      {server && account.key_id && account.mac_key && (
        <div className="stack stack-s">
          <h3>With a client</h3>
          <Commands
            directory={server.directory_url}
            name="www.example.com"
            eab={{ kid: account.key_id, hmac: account.mac_key }}
          />
        </div>
      )}
    </SecretDialog>
  );
}
