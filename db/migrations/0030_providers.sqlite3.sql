-- Certificate authorities outside: how each is spoken to, and the orders that are under way there.
ALTER TABLE providers ADD COLUMN kind TEXT NOT NULL DEFAULT 'local_pki'
    CHECK (kind IN ('local_pki', 'acme', 'digicert', 'globalsign', 'est', 'manual'));
ALTER TABLE providers ADD COLUMN configuration TEXT NOT NULL DEFAULT '{}';
ALTER TABLE providers ADD COLUMN sealed_secrets TEXT NOT NULL DEFAULT '';

CREATE TABLE external_orders (
    order_id TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL,
    job_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('new', 'submitting', 'pending', 'done')),
    csr TEXT NOT NULL,
    planned_from BIGINT NOT NULL,
    planned_to BIGINT NOT NULL,
    planned_usages TEXT NOT NULL,
    handle TEXT NOT NULL,
    received TEXT NOT NULL,
    tries BIGINT NOT NULL,
    last_words TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    progressed_at BIGINT NOT NULL
);

-- What came with a certificate of a CA outside: the certificates above it, PEM, issuer first.
CREATE TABLE certificate_chains (
    certificate_id TEXT PRIMARY KEY,
    chain TEXT NOT NULL
);
