import { Link } from "@tanstack/react-router";
import type { Schema } from "~/api/types";
import { Badge } from "~/design/badge";
import { count } from "~/design/time";
import { Figure } from "./figure";

type Bucket = Schema<"Bucket">;

interface Kind {
  key: string;
  algorithm: string;
  family: string;
  size: number;
  digest: string;
  bucket: Bucket;
}

const kFamilies: Record<string, string> = { rsa: "RSA", ec: "ECDSA", ed25519: "Ed25519", ed448: "Ed448", dsa: "DSA" };

function kindOf(bucket: Bucket): Kind {
  const [algorithm = bucket.name, digest = ""] = bucket.name.split("/");
  const [family = "", size] = algorithm.split("-");
  return { key: bucket.name, algorithm, family, size: Number(size ?? 0), digest, bucket };
}

/** Why a kind should not be used any longer, by NIST SP 800-57 and SP 800-131A; nothing where it may. */
export function weakness({ family, size, digest }: Pick<Kind, "family" | "size" | "digest">) {
  if (digest === "sha1" || digest === "md5" || digest === "md2") return { bad: true, text: `Weak: ${digest}` };
  if (family === "dsa") return { bad: true, text: "Weak: DSA" };
  if (family === "rsa" && size < 2048) return { bad: true, text: `Weak: ${size} bits` };
  if (family === "ec" && size < 224) return { bad: true, text: `Weak: ${size} bits` };
  if (family === "rsa" && size < 3072) return { bad: false, text: "Under 128 bits of strength" };
  return undefined;
}

/** What keys and digests the certificates have: a row for each, as long as its share. */
export function CryptoPicture({ statistics }: { statistics: Schema<"Statistics"> }) {
  const kinds = statistics.buckets
    .filter((bucket) => bucket.count > 0)
    .map(kindOf)
    .sort((a, b) => a.family.localeCompare(b.family) || a.size - b.size || a.digest.localeCompare(b.digest));
  const most = Math.max(1, ...kinds.map((kind) => kind.bucket.count));
  const nameOf = (kind: Kind) => `${kFamilies[kind.family] ?? kind.family}${kind.size ? ` ${kind.size}` : ""}`;
  return (
    <Figure
      caption="Certificates by key and by digest of the signature. 2048 bits of RSA are worth 112 bits of strength, which NIST deprecates after 2030."
      figures={{
        headers: ["Key", "Digest", "Certificates", "Remark"],
        rows: kinds.map((kind) => ({
          key: kind.key,
          cells: [nameOf(kind), kind.digest, count(kind.bucket.count), weakness(kind)?.text ?? ""],
        })),
      }}
    >
      <ul className="bars">
        {kinds.map((kind) => {
          const weak = weakness(kind);
          return (
            <li key={kind.key}>
              <Link
                className="bar"
                to="/certificates"
                search={
                  {
                    filter: JSON.stringify(kind.bucket.filter),
                    title: `Key ${kind.algorithm}, digest ${kind.digest}`,
                  } as never
                }
              >
                <span className="bar-name">
                  <strong>{nameOf(kind)}</strong> <span className="muted">{kind.digest}</span>
                </span>
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect
                    className={weak?.bad ? "fill-4" : weak ? "fill-3" : "fill-1"}
                    width={Math.max((kind.bucket.count / most) * 100, 0.6)}
                    height="1"
                  />
                </svg>
                <span className="bar-count numeric">{count(kind.bucket.count)}</span>
                {weak && (
                  <span className="bar-note">
                    <Badge tone={weak.bad ? "bad" : "warn"} icon="alert">
                      {weak.text}
                    </Badge>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </Figure>
  );
}
