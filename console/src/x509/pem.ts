export interface PemBlock {
  label: string;
  der: Uint8Array;
}

const kBlock = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/** Every block of a text (RFC 7468); what stands around them does not count. */
export function pemBlocks(text: string): PemBlock[] {
  return Array.from(text.matchAll(kBlock), ([, label = "", content = ""]) => ({ label, der: fromBase64(content) }));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/[^A-Za-z0-9+/=]/g, ""));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
