import "./pictures.css";
import { Badge } from "~/design/badge";
import { relative, utcDate } from "~/design/time";
import type { Certificate } from "~/x509/decode";

function Validity({ certificate }: { certificate: Certificate }) {
  const now = Date.now();
  if (certificate.validTo.getTime() < now) {
    return (
      <Badge tone="bad" icon="clock">
        Expired
      </Badge>
    );
  }
  return (
    <span className="muted">
      until {utcDate(certificate.validTo)}, {relative(certificate.validTo)}
    </span>
  );
}

/** Each certificate above the one that it signed. A list, so that it needs no other form. */
export function ChainPicture({ certificates }: { certificates: Certificate[] }) {
  const fromRoot = [...certificates].reverse();
  return (
    <ol className="chain">
      {fromRoot.map((one, index) => {
        const kind =
          index === fromRoot.length - 1 ? "Certificate" : one.subject === one.issuer ? "Root" : "Intermediate";
        return (
          <li key={one.serialNumber}>
            <div className="chain-card">
              <span className="chain-kind">{kind}</span>
              <strong className="break">{one.commonName || one.subject || "No subject"}</strong>
              <span className="secondary">
                {one.key}, {one.signature}
              </span>
              <Validity certificate={one} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}
