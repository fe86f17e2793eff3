import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { api, body } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { useRight } from "~/api/me";
import { PageFailed } from "~/app/errors";
import { Status, Tag } from "~/design/badge";
import { Button, LinkButton } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Back, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { duration, plural, Time } from "~/design/time";
import { Rules } from "~/pages/policy/rules";
import { isOver, replayQuery } from "./data";
import { ReplayResult } from "./result";

const kCertificates = { active: "Those in use", all: "All", none: "None" };

export default function PolicyReplayPage() {
  const { id = "" } = useParams({ strict: false });
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const mayReplay = useRight("ReplayPolicies");
  const loaded = useQuery(replayQuery(id));
  const stop = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/policy-replays/{id}/cancellation", {
          params: { path: { id }, header: { "Idempotency-Key": keyFor(id) } },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["policy-replays"] }),
  });
  const replay = loaded.data;
  const back = (
    <Back to="/policies" search={{ tab: "replays" } as never}>
      Replays
    </Back>
  );
  if (loaded.error && !replay) return <PageFailed error={loaded.error} reset={() => loaded.refetch()} />;
  if (!replay) {
    return (
      <Page title="Replay" above={back}>
        <Loading rows={8} />
      </Page>
    );
  }
  return (
    <Page
      title={`Replay of ${replay.policy.name}`}
      above={back}
      lead={
        <span className="row">
          <Status state={replay.state} />
          {replay.policy_id ? `Version ${replay.policy_version}` : "A draft"}, by {replay.requested_by.name},{" "}
          <Time at={replay.created_at} as="relative" />
        </span>
      }
      actions={
        <>
          {replay.policy_id && (
            <LinkButton to="/policies/$id" params={{ id: replay.policy_id }} icon="policy">
              The policy
            </LinkButton>
          )}
          {mayReplay && !isOver(replay) && (
            <Button icon="x" busy={stop.isPending} onClick={() => stop.mutate()}>
              Stop
            </Button>
          )}
        </>
      }
    >
      <ProblemNotice error={stop.error} />
      <div className="columns-detail">
        <Panel title="What it found">
          <ReplayResult replay={replay} />
        </Panel>
        <div className="stack stack-l">
          <Panel title="What was examined">
            <Facts>
              <Fact name="Certificates">{kCertificates[replay.certificates]}</Fact>
              <Fact name="Orders">
                {replay.order_days > 0 ? `Of the last ${plural(replay.order_days, "day")}` : "None"}
              </Fact>
              <Fact name="Names">
                <span className="row">
                  {replay.policy.patterns.map((pattern) => (
                    <Tag key={pattern}>{pattern}</Tag>
                  ))}
                </span>
              </Fact>
              <Fact name="Took">
                {replay.started_at &&
                  replay.completed_at &&
                  duration(new Date(replay.completed_at).getTime() - new Date(replay.started_at).getTime())}
              </Fact>
            </Facts>
          </Panel>
          <Panel title="The rules as they were">
            <Rules rules={replay.policy.rules} />
          </Panel>
        </div>
      </div>
    </Page>
  );
}
