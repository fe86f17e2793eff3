import "~/pages/policies/policies.css";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { kMergePatch } from "~/api/changes";
import { api, body, tagged } from "~/api/client";
import { useRight } from "~/api/me";
import { PageFailed } from "~/app/errors";
import { useSearchMembers } from "~/app/use_search";
import { Status, Tag } from "~/design/badge";
import { Button, LinkButton } from "~/design/button";
import { ChangeProblem } from "~/design/change_problem";
import { CopyBlock } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { Menu, MenuItem } from "~/design/menu";
import { Notice } from "~/design/notice";
import { Back, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { Tabs } from "~/design/tabs";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";
import { kActions, type Policy, written } from "~/pages/policies/data";
import { StartReplayDialog } from "~/pages/policy_replay/start_dialog";
import { Rules } from "./rules";
import { Versions } from "./versions";

const kTabs = [
  ["rules", "Rules"],
  ["versions", "Versions"],
  ["json", "JSON"],
] as const;

function RetireDialog({
  policy,
  etag,
  onReload,
  onClose,
}: {
  policy: Policy;
  etag: string;
  onReload: () => unknown;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const retire = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/policies/{id}", { params: { path: { id: policy.id }, header: { "If-Match": etag } } }),
    onSuccess: () => {
      toast(`${policy.name} is retired.`);
      void navigate({ to: "/policies" });
      void client.invalidateQueries({ queryKey: ["policies", "all"] });
    },
  });
  return (
    <Dialog
      title={`Retire ${policy.name}`}
      onClose={onClose}
      onSubmit={() => retire.mutate()}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" look="danger-solid" busy={retire.isPending}>
            Retire
          </Button>
        </>
      }
    >
      <ChangeProblem
        error={retire.error}
        onReload={() => {
          onReload();
          retire.reset();
        }}
      />
      <p>
        From the next request on it is not asked any more, and it leaves this list. What it decided stays in the
        records.
      </p>
      <Notice>To try what happens without it, disable it instead: that can be taken back.</Notice>
    </Dialog>
  );
}

export default function PolicyPage() {
  const { id = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const [search, change] = useSearchMembers();
  const [open, setOpen] = useState<"retire" | "replay">();
  const mayManage = useRight("ManagePolicies");
  const mayReplay = useRight("ReplayPolicies");
  const path = { id };
  const loaded = useQuery({
    queryKey: ["policies", "one", id],
    queryFn: () => tagged(api.GET("/api/v1/policies/{id}", { params: { path } })),
  });
  const enable = useMutation({
    mutationFn: (enabled: boolean) =>
      body(
        api.PATCH("/api/v1/policies/{id}", {
          params: { path, header: { "If-Match": loaded.data?.etag ?? "" } },
          headers: kMergePatch,
          body: { enabled },
        }),
      ),
    onSuccess: async (policy) => {
      await client.invalidateQueries({ queryKey: ["policies"] });
      toast(policy.enabled ? `${policy.name} is in force.` : `${policy.name} is not asked any more.`);
    },
  });
  const policy = loaded.data?.value;
  const back = <Back to="/policies">Policies</Back>;
  if (loaded.error && !policy) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!policy) {
    return (
      <Page title="Policy" above={back}>
        <Loading rows={8} />
      </Page>
    );
  }
  const tab = kTabs.find(([name]) => name === search.tab)?.[0] ?? "rules";
  const reload = async () => {
    await loaded.refetch();
    enable.reset();
  };
  return (
    <Page
      title={policy.name}
      above={back}
      lead={
        <span className="row">
          <Status state={policy.enabled ? "enabled" : "disabled"} />
          Version {policy.version}, changed <Time at={policy.updated_at} as="relative" />
        </span>
      }
      actions={
        <>
          {mayReplay && (
            <Button icon="renew" onClick={() => setOpen("replay")}>
              Replay
            </Button>
          )}
          {mayManage && (
            <>
              <Button busy={enable.isPending} onClick={() => enable.mutate(!policy.enabled)}>
                {policy.enabled ? "Disable" : "Enable"}
              </Button>
              <LinkButton to="/policies/$id/edit" params={{ id }} icon="edit" look="primary">
                Edit
              </LinkButton>
              <Menu label="More actions" icon="more" className="button button-icon">
                <MenuItem icon="trash" danger onSelect={() => setOpen("retire")}>
                  Retire
                </MenuItem>
              </Menu>
            </>
          )}
        </>
      }
    >
      <ChangeProblem error={enable.error} onReload={reload} />
      <Tabs label="Policy" value={tab} tabs={kTabs} onChange={(next) => change({ tab: next === "rules" ? "" : next })}>
        {tab === "rules" && (
          <div className="columns-detail">
            <Panel title="Rules" lead="Hard ones block a request; soft ones let it through with a warning.">
              <Rules rules={policy.rules} />
            </Panel>
            <Panel title="When it is asked">
              <Facts>
                <Fact name="Names">
                  <span className="row">
                    {policy.patterns.map((pattern) => (
                      <Tag key={pattern}>{pattern}</Tag>
                    ))}
                  </span>
                </Fact>
                <Fact name="For">
                  {kActions
                    .filter(([action]) => policy.actions.includes(action))
                    .map(([, text]) => text)
                    .join(", ")}
                </Fact>
                <Fact name="Requesters read">{policy.description}</Fact>
                <Fact name="Made">
                  <Time at={policy.created_at} />
                </Fact>
              </Facts>
            </Panel>
          </div>
        )}
        {tab === "versions" && (
          <Panel title="Versions" lead="Each request is judged by the version that is in force when it comes.">
            <Versions id={id} />
          </Panel>
        )}
        {tab === "json" && (
          <Panel title="JSON" lead="As the API takes it.">
            <CopyBlock text={JSON.stringify(written(policy), null, 2)} label="policy" />
          </Panel>
        )}
      </Tabs>
      {open === "retire" && (
        <RetireDialog
          policy={policy}
          etag={loaded.data?.etag ?? ""}
          onReload={() => loaded.refetch()}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "replay" && <StartReplayDialog subject={{ policy_id: id }} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
