-- Service accounts and couriers, their secrets, and the tokens that those were exchanged for. A NULL list of networks
-- restricts nothing.
CREATE TABLE machine_accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('service_account', 'courier')),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES users (id),
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    domain_ids TEXT NOT NULL,
    source_cidrs TEXT,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    expires_at BIGINT,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX machine_accounts_by_name ON machine_accounts (name, id);

CREATE TABLE machine_secrets (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES machine_accounts (id),
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX machine_secrets_by_account ON machine_secrets (account_id, id);

CREATE TABLE machine_tokens (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES machine_accounts (id),
    secret_id TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    token_hash TEXT NOT NULL UNIQUE,
    source_address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX machine_tokens_by_account ON machine_tokens (account_id, secret_id);
CREATE INDEX machine_tokens_by_expiry ON machine_tokens (expires_at);

ALTER TABLE api_tokens ADD COLUMN source_cidrs TEXT;
