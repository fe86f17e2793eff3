import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, download } from "~/api/client";
import { authoritiesQuery } from "~/api/lookups";
import { useRight } from "~/api/me";
import { messageOf } from "~/api/problem";
import type { Schema } from "~/api/types";
import { PageFailed } from "~/app/errors";
import { Badge, Status } from "~/design/badge";
import { Button } from "~/design/button";
import { Copyable } from "~/design/copy";
import { Menu, MenuItem } from "~/design/menu";
import { Notice, ProblemNotice } from "~/design/notice";
import { Back, Fact, Facts, Loading, Page, Panel } from "~/design/surfaces";
import { plural, Time } from "~/design/time";
import { toast } from "~/design/toast";
import { CrlState, useCrl } from "~/pages/authorities/crl";
import { StatusPicture } from "~/pictures/status";
import { RetireDialog } from "./retire_dialog";
import { SettingsDialog } from "./settings_dialog";

type Authority = Schema<"Authority">;

const kDoes: Record<string, string> = {
  expired: "Its validity is over. What it signed is not valid any longer either.",
  invalid: "Its certificate failed validation; it does not sign.",
  unusable: "Its key is not here or cannot be read; it does not sign.",
  revoked: "It was revoked. Nothing below it may be trusted.",
};

function save(path: string, accept: string) {
  download(path, accept)
    .then((name) => toast(`${name} is downloaded.`))
    .catch((error) => toast(messageOf(error), true));
}

function Urls({ urls }: { urls: string[] }) {
  if (urls.length === 0) return <span>This server</span>;
  return (
    <span className="stack stack-s">
      {urls.map((url) => (
        <Copyable key={url} value={url} label="URL" />
      ))}
    </span>
  );
}

function CrlPanel({ authority }: { authority: Authority }) {
  const crl = useCrl(authority);
  const leaves = authority.kind === "intermediate" ? "Certificates" : "Intermediates";
  return (
    <Panel
      title="Revocation"
      lead="What relying parties ask before they trust what it signed."
      actions={
        authority.has_private_key && (
          <Button
            small
            icon="download"
            onClick={() => save(`/certificate-authorities/${authority.id}/crl`, "application/pkix-crl")}
          >
            CRL
          </Button>
        )
      }
    >
      <ProblemNotice error={crl.error} onRetry={() => crl.refetch()} />
      <Facts>
        <Fact name="CRL">
          <CrlState authority={authority} />
        </Fact>
        <Fact name="Number">{authority.crl_number > 0 && authority.crl_number}</Fact>
        <Fact name="Made">{crl.data && <Time at={crl.data.thisUpdate.toISOString()} />}</Fact>
        <Fact name="Next by">{crl.data?.nextUpdate && <Time at={crl.data.nextUpdate.toISOString()} />}</Fact>
        <Fact name="Divided">
          {authority.crl_shards > 1 ? `Among ${plural(authority.crl_shards, "CRL")}` : "No: one CRL for all"}
        </Fact>
        <Fact name="CRLs are at">
          <Urls urls={authority.crl_urls} />
        </Fact>
        <Fact name="OCSP">
          {authority.ocsp ? (
            <Badge tone="good" icon="check">
              {leaves} name a responder
            </Badge>
          ) : (
            <Badge tone="quiet" icon="info">
              {leaves} name none
            </Badge>
          )}
        </Fact>
        <Fact name="Responders">{authority.ocsp && <Urls urls={authority.ocsp_urls} />}</Fact>
        <Fact name="Its certificate is at">
          <Urls urls={authority.aia_urls} />
        </Fact>
      </Facts>
    </Panel>
  );
}

function IssuedPanel({ id }: { id: string }) {
  const stats = useQuery({
    queryKey: ["stats", "status", "authority", id],
    queryFn: () => body(api.GET("/api/v1/stats/status", { params: { query: { authority_id: [id] } } })),
  });
  return (
    <Panel
      title="Certificates"
      actions={
        <Link to="/certificates" search={{ authority: id } as never}>
          Show them
        </Link>
      }
    >
      <ProblemNotice error={stats.error} />
      {stats.isPending && <Loading rows={2} />}
      {stats.data && <StatusPicture statistics={stats.data} search={{ authority: id }} />}
    </Panel>
  );
}

export default function AuthorityPage() {
  const { id = "" } = useParams({ strict: false });
  const [open, setOpen] = useState<"settings" | "retire">();
  const mayManage = useRight("ManageAuthorities");
  const seesCertificates = useRight("ReadCertificates");
  const all = useQuery(authoritiesQuery);
  const one = useQuery({
    queryKey: ["certificate-authorities", "one", id],
    queryFn: () => body(api.GET("/api/v1/certificate-authorities/{id}", { params: { path: { id } } })),
  });
  const authority = one.data;
  if (one.error && !authority) return <PageFailed error={one.error} reset={() => one.refetch()} />;
  if (!authority) {
    return (
      <Page title="CA" above={<Back to="/authorities">Local PKI</Back>}>
        <Loading rows={8} />
      </Page>
    );
  }
  const parent = all.data?.find((other) => other.id === authority.parent_id);
  const below = all.data?.filter((other) => other.parent_id === authority.id) ?? [];
  return (
    <Page
      title={authority.name}
      above={<Back to="/authorities">Local PKI</Back>}
      lead={
        <span className="row">
          <Status state={authority.retired && authority.status === "active" ? "retired" : authority.status} />
          {authority.kind === "root" ? "Root" : "Intermediate"}
          {parent && (
            <span>
              signed by{" "}
              <Link to="/authorities/$id" params={{ id: parent.id }}>
                {parent.name}
              </Link>
            </span>
          )}
        </span>
      }
      actions={
        <>
          <Button icon="download" onClick={() => save(`/certificate-authorities/${id}/pem`, "*/*")}>
            Certificate
          </Button>
          {mayManage && (
            <>
              <Button icon="edit" onClick={() => setOpen("settings")}>
                Edit
              </Button>
              {!authority.retired && (
                <Menu label="More actions" icon="more" className="button button-icon">
                  <MenuItem icon="ban" danger onSelect={() => setOpen("retire")}>
                    Retire
                  </MenuItem>
                </Menu>
              )}
            </>
          )}
        </>
      }
    >
      {authority.status !== "active" && (
        <Notice tone="bad" title="It does not issue">
          {kDoes[authority.status]}
        </Notice>
      )}
      {authority.retired && authority.status === "active" && (
        <Notice title="Retired">
          It does not issue any longer. Its CRLs and OCSP answers go on for what it has signed.
        </Notice>
      )}
      <div className="columns-detail">
        <div className="stack stack-l">
          <Panel title="CA certificate">
            <Facts>
              <Fact name="Subject">
                <Copyable value={authority.subject} label="subject" />
              </Fact>
              <Fact name="Valid from">
                <Time at={authority.valid_from} />
              </Fact>
              <Fact name="Valid until">
                <Time at={authority.valid_to} />
              </Fact>
              <Fact name="Key">
                {authority.algorithm}
                {authority.has_private_key ? ", kept here" : ", not here: it is known, but cannot sign"}
              </Fact>
              <Fact name="Digest">{authority.digest}</Fact>
              <Fact name="Path length">{authority.path_length === null ? "Not limited" : authority.path_length}</Fact>
              <Fact name="Serial number">
                <Copyable value={authority.serial_number} label="serial number" />
              </Fact>
              <Fact name="SHA-256 fingerprint">
                <Copyable value={authority.fingerprint_sha256} label="fingerprint" />
              </Fact>
              <Fact name="Subject key identifier">
                <Copyable value={authority.subject_key_id} label="subject key identifier" />
              </Fact>
              <Fact name="Revoked">{authority.revoked_at && <Time at={authority.revoked_at} />}</Fact>
              <Fact name="Here since">
                <Time at={authority.created_at} />
              </Fact>
            </Facts>
          </Panel>
          <CrlPanel authority={authority} />
        </div>
        <div className="stack stack-l">
          {authority.kind === "intermediate" && seesCertificates && <IssuedPanel id={id} />}
          {below.length > 0 && (
            <Panel title="CAs below it">
              <ul className="findings">
                {below.map((other) => (
                  <li key={other.id} className="row row-between">
                    <Link to="/authorities/$id" params={{ id: other.id }}>
                      {other.name}
                    </Link>
                    <Status state={other.retired && other.status === "active" ? "retired" : other.status} />
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
      {open === "settings" && <SettingsDialog id={id} onClose={() => setOpen(undefined)} />}
      {open === "retire" && <RetireDialog authority={authority} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}
