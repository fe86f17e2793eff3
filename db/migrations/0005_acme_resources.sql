-- What ACME has beyond the first schema: accounts that administrators make in advance and what is bound to them,
-- authorizations before any order, profiles, replacements, limits and pauses.

ALTER TABLE acme_servers ADD COLUMN profiles TEXT NOT NULL DEFAULT '[]';
ALTER TABLE acme_servers ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE acme_servers ADD COLUMN explanation_url TEXT NOT NULL DEFAULT '';

-- The terms that the account agreed to, and the external account binding that it registered with (a JWS without secrets).
ALTER TABLE acme_accounts ADD COLUMN agreed_terms TEXT NOT NULL DEFAULT '';
ALTER TABLE acme_accounts ADD COLUMN external_account_binding TEXT;
UPDATE acme_accounts
   SET agreed_terms = COALESCE((SELECT s.terms_of_service FROM acme_servers s WHERE s.id = acme_accounts.server_id), '')
 WHERE terms_agreed_at IS NOT NULL;

ALTER TABLE acme_orders ADD COLUMN profile TEXT NOT NULL DEFAULT '';
ALTER TABLE acme_orders ADD COLUMN replaces TEXT;
ALTER TABLE acme_authorizations ADD COLUMN binding_id TEXT;

-- An account made in advance. Its id becomes the ACME account's when a client registers with the credentials.
CREATE TABLE acme_external_accounts (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL,
    name TEXT NOT NULL,
    key_id TEXT NOT NULL UNIQUE,
    sealed_secret TEXT NOT NULL,
    expires_at BIGINT,
    registered_at BIGINT,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE acme_bindings (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    identifier_type TEXT NOT NULL CHECK (identifier_type IN ('dns', 'ip')),
    identifier TEXT NOT NULL,
    allow_subdomains SMALLINT NOT NULL CHECK (allow_subdomains IN (0, 1)),
    allow_wildcard SMALLINT NOT NULL CHECK (allow_wildcard IN (0, 1)),
    created_at BIGINT NOT NULL,
    UNIQUE (account_id, identifier, identifier_type)
);

-- Authorizations made by newAuthz, so that the sweep finds those that no order ever used.
CREATE TABLE acme_preauthorizations (
    authorization_id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- One theoretical arrival time for each thing that is limited.
CREATE TABLE acme_limits (
    limit_key TEXT PRIMARY KEY,
    arrival_at BIGINT NOT NULL
);

-- Names whose validation failed for an account, and until when they are paused.
CREATE TABLE acme_failures (
    account_id TEXT NOT NULL,
    identifier TEXT NOT NULL,
    identifier_type TEXT NOT NULL CHECK (identifier_type IN ('dns', 'ip', 'email', 'uri')),
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    paused_until BIGINT,
    PRIMARY KEY (account_id, identifier, identifier_type)
);

-- list_by_server
CREATE INDEX acme_external_accounts_by_server ON acme_external_accounts (server_id, id);
-- find_replacement
CREATE INDEX acme_orders_replacing ON acme_orders (replaces) WHERE replaces IS NOT NULL;
-- the sweeps
CREATE INDEX acme_preauthorizations_by_expiry ON acme_preauthorizations (expires_at);
CREATE INDEX acme_limits_by_arrival ON acme_limits (arrival_at);
CREATE INDEX acme_failures_by_time ON acme_failures (last_at);
