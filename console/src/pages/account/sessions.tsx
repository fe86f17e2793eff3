import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, body, tagged } from "~/api/client";
import { messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Badge } from "~/design/badge";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Loading, Panel } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Time } from "~/design/time";
import { toast } from "~/design/toast";

type Session = Schema<"Session">;

export function SessionsPanel() {
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: () => body(api.GET("/api/v1/sessions", { params: { query: { limit: 100 } } })),
  });
  const end = useMutation({
    mutationFn: async ({ id }: Session) => {
      const { etag } = await tagged(api.GET("/api/v1/sessions/{id}", { params: { path: { id } } }));
      await api.DELETE("/api/v1/sessions/{id}", { params: { path: { id }, header: { "If-Match": etag } } });
    },
    onSuccess: () => toast("That session has ended."),
    onError: (error) => toast(messageOf(error), true),
    onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  const columns: Column<Session>[] = [
    {
      id: "from",
      header: "From",
      primary: true,
      cell: (session) => (
        <span className="row">
          {session.source_address}
          {session.current && (
            <Badge tone="info" icon="check">
              This one
            </Badge>
          )}
        </span>
      ),
    },
    { id: "began", header: "Began", fit: true, cell: (session) => <Time at={session.created_at} as="relative" /> },
    { id: "ends", header: "Ends", fit: true, cell: (session) => <Time at={session.expires_at} as="relative" /> },
    {
      id: "end",
      header: "Actions",
      fit: true,
      cell: (session) =>
        !session.current && (
          <Button small onClick={() => end.mutate(session)}>
            End
          </Button>
        ),
    },
  ];
  return (
    <Panel title="Where you are signed in" flush>
      <ProblemNotice error={sessions.error} />
      {sessions.data ? (
        <Table caption="Sessions" columns={columns} rows={sessions.data.items} rowKey={(session) => session.id} />
      ) : (
        <div className="panel-body">
          <Loading rows={2} />
        </div>
      )}
    </Panel>
  );
}
