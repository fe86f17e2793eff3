import "./pictures.css";
import { Badge } from "~/design/badge";
import { Time } from "~/design/time";

export interface Link {
  id: string;
  kind: string;
  name: string;
  key?: string;
  digest?: string;
  validTo?: string;
  revoked?: boolean;
}

function State({ link }: { link: Link }) {
  if (link.revoked) {
    return (
      <span>
        <Badge tone="bad" icon="ban">
          Revoked
        </Badge>
      </span>
    );
  }
  if (!link.validTo) return null;
  const over = new Date(link.validTo).getTime() < Date.now();
  return (
    <span className="muted">
      {over ? "expired " : "until "}
      <Time at={link.validTo} as="date" />
    </span>
  );
}

/** From the root down, each above the one that it signed. A list, so that it needs no other form. */
export function ChainPicture({ links }: { links: Link[] }) {
  return (
    <ol className="chain">
      {links.map((link) => (
        <li key={link.id}>
          <div className="chain-card">
            <span className="chain-kind">{link.kind}</span>
            <strong className="break">{link.name}</strong>
            {link.key && (
              <span className="secondary">
                {link.key}, {link.digest}
              </span>
            )}
            <State link={link} />
          </div>
        </li>
      ))}
    </ol>
  );
}
