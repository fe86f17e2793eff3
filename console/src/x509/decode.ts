import { child, children, hex, integerHex, kTag, Malformed, type Node, oid, read, text, time } from "./der";
import { pemBlocks } from "./pem";

export interface Name {
  type: "dns" | "ip" | "email" | "uri";
  value: string;
}

interface Common {
  subject: string;
  commonName: string;
  names: Name[];
  key: string;
  signature: string;
  /** DER of SubjectPublicKeyInfo: two that are equal are the same key. */
  publicKey: Uint8Array;
  extensions: { name: string; value: string; critical: boolean }[];
}

export interface Request extends Common {
  kind: "request";
}

export interface Certificate extends Common {
  kind: "certificate";
  issuer: string;
  serialNumber: string;
  validFrom: Date;
  validTo: Date;
  der: Uint8Array;
}

const kAttributes: Record<string, string> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "1.2.840.113549.1.9.1": "emailAddress",
  "0.9.2342.19200300.100.1.25": "DC",
};

const kCurves: Record<string, string> = {
  "1.2.840.10045.3.1.7": "ec-256",
  "1.3.132.0.34": "ec-384",
  "1.3.132.0.35": "ec-521",
};

const kSignatures: Record<string, string> = {
  "1.2.840.113549.1.1.5": "sha1 with RSA",
  "1.2.840.113549.1.1.10": "RSA-PSS",
  "1.2.840.113549.1.1.11": "sha256 with RSA",
  "1.2.840.113549.1.1.12": "sha384 with RSA",
  "1.2.840.113549.1.1.13": "sha512 with RSA",
  "1.2.840.10045.4.3.2": "sha256 with ECDSA",
  "1.2.840.10045.4.3.3": "sha384 with ECDSA",
  "1.2.840.10045.4.3.4": "sha512 with ECDSA",
  "1.3.101.112": "Ed25519",
};

const kPurposes: Record<string, string> = {
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
};

const kUsages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

/** Subject and issuer as the API writes them: the most specific attribute first (RFC 4514). */
function distinguishedName(node: Node): [string, string] {
  const parts: string[] = [];
  let commonName = "";
  for (const set of children(node)) {
    for (const attribute of children(set)) {
      const [type, value] = children(attribute);
      if (!type || !value) continue;
      const name = kAttributes[oid(type)] ?? oid(type);
      if (name === "CN") commonName = text(value);
      parts.unshift(`${name}=${text(value)}`);
    }
  }
  return [parts.join(","), commonName];
}

function keyOf(info: Node): string {
  const algorithm = child(info, 0);
  const type = oid(child(algorithm, 0));
  if (type === "1.2.840.113549.1.1.1") {
    const bits = child(info, 1).body.subarray(1);
    const modulus = integerHex(child(read(bits), 0));
    return `rsa-${modulus.replace(/^0+/, "").length * 4}`;
  }
  if (type === "1.2.840.10045.2.1") {
    const curve = oid(child(algorithm, 1));
    return kCurves[curve] ?? `EC on ${curve}`;
  }
  return type === "1.3.101.112" ? "ed25519" : type;
}

function address(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 2) {
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  }
  return groups.join(":");
}

function generalNames(node: Node): Name[] {
  return children(node).flatMap((one): Name[] => {
    if (one.tag === 0x82) return [{ type: "dns", value: text(one) }];
    if (one.tag === 0x81) return [{ type: "email", value: text(one) }];
    if (one.tag === 0x86) return [{ type: "uri", value: text(one) }];
    if (one.tag === 0x87) return [{ type: "ip", value: address(one.body) }];
    return [];
  });
}

function usages(bits: Uint8Array): string {
  const set = kUsages.filter((_, index) => ((bits[1 + (index >> 3)] ?? 0) >> (7 - (index & 7))) & 1);
  return set.join(", ");
}

const kExtensions: Record<string, [string, (value: Node) => string]> = {
  "2.5.29.15": ["Key usage", (value) => usages(value.body)],
  "2.5.29.37": [
    "Extended key usage",
    (value) =>
      children(value)
        .map((one) => kPurposes[oid(one)] ?? oid(one))
        .join(", "),
  ],
  "2.5.29.19": ["Basic constraints", (value) => (children(value)[0]?.tag === kTag.boolean ? "A CA" : "Not a CA")],
  "2.5.29.14": ["Subject key identifier", (value) => hex(value.body)],
};

function readExtensions(list: Node[]): Pick<Common, "names" | "extensions"> {
  const names: Name[] = [];
  const extensions: Common["extensions"] = [];
  for (const extension of list) {
    const parts = children(extension);
    const type = parts[0] ? oid(parts[0]) : "";
    const value = parts.at(-1);
    if (!value || value.tag !== kTag.octets) continue;
    const critical = parts.length === 3;
    if (type === "2.5.29.17") {
      names.push(...generalNames(read(value.body)));
      continue;
    }
    const known = kExtensions[type];
    if (known) extensions.push({ name: known[0], value: known[1](read(value.body)), critical });
  }
  return { names, extensions };
}

export function decodeCertificate(der: Uint8Array): Certificate {
  const whole = read(der);
  const parts = children(child(whole, 0));
  // The version is there in every certificate of this century; without it all is one place earlier.
  const from = parts[0]?.tag === 0xa0 ? 1 : 0;
  const [serial, , issuer, validity, subject, key] = parts.slice(from);
  if (!serial || !issuer || !validity || !subject || !key) throw new Malformed("A part is missing.");
  const extensions = parts.find((part) => part.tag === 0xa3);
  const [subjectText, commonName] = distinguishedName(subject);
  return {
    kind: "certificate",
    der,
    subject: subjectText,
    commonName,
    issuer: distinguishedName(issuer)[0],
    serialNumber: integerHex(serial),
    validFrom: time(child(validity, 0)),
    validTo: time(child(validity, 1)),
    key: keyOf(key),
    publicKey: key.whole,
    signature: kSignatures[oid(child(child(whole, 1), 0))] ?? oid(child(child(whole, 1), 0)),
    ...readExtensions(extensions ? children(child(extensions, 0)) : []),
  };
}

export function decodeRequest(der: Uint8Array): Request {
  const whole = read(der);
  const [, subject, key, attributes] = children(child(whole, 0));
  if (!subject || !key) throw new Malformed("A part is missing.");
  const asked = attributes
    ? children(attributes).find((one) => oid(child(one, 0)) === "1.2.840.113549.1.9.14")
    : undefined;
  const [subjectText, commonName] = distinguishedName(subject);
  return {
    kind: "request",
    subject: subjectText,
    commonName,
    key: keyOf(key),
    publicKey: key.whole,
    signature: kSignatures[oid(child(child(whole, 1), 0))] ?? oid(child(child(whole, 1), 0)),
    ...readExtensions(asked ? children(child(child(asked, 1), 0)) : []),
  };
}

/** What a person pasted: certificates and signing requests in PEM. Throws Malformed with a sentence for them. */
export function decodePem(pasted: string): (Certificate | Request)[] {
  const blocks = pemBlocks(pasted);
  if (blocks.length === 0) throw new Malformed("There is no PEM block (-----BEGIN …-----) in this text.");
  return blocks.map(({ label, der }) => {
    if (label === "CERTIFICATE") return decodeCertificate(der);
    if (label === "CERTIFICATE REQUEST" || label === "NEW CERTIFICATE REQUEST") return decodeRequest(der);
    if (label.includes("PRIVATE KEY")) throw new Malformed("This is a private key. Do not paste it anywhere.");
    throw new Malformed(`A block of ${label} is not read here.`);
  });
}

/** SHA-256 as hex. */
export async function fingerprint(bytes: Uint8Array): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)));
}
