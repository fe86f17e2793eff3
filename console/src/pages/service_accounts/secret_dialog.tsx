import { CopyBlock } from "~/design/copy";
import { SecretDialog } from "~/design/secret";

/** Id and secret, once, and how they become a token. */
export function MachineSecretDialog({
  made,
  name,
  onDone,
}: {
  made: { client_id: string; client_secret: string | null };
  name: string;
  onDone: () => void;
}) {
  return (
    <SecretDialog
      title={`Credentials of ${name}`}
      parts={[
        { label: "Client id", value: made.client_id },
        { label: "Client secret", value: made.client_secret },
      ]}
      onDone={onDone}
    >
      {made.client_secret && (
        <div className="stack stack-s">
          <h3>For a bearer token of 24 hours</h3>
          <CopyBlock
            label="command"
            text={[
              `curl -sS ${window.location.origin}/oauth2/token \\`,
              `  -u '${made.client_id}:${made.client_secret}' \\`,
              "  -d grant_type=client_credentials",
            ].join("\n")}
          />
        </div>
      )}
    </SecretDialog>
  );
}
