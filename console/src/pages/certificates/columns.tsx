import type { Schema } from "~/api/types";
import { Status, Tag } from "~/design/badge";
import { Icon } from "~/design/icon";
import { RowLink } from "~/design/row_link";
import type { Column } from "~/design/table";
import { Time, utcDate } from "~/design/time";
import { Expiry } from "./expiry";

type Certificate = Schema<"Certificate">;

interface Names {
  provider: (id: string | null) => string;
  authority: (id: string | null) => string;
}

export const kDefaultColumns = ["common_name", "status", "valid_to", "authority_id", "algorithm", "owner", "tag"];

function ownerText(owner: Certificate["owner"]) {
  if (!owner) return null;
  return owner.type === "group" ? owner.name : <span className="mono">{owner.id.slice(-12)}</span>;
}

function Name({ certificate }: { certificate: Certificate }) {
  const others = certificate.subject_alternative_names.filter((name) => name.value !== certificate.common_name);
  return (
    <>
      <RowLink to={`/certificates/${certificate.id}`} title={certificate.common_name}>
        {certificate.common_name}
      </RowLink>
      {others.length > 0 && (
        <span className="cell-sub" title={others.map((name) => name.value).join("\n")}>
          {others.length === 1 ? others[0]?.value : `and ${others.length} more names`}
        </span>
      )}
    </>
  );
}

/**
 * Every column that the list can show, called as the API calls its field, so that a saved view can name it. The first
 * names the row and is always there.
 */
export function certificateColumns(names: Names): Column<Certificate>[] {
  return [
    {
      id: "common_name",
      header: "Name",
      sort: "common_name",
      primary: true,
      cell: (one) => <Name certificate={one} />,
    },
    {
      id: "status",
      header: "Status",
      fit: true,
      cell: (one) => (
        <span className="row nowrap-row">
          <Status state={one.status} />
          {one.policy_warnings.length > 0 && (
            <span title={one.policy_warnings.map((finding) => finding.message).join("\n")}>
              <Icon name="policy" className="warn-icon" />
              <span className="visually-hidden">{one.policy_warnings.length} policy warnings</span>
            </span>
          )}
        </span>
      ),
    },
    { id: "valid_to", header: "Expires", sort: "valid_to", fit: true, cell: (one) => <Expiry certificate={one} /> },
    {
      id: "authority_id",
      header: "Issued by",
      cell: (one) => (
        <span className="cell-clip">{one.authority_id ? names.authority(one.authority_id) : one.issuer}</span>
      ),
    },
    { id: "provider_id", header: "Provider", cell: (one) => names.provider(one.provider_id) },
    { id: "algorithm", header: "Key", fit: true, cell: (one) => one.algorithm },
    { id: "digest", header: "Digest", fit: true, cell: (one) => one.digest },
    { id: "source", header: "Source", fit: true, cell: (one) => (one.source === "managed" ? "Managed" : "Discovered") },
    { id: "owner", header: "Owner", cell: (one) => ownerText(one.owner) },
    {
      id: "tag",
      header: "Tags",
      cell: (one) =>
        one.tags.length > 0 && (
          <span className="row">
            {one.tags.slice(0, 3).map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
            {one.tags.length > 3 && <span className="muted">+{one.tags.length - 3}</span>}
          </span>
        ),
    },
    {
      id: "created_at",
      header: "Added",
      sort: "created_at",
      fit: true,
      cell: (one) => <Time at={one.created_at} as="date" />,
    },
    { id: "valid_from", header: "Valid from", fit: true, cell: (one) => utcDate(one.valid_from) },
    {
      id: "serial_number",
      header: "Serial number",
      cell: (one) => (
        <span className="mono cell-clip" title={one.serial_number}>
          {one.serial_number}
        </span>
      ),
    },
    {
      id: "requester_type",
      header: "Requested by",
      fit: true,
      cell: (one) => one.requested_by.type.replaceAll("_", " "),
    },
  ];
}
