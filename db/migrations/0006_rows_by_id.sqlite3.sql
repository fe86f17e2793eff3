-- Small rows that are found, changed and removed by their id: kept in the order of it, without a row number beside it, each
-- is one page to write instead of two.

CREATE TABLE acme_orders_by_id (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'ready', 'processing', 'valid', 'invalid')),
    identifiers TEXT NOT NULL,
    authorization_ids TEXT NOT NULL,
    not_before BIGINT,
    not_after BIGINT,
    expires_at BIGINT NOT NULL,
    error TEXT,
    order_id TEXT,
    certificate_id TEXT,
    created_at BIGINT NOT NULL,
    profile TEXT NOT NULL DEFAULT '',
    replaces TEXT
) WITHOUT ROWID;
INSERT INTO acme_orders_by_id SELECT * FROM acme_orders;
DROP TABLE acme_orders;
ALTER TABLE acme_orders_by_id RENAME TO acme_orders;
CREATE INDEX acme_orders_by_account ON acme_orders (account_id, id);
CREATE INDEX acme_orders_by_server ON acme_orders (server_id);
CREATE INDEX acme_orders_certified ON acme_orders (server_id) WHERE certificate_id IS NOT NULL;
CREATE INDEX acme_orders_by_order ON acme_orders (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX acme_orders_expiring ON acme_orders (expires_at) WHERE status IN ('pending', 'ready', 'invalid');
CREATE INDEX acme_orders_replacing ON acme_orders (replaces) WHERE replaces IS NOT NULL;

CREATE TABLE acme_authorizations_by_id (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    identifier_type TEXT NOT NULL CHECK (identifier_type IN ('dns', 'ip', 'email', 'uri')),
    identifier TEXT NOT NULL,
    wildcard SMALLINT NOT NULL CHECK (wildcard IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked')),
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    binding_id TEXT
) WITHOUT ROWID;
INSERT INTO acme_authorizations_by_id SELECT * FROM acme_authorizations;
DROP TABLE acme_authorizations;
ALTER TABLE acme_authorizations_by_id RENAME TO acme_authorizations;
CREATE INDEX acme_authorizations_valid ON acme_authorizations (account_id, identifier) WHERE status = 'valid';

CREATE TABLE acme_challenges_by_id (
    id TEXT PRIMARY KEY,
    authorization_id TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'valid', 'invalid')),
    token TEXT NOT NULL,
    key_authorization TEXT NOT NULL,
    validated_at BIGINT,
    error TEXT
) WITHOUT ROWID;
INSERT INTO acme_challenges_by_id SELECT * FROM acme_challenges;
DROP TABLE acme_challenges;
ALTER TABLE acme_challenges_by_id RENAME TO acme_challenges;
CREATE INDEX acme_challenges_by_authorization ON acme_challenges (authorization_id);

CREATE TABLE jobs_by_id (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO jobs_by_id SELECT * FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_by_id RENAME TO jobs;
CREATE INDEX jobs_free ON jobs (run_at) WHERE lease_owner = '';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE lease_owner <> '';
