import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "~/api/client";
import { useEndless } from "~/api/endless";
import { useMe, useRight } from "~/api/me";
import { roleName } from "~/app/roles";
import { useSearchMembers } from "~/app/use_search";
import { Status, Tag } from "~/design/badge";
import { Button } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Tabs } from "~/design/tabs";
import { count, Time } from "~/design/time";
import { CreateUserDialog } from "./create_dialog";
import type { User } from "./data";
import { RolesTab } from "./roles";

function columnsFor(me: string): Column<User>[] {
  return [
    {
      id: "name",
      header: "User",
      primary: true,
      cell: (user) => (
        <>
          <Link to="/users/$id" params={{ id: user.id }}>
            {user.name || user.email}
          </Link>{" "}
          {user.id === me && <Tag>You</Tag>}
          <span className="cell-sub">{user.email}</span>
        </>
      ),
    },
    { id: "role", header: "Role", cell: (user) => roleName(user.role) },
    {
      id: "domains",
      header: "Domains",
      fit: true,
      end: true,
      cell: (user) => (user.role === "super_administrator" ? "All" : count(user.domain_ids.length)),
    },
    {
      id: "state",
      header: "State",
      fit: true,
      cell: (user) => <Status state={user.enabled ? "enabled" : "disabled"} />,
    },
    { id: "since", header: "Since", fit: true, cell: (user) => <Time at={user.created_at} as="date" /> },
  ];
}

function UserList() {
  const me = useMe();
  const navigate = useNavigate();
  const list = useEndless<User>(["users", "list"], (cursor) =>
    body(api.GET("/api/v1/users", { params: { query: { limit: 100, cursor, include_total: !cursor } } })),
  );
  if (list.isPending) return <Loading rows={5} />;
  return (
    <>
      <ProblemNotice error={list.error} onRetry={() => list.refetch()} />
      <Table
        caption="Users"
        columns={columnsFor(me.actor.id)}
        rows={list.rows}
        rowKey={(user) => user.id}
        onOpen={(user) => void navigate({ to: "/users/$id", params: { id: user.id } })}
        tall
        onEnd={list.more}
        empty={<Empty icon="users" title="Nobody" />}
        foot={list.total !== undefined && `${count(list.total)} in all`}
      />
    </>
  );
}

const kTabs = [
  ["users", "Users"],
  ["roles", "Roles"],
] as const;

export default function UsersPage() {
  const [search, change] = useSearchMembers();
  const mayManage = useRight("ManageUsers");
  const [creating, setCreating] = useState(false);
  const tab = search.tab === "roles" ? "roles" : "users";
  return (
    <Page
      title="Users"
      lead="People who sign in. Each has one role, and the domains under which they may request."
      actions={
        mayManage && (
          <Button icon="plus" look="primary" onClick={() => setCreating(true)}>
            New user
          </Button>
        )
      }
    >
      <Tabs label="Users" value={tab} tabs={kTabs} onChange={(next) => change({ tab: next === "users" ? "" : next })}>
        {tab === "users" ? <UserList /> : <RolesTab />}
      </Tabs>
      {creating && <CreateUserDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
