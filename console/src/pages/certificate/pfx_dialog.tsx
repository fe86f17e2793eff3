import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, saveBlob } from "~/api/client";
import { useIdempotencyKey } from "~/api/idempotency";
import { Button } from "~/design/button";
import { CopyBlock } from "~/design/copy";
import { Dialog } from "~/design/dialog";
import { CheckField } from "~/design/field";
import { Notice, ProblemNotice } from "~/design/notice";
import { toast } from "~/design/toast";
import { fromBase64 } from "~/x509/pem";
import type { Certificate } from "./data";

/**
 * The server makes file and password in one answer and keeps neither. The password is shown first; the file can be
 * saved once a person says that they have the password, since without it the file is worth nothing.
 */
export function PfxDialog({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const [legacy, setLegacy] = useState(false);
  const [saved, setSaved] = useState(false);
  const keyFor = useIdempotencyKey();
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/certificates/{id}/exports", {
          params: { path: { id: certificate.id }, header: { "Idempotency-Key": keyFor({ legacy }) } },
          body: { format: "pkcs12", legacy },
        }),
      ),
  });
  const made = make.data;
  const download = () => {
    if (!made?.content_base64) return;
    saveBlob(new Blob([fromBase64(made.content_base64)], { type: made.media_type }), made.file_name);
    toast(`${made.file_name} is downloaded.`);
    onClose();
  };
  return (
    <Dialog
      title="Download PFX"
      onClose={onClose}
      onSubmit={made ? download : () => make.mutate()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {made ? (
            <Button type="submit" look="primary" icon="download" disabled={!saved || !made.content_base64}>
              Download
            </Button>
          ) : (
            <Button type="submit" look="primary" busy={make.isPending} data-autofocus>
              Make the file
            </Button>
          )}
        </>
      }
    >
      <ProblemNotice error={make.error} />
      {!made && (
        <>
          <p>
            The certificate of <strong>{certificate.common_name}</strong>, its chain and its private key in one file
            (PKCS #12), under a random password.
          </p>
          <CheckField
            label="For old Windows or Java"
            hint="3DES and SHA-1 instead of AES-256 and SHA-256. Only where the file is refused otherwise."
            checked={legacy}
            onChange={(event) => setLegacy(event.target.checked)}
          />
        </>
      )}
      {made?.password && (
        <>
          <div className="field">
            <span className="field-label">Password of {made.file_name}</span>
            <CopyBlock text={made.password} label="password" wrap />
          </div>
          <Notice tone="warn" title="This password is shown once.">
            It is stored nowhere and cannot be shown again. Save it before you download the file.
          </Notice>
          <CheckField label="I have saved it" checked={saved} onChange={(event) => setSaved(event.target.checked)} />
        </>
      )}
      {made && !made.password && (
        <Notice tone="warn" title="The password was shown already.">
          Close this and make the file again: it gets another password.
        </Notice>
      )}
    </Dialog>
  );
}
