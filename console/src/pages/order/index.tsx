import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, download } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { useNameOf } from "~/api/lookups";
import { useRight } from "~/api/me";
import { ApiError, messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { Status } from "~/design/badge";
import { Button, LinkButton } from "~/design/button";
import { Dialog } from "~/design/dialog";
import { TextArea } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { Back, Code, Empty, Fact, Facts, Page, Panel } from "~/design/surfaces";
import { duration, Time } from "~/design/time";
import { Moment, Timeline } from "~/design/timeline";
import { toast } from "~/design/toast";
import { kKinds, kPathways, kTypes, requesterText } from "~/pages/orders/words";
import { PolicyFindings } from "./findings";

type Order = Schema<"Order">;

const kAskAgain = 1500;

/** What an order went through. The server's events bring it up to date; while it is under way it is asked as well. */
function OrderTimeline({ order }: { order: Order }) {
  const done = order.status === "complete" || order.status === "failed";
  return (
    <Timeline>
      <Moment icon="order" tone="good" title="Submitted">
        <Time at={order.submitted_at} /> by {requesterText(order.requested_by)}
      </Moment>
      {order.decision && (
        <Moment
          icon="policy"
          tone={order.decision.blocked ? "bad" : order.policy_warnings.length > 0 ? "warn" : "good"}
          title={
            order.decision.blocked
              ? "Blocked by a policy"
              : order.policy_warnings.length > 0
                ? "Passed the policies with warnings"
                : "Passed the policies"
          }
        />
      )}
      {!done && <Moment icon="renew" tone="info" title={order.status === "pending" ? "Waiting" : "Under way"} />}
      {order.status === "complete" && (
        <Moment icon="certificate" tone="good" title="Certificate issued">
          {order.completed_at && <Time at={order.completed_at} />}
          {order.duration_ms !== null && `, after ${duration(order.duration_ms)}`}
        </Moment>
      )}
      {order.status === "failed" && (
        <Moment icon="x" tone="bad" title="Failed">
          {order.completed_at && <Time at={order.completed_at} />}
          {order.duration_ms !== null && `, after ${duration(order.duration_ms)}`}
        </Moment>
      )}
    </Timeline>
  );
}

/** As it was: the server takes the old request. Edited: through the request page, filled with it. */
function Resubmit({ order }: { order: Order }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const resubmit = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orders/{id}/resubmissions", {
          params: { path: { id: order.id }, header: { "Idempotency-Key": keyFor(order.id) } },
          body: {},
        }),
      ),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["orders"] });
      toast("Submitted again, as a new order.");
      await navigate({ to: "/orders/$id", params: { id: made.id } });
    },
  });
  return (
    <>
      <ProblemNotice error={resubmit.error} />
      <div className="row">
        <Button look="primary" icon="renew" busy={resubmit.isPending} onClick={() => resubmit.mutate()}>
          Resubmit
        </Button>
        <LinkButton to="/certificates/new" search={{ from: order.id } as never} icon="edit">
          Edit and resubmit
        </LinkButton>
      </div>
    </>
  );
}

/** For a manual provider: an operator carries the CSR out and the certificate in. */
function FulfilDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const client = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [certificate, setCertificate] = useState("");
  const fulfil = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/orders/{id}/certificate", {
          params: { path: { id: order.id }, header: { "Idempotency-Key": keyFor(certificate) } },
          body: { certificate },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["orders"] });
      toast("The certificate is taken over.");
      onClose();
    },
  });
  const error = fulfil.error instanceof ApiError ? fulfil.error.fieldErrors()["/certificate"] : undefined;
  return (
    <Dialog
      title="Upload the certificate"
      wide
      onClose={onClose}
      onSubmit={() => fulfil.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={fulfil.isPending} disabled={!certificate}>
            Upload
          </Button>
        </>
      }
    >
      {!error && <ProblemNotice error={fulfil.error} />}
      <TextArea
        label="Certificate and those above it (PEM)"
        mono
        rows={12}
        data-autofocus
        value={certificate}
        error={error}
        onChange={(event) => setCertificate(event.target.value)}
      />
    </Dialog>
  );
}

function Manual({ order }: { order: Order }) {
  const [open, setOpen] = useState(false);
  const mayFulfil = useRight("FulfilOrders");
  const csr = () =>
    download(`/orders/${order.id}/csr`, "*/*")
      .then((name) => toast(`${name} is downloaded.`))
      .catch((error) => toast(messageOf(error), true));
  return (
    <Notice title="This order waits for a CA outside">
      <div className="row">
        <Button small icon="download" onClick={csr}>
          Download the CSR
        </Button>
        {mayFulfil && (
          <Button small icon="upload" onClick={() => setOpen(true)}>
            Upload the certificate
          </Button>
        )}
      </div>
      {open && <FulfilDialog order={order} onClose={() => setOpen(false)} />}
    </Notice>
  );
}

export default function OrderPage() {
  const { id = "" } = useParams({ strict: false });
  const names = useNameOf();
  const mayRequest = useRight("RequestCertificates");
  const { data: order } = useSuspenseQuery({
    queryKey: ["orders", "one", id],
    queryFn: () => body(api.GET("/api/v1/orders/{id}", { params: { path: { id } } })),
    refetchInterval: (query) =>
      ["complete", "failed"].includes(query.state.data?.status ?? "complete") ? false : kAskAgain,
  });
  const outside = order.order_type === "external_ca" && ["pending", "processing"].includes(order.status);
  return (
    <Page
      title={order.common_name || "Order"}
      above={<Back to="/orders">Orders</Back>}
      lead={
        <span className="row">
          <Status state={order.status} />
          <span>
            {kTypes[order.order_type]}, {kKinds[order.kind].toLowerCase()}
          </span>
        </span>
      }
      actions={
        order.certificate_id && (
          <LinkButton
            to="/certificates/$id"
            params={{ id: order.certificate_id } as never}
            icon="certificate"
            look="primary"
          >
            Show the certificate
          </LinkButton>
        )
      }
    >
      {order.error && (
        <Notice tone="bad" title="Why it failed">
          <div>{order.error.detail}</div>
          {order.error.names?.map((name) => (
            <div key={name.type + name.value}>
              <strong>{name.value}</strong>: {name.detail}
            </div>
          ))}
          {order.error.errors?.map((error) => (
            <div key={error.pointer + error.code}>
              <span className="mono">{error.pointer}</span> {error.detail}
            </div>
          ))}
          <div className="muted">{order.error.code}</div>
        </Notice>
      )}
      {order.status === "failed" && mayRequest && <Resubmit order={order} />}
      {outside && <Manual order={order} />}
      <div className="columns-detail">
        <div className="stack stack-l">
          <Panel title="Order">
            <Facts>
              <Fact name="Common Name">{order.common_name}</Fact>
              <Fact name="Order Type">{kTypes[order.order_type]}</Fact>
              <Fact name="Kind">{kKinds[order.kind]}</Fact>
              <Fact name="Pathway">{kPathways[order.pathway]}</Fact>
              <Fact name="Requested By">{requesterText(order.requested_by)}</Fact>
              <Fact name="Provider">{names.provider(order.provider_id)}</Fact>
              <Fact name="Issuing CA">{order.authority_id && names.authority(order.authority_id)}</Fact>
              <Fact name="Order ID">
                <span className="mono">{order.id}</span>
              </Fact>
              <Fact name="Resubmission of">
                {order.resubmission_of && (
                  <Link to="/orders/$id" params={{ id: order.resubmission_of }} className="mono">
                    {order.resubmission_of}
                  </Link>
                )}
              </Fact>
              <Fact name="Renews">
                {order.renews_certificate && (
                  <Link to="/certificates/$id" params={{ id: order.renews_certificate }}>
                    The certificate before it
                  </Link>
                )}
              </Fact>
            </Facts>
          </Panel>
          <Panel title="What was asked for" lead="The original parameters, as they came.">
            <Code wrap>{JSON.stringify(order.request, null, 2)}</Code>
          </Panel>
        </div>
        <div className="stack stack-l">
          <Panel title="Timeline">
            <OrderTimeline order={order} />
          </Panel>
          <Panel title="Policy decision">
            {order.decision && order.decision.findings.length > 0 ? (
              <PolicyFindings findings={order.decision.findings} fills={order.decision.fills} />
            ) : (
              <Empty icon="policy" title="No policy applied" />
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}
