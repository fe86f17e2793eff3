import { useMe, useRight } from "~/api/me";
import { roleName } from "~/app/roles";
import { Tag } from "~/design/badge";
import { Fact, Facts, Page, Panel } from "~/design/surfaces";
import { PasswordPanel } from "./password";
import { SessionsPanel } from "./sessions";
import { TotpPanel } from "./totp";

export default function AccountPage() {
  const me = useMe();
  const mayManage = useRight("ManageOwnLogin");
  return (
    <Page title="Your account" narrow>
      <Panel title="Who you are here">
        <Facts>
          <Fact name="Name">{me.actor.name}</Fact>
          <Fact name="Role">{roleName(me.role)}</Fact>
          <Fact name="Rights">
            <details>
              <summary>{me.rights.length} rights</summary>
              <span className="row">
                {me.rights.map((right) => (
                  <Tag key={right}>{right}</Tag>
                ))}
              </span>
            </details>
          </Fact>
        </Facts>
      </Panel>
      {mayManage && (
        <>
          <TotpPanel />
          <PasswordPanel />
          <SessionsPanel />
        </>
      )}
    </Page>
  );
}
