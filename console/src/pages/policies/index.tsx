import "./policies.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRight } from "~/api/me";
import { useSearchMembers } from "~/app/use_search";
import { Status, Tag } from "~/design/badge";
import { LinkButton } from "~/design/button";
import { ProblemNotice } from "~/design/notice";
import { Empty, Loading, Page } from "~/design/surfaces";
import { type Column, Table } from "~/design/table";
import { Tabs } from "~/design/tabs";
import { plural, Time } from "~/design/time";
import { type Policy, policiesQuery } from "./data";
import { DecisionList } from "./decisions";
import { EvaluationPanel } from "./evaluation";
import { OutcomesPanels } from "./outcomes";
import { ReplayList } from "./replays";
import { WaiverList } from "./waivers";

function RuleCounts({ policy }: { policy: Policy }) {
  const hard = policy.rules.filter((rule) => rule.fail === "hard").length;
  const soft = policy.rules.length - hard;
  return (
    <>
      {hard > 0 && `${hard} hard`}
      {hard > 0 && soft > 0 && ", "}
      {soft > 0 && `${soft} soft`}
      {policy.rules.length === 0 && <span className="muted">None</span>}
    </>
  );
}

const kColumns: Column<Policy>[] = [
  {
    id: "name",
    header: "Policy",
    primary: true,
    cell: (policy) => (
      <>
        <Link to="/policies/$id" params={{ id: policy.id }}>
          {policy.name}
        </Link>
        {policy.description && <span className="cell-sub">{policy.description}</span>}
      </>
    ),
  },
  {
    id: "patterns",
    header: "Applies to",
    cell: (policy) => (
      <span className="row">
        {policy.patterns.slice(0, 3).map((pattern) => (
          <Tag key={pattern}>{pattern}</Tag>
        ))}
        {policy.patterns.length > 3 && <span className="muted">and {policy.patterns.length - 3} more</span>}
      </span>
    ),
  },
  { id: "rules", header: "Rules", fit: true, cell: (policy) => <RuleCounts policy={policy} /> },
  {
    id: "state",
    header: "State",
    fit: true,
    cell: (policy) => <Status state={policy.enabled ? "enabled" : "disabled"} />,
  },
  { id: "version", header: "Version", fit: true, end: true, cell: (policy) => policy.version },
  { id: "updated", header: "Changed", fit: true, cell: (policy) => <Time at={policy.updated_at} as="relative" /> },
];

function NewPolicy() {
  return (
    <LinkButton to="/policies/new" look="primary" icon="plus">
      New policy
    </LinkButton>
  );
}

function PolicyList({ mayManage }: { mayManage: boolean }) {
  const navigate = useNavigate();
  const policies = useQuery(policiesQuery);
  return (
    <>
      <ProblemNotice error={policies.error} onRetry={() => policies.refetch()} />
      {policies.isPending && <Loading rows={6} />}
      {policies.data && (
        <Table
          caption="Policies"
          columns={kColumns}
          rows={policies.data}
          rowKey={(policy) => policy.id}
          onOpen={(policy) => void navigate({ to: "/policies/$id", params: { id: policy.id } })}
          empty={
            <Empty icon="policy" title="No policy yet" actions={mayManage && <NewPolicy />}>
              A policy says what certificates for some domains must be like: how long they may live, which keys, who may
              ask. Begin with soft rules, which only warn, and look at what they would have blocked.
            </Empty>
          }
          foot={policies.data.length > 0 && plural(policies.data.length, "policy", "policies")}
        />
      )}
    </>
  );
}

/** Each tab has its own. */
const kNoFilters = { state: "", rule: "", outcome: "", since: "", until: "" };

export default function PoliciesPage() {
  const [search, change] = useSearchMembers();
  const mayManage = useRight("ManagePolicies");
  const mayEvaluate = useRight("EvaluatePolicies");
  const seesReplays = useRight("ReadAllCertificates");
  const seesDecisions = useRight("ReadOrders");
  const tabs = [
    ["policies", "Policies"],
    ...(seesDecisions
      ? ([
          ["outcomes", "Outcomes"],
          ["decisions", "Decisions"],
        ] as const)
      : []),
    ...(mayEvaluate ? ([["test", "Test a request"]] as const) : []),
    ...(seesReplays ? ([["replays", "Replays"]] as const) : []),
    ["waivers", "Waivers"],
  ] as const;
  const tab = tabs.find(([name]) => name === search.tab)?.[0] ?? "policies";
  return (
    <Page
      title="Policies"
      lead="Every request passes them, whichever way it comes: hard rules block it, soft ones let it through with a warning."
      actions={mayManage && <NewPolicy />}
    >
      <Tabs
        label="Policies"
        value={tab}
        tabs={tabs}
        onChange={(next) => change({ ...kNoFilters, tab: next === "policies" ? "" : next })}
      >
        {tab === "policies" && <PolicyList mayManage={mayManage} />}
        {tab === "outcomes" && <OutcomesPanels />}
        {tab === "decisions" && <DecisionList />}
        {tab === "test" && <EvaluationPanel />}
        {tab === "replays" && <ReplayList />}
        {tab === "waivers" && <WaiverList />}
      </Tabs>
    </Page>
  );
}
