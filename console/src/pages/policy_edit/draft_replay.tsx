import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Panel } from "~/design/surfaces";
import { replayQuery } from "~/pages/policy_replay/data";
import { ReplayResult } from "~/pages/policy_replay/result";
import { StartReplayDialog } from "~/pages/policy_replay/start_dialog";
import type { Draft } from "./form";

function Result({ id }: { id: string }) {
  const replay = useQuery(replayQuery(id));
  return (
    <>
      <ProblemNotice error={replay.error} />
      {replay.data ? <ReplayResult replay={replay.data} /> : <Loading />}
    </>
  );
}

/** What the draft would have done, before it is saved. */
export function DraftReplay({ draft, disabled }: { draft: Draft; disabled: boolean }) {
  const [open, setOpen] = useState(false);
  const [id, setId] = useState("");
  return (
    <Panel
      title="Try it on what exists"
      actions={
        <Button small icon="renew" disabled={disabled} onClick={() => setOpen(true)}>
          {id ? "Replay again" : "Replay"}
        </Button>
      }
    >
      {id ? (
        <Result key={id} id={id} />
      ) : (
        <Empty icon="scale" title="What would it have done?">
          Run the policy as it is written here over the inventory and the last orders, before anybody meets it.
        </Empty>
      )}
      {open && (
        <StartReplayDialog
          subject={{ policy: draft }}
          onStarted={(started) => {
            setId(started);
            setOpen(false);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </Panel>
  );
}
