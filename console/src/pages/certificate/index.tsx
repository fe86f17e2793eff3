import "./certificate.css";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { download } from "~/api/client";
import { useNameOf } from "~/api/lookups";
import { useRight } from "~/api/me";
import { messageOf } from "~/api/problem";
import { Status, Tag } from "~/design/badge";
import { Button } from "~/design/button";
import { Copyable } from "~/design/copy";
import { Menu, MenuItem } from "~/design/menu";
import { Notice } from "~/design/notice";
import { Back, Fact, Facts, Page, Panel } from "~/design/surfaces";
import { plural, Time } from "~/design/time";
import { toast } from "~/design/toast";
import { ChainPanel } from "./chain";
import { CoveragePanel } from "./coverage";
import { type Certificate, certificateQuery } from "./data";
import { EditDialog } from "./edit_dialog";
import { PfxDialog } from "./pfx_dialog";
import { RenewDialog } from "./renew_dialog";
import { RenewalPanel } from "./renewal";
import { RevokeDialog } from "./revoke_dialog";
import { TimelinePanel } from "./timeline";

type Open = "pfx" | "renew" | "revoke" | "edit";

function fetchFile(path: string) {
  download(path, "*/*")
    .then((name) => toast(`${name} is downloaded.`))
    .catch((error) => toast(messageOf(error), true));
}

/** What the server would refuse for certain; the rest it says itself. */
function isRenewable(certificate: Certificate) {
  const held = certificate.requested_by.type === "acme_client" || certificate.requested_by.type === "system";
  return certificate.source === "managed" && certificate.status !== "revoked" && !certificate.renewed_to && !held;
}

function Actions({ certificate, open }: { certificate: Certificate; open: (dialog: Open) => void }) {
  const mayExport = useRight("ExportPrivateKeys");
  const mayRenew = useRight("RenewCertificates");
  const mayRevoke = useRight("RevokeCertificates");
  const base = `/certificates/${certificate.id}`;
  return (
    <>
      <Button icon="download" onClick={() => fetchFile(`${base}/pem`)}>
        Download Certificate
      </Button>
      {mayExport && (
        <Button
          icon="key"
          disabled={!certificate.has_private_key}
          title={
            certificate.has_private_key
              ? undefined
              : "This key cannot leave: it came from a CSR or a CA outside, or is the server’s own."
          }
          onClick={() => open("pfx")}
        >
          Download PFX
        </Button>
      )}
      {mayRenew && isRenewable(certificate) && (
        <Button icon="renew" onClick={() => open("renew")}>
          Renew
        </Button>
      )}
      {mayRevoke && certificate.status !== "revoked" && certificate.source === "managed" && (
        <Button icon="ban" look="danger" onClick={() => open("revoke")}>
          Revoke
        </Button>
      )}
      <Menu label="More downloads" icon="more" className="button button-icon">
        <MenuItem icon="download" onSelect={() => fetchFile(`${base}/chain`)}>
          Full chain (PEM)
        </MenuItem>
        <MenuItem icon="download" onSelect={() => fetchFile(`${base}/chain?leaf=false`)}>
          Chain only (PEM)
        </MenuItem>
        <MenuItem icon="download" onSelect={() => fetchFile(`${base}/der`)}>
          Certificate (DER)
        </MenuItem>
      </Menu>
    </>
  );
}

function daysText(days: number) {
  if (days < 0) return `Expired ${plural(-days, "day")} ago`;
  return days === 0 ? "Less than a day" : plural(days, "day");
}

/** The ten fields of a certificate, in the product's order. */
function Details({ certificate }: { certificate: Certificate }) {
  const names = useNameOf();
  const mayReadCas = useRight("ReadAuthorities");
  return (
    <Panel title="Certificate">
      <Facts>
        <Fact name="Certificate ID">
          <Copyable value={certificate.id} label="certificate ID" />
        </Fact>
        <Fact name="Common name">{certificate.common_name}</Fact>
        <Fact name="Subject alternative names">
          <ul className="san-list">
            {certificate.subject_alternative_names.map((name) => (
              <li key={name.type + name.value}>
                <span className="san-type">{name.type.toUpperCase()}</span> {name.value}
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name="Issuer">
          {certificate.issuer}
          {certificate.authority_id && mayReadCas && (
            <div className="muted">{names.authority(certificate.authority_id)}</div>
          )}
        </Fact>
        <Fact name="Provider">{names.provider(certificate.provider_id) || "None: it was found, not issued here"}</Fact>
        <Fact name="Algorithm">{certificate.algorithm}</Fact>
        <Fact name="Digest">{certificate.digest}</Fact>
        <Fact name="Valid">
          <Time at={certificate.valid_from} /> to <Time at={certificate.valid_to} />
        </Fact>
        <Fact name="Days until expiry">{daysText(certificate.days_until_expiry)}</Fact>
        <Fact name="Status">
          <Status state={certificate.status} />
        </Fact>
      </Facts>
    </Panel>
  );
}

function Origin({ certificate }: { certificate: Certificate }) {
  return (
    <Panel title="Identity and origin">
      <Facts>
        <Fact name="Serial number">
          <Copyable value={certificate.serial_number} label="serial number" />
        </Fact>
        <Fact name="SHA-256 fingerprint">
          <Copyable value={certificate.fingerprint_sha256} label="fingerprint" />
        </Fact>
        <Fact name="Source">{certificate.source === "managed" ? "Managed" : "Discovered"}</Fact>
        <Fact name="Private key">{certificate.has_private_key ? "Kept here, encrypted" : "None to export"}</Fact>
        <Fact name="Order">
          {certificate.order_id && (
            <Link to="/orders/$id" params={{ id: certificate.order_id }} className="mono">
              {certificate.order_id}
            </Link>
          )}
        </Fact>
        <Fact name="Renews">
          {certificate.renewed_from && (
            <Link to="/certificates/$id" params={{ id: certificate.renewed_from }}>
              The certificate before it
            </Link>
          )}
        </Fact>
        <Fact name="Renewed by">
          {certificate.renewed_to && (
            <Link to="/certificates/$id" params={{ id: certificate.renewed_to }}>
              Its successor
            </Link>
          )}
        </Fact>
        {certificate.revocation && (
          <Fact name="Revoked">
            <Time at={certificate.revocation.revoked_at} />, {certificate.revocation.reason}
          </Fact>
        )}
      </Facts>
    </Panel>
  );
}

function Notes({ certificate, onEdit }: { certificate: Certificate; onEdit: () => void }) {
  const mayManage = useRight("ManageCertificates");
  const owner = certificate.owner;
  return (
    <Panel
      title="Tags and owner"
      actions={
        mayManage && (
          <Button small icon="edit" onClick={onEdit}>
            Edit
          </Button>
        )
      }
    >
      <Facts>
        <Fact name="Owner">
          {owner ? (
            owner.type === "group" ? (
              owner.name
            ) : (
              <span className="mono">{owner.id}</span>
            )
          ) : (
            <span className="muted">Nobody yet</span>
          )}
        </Fact>
        <Fact name="Tags">
          {certificate.tags.length > 0 ? (
            <span className="row">
              {certificate.tags.map((tag) => (
                <Tag key={tag}>{tag}</Tag>
              ))}
            </span>
          ) : (
            <span className="muted">None</span>
          )}
        </Fact>
        {Object.entries(certificate.custom_fields).map(([name, value]) => (
          <Fact key={name} name={name}>
            {String(value)}
          </Fact>
        ))}
      </Facts>
    </Panel>
  );
}

export default function CertificatePage() {
  const { id } = useParams({ strict: false });
  const { data } = useSuspenseQuery(certificateQuery(id ?? ""));
  const [open, setOpen] = useState<Open>();
  const certificate = data.value;
  const close = () => setOpen(undefined);
  return (
    <Page
      title={certificate.common_name}
      above={<Back to="/certificates">Certificates</Back>}
      lead={
        <span className="row">
          <Status state={certificate.status} />
          <span>
            {certificate.status === "active" ? "Expires " : "Valid until "}
            <Time at={certificate.valid_to} as={certificate.status === "active" ? "relative" : "date"} />
          </span>
        </span>
      }
      actions={<Actions certificate={certificate} open={setOpen} />}
    >
      {certificate.policy_warnings.length > 0 && (
        <Notice tone="warn" title={`Issued with ${plural(certificate.policy_warnings.length, "policy warning")}`}>
          <ul>
            {certificate.policy_warnings.map((finding) => (
              <li key={finding.policy_id + finding.rule}>
                <strong>{finding.policy_name}</strong>: {finding.message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <div className="columns-detail">
        <div className="stack stack-l">
          <Details certificate={certificate} />
          <Origin certificate={certificate} />
          {certificate.common_name && <CoveragePanel certificate={certificate} />}
        </div>
        <div className="stack stack-l">
          <ChainPanel certificate={certificate} />
          {certificate.source === "managed" && <RenewalPanel certificate={certificate} />}
          <Notes certificate={certificate} onEdit={() => setOpen("edit")} />
          <TimelinePanel certificate={certificate} />
        </div>
      </div>
      {open === "pfx" && <PfxDialog certificate={certificate} onClose={close} />}
      {open === "renew" && <RenewDialog certificate={certificate} onClose={close} />}
      {open === "revoke" && <RevokeDialog certificate={certificate} onClose={close} />}
      {open === "edit" && <EditDialog id={certificate.id} onClose={close} />}
    </Page>
  );
}
