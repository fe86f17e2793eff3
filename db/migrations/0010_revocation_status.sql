-- Per CA: among how many CRLs its leaves are divided, and where they are told to ask by OCSP.
ALTER TABLE authorities ADD COLUMN crl_shards BIGINT NOT NULL DEFAULT 1;
ALTER TABLE authorities ADD COLUMN ocsp SMALLINT NOT NULL DEFAULT 1 CHECK (ocsp IN (0, 1));
ALTER TABLE authorities ADD COLUMN ocsp_urls TEXT NOT NULL DEFAULT '[]';

-- '' is the full CRL, '8-3' the fourth of eight shards. All CRLs of a CA share one sequence of numbers.
ALTER TABLE crls ADD COLUMN shard TEXT NOT NULL DEFAULT '';
CREATE INDEX crls_by_shard ON crls (authority_id, shard, number);

-- What the schedule asks once a minute: what was revoked since the CRLs were made.
CREATE INDEX certificates_revoked_at ON certificates (authority_id, revoked_at) WHERE revoked_at IS NOT NULL;
