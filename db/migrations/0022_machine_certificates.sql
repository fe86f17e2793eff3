-- Certificates of ours by which a machine account is known over TLS; each stands for one account.
ALTER TABLE machine_accounts ADD COLUMN certificate_ids TEXT NOT NULL DEFAULT '[]';

CREATE TABLE machine_certificates (
    certificate_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES machine_accounts (id)
);
CREATE INDEX machine_certificates_by_account ON machine_certificates (account_id);
