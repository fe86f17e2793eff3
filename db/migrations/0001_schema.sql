-- The schema. Times are milliseconds since 1970 UTC; enumerations are their names; lists are JSON arrays of texts; DER and
-- wrapped keys are base64. Rows that are written hundreds of times a second carry no foreign keys: their children are
-- written by the same repository function as they are.

CREATE TABLE configuration_version (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    version TEXT NOT NULL
);
INSERT INTO configuration_version (id, version) VALUES (1, 'initial');

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'deployment_administrator', 'policy_administrator', 'pki_administrator',
                                       'report_operator', 'super_administrator')),
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    password_hash TEXT NOT NULL,
    domain_ids TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    token_hash TEXT NOT NULL UNIQUE,
    csrf_token TEXT NOT NULL,
    source_address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE domains (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('dns', 'ip_range', 'mail')),
    name TEXT NOT NULL,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (name, kind)
);

CREATE TABLE providers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN ('local_pki', 'acme', 'external_ca')),
    active SMALLINT NOT NULL CHECK (active IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE policies (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    patterns TEXT NOT NULL,
    actions TEXT NOT NULL,
    rules TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE policy_versions (
    policy_id TEXT NOT NULL REFERENCES policies (id),
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    patterns TEXT NOT NULL,
    actions TEXT NOT NULL,
    rules TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (policy_id, version)
);

CREATE TABLE stored_keys (
    id TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    purpose TEXT NOT NULL,
    spki_sha256 TEXT NOT NULL,
    wrapped TEXT NOT NULL,
    kek_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE blocked_keys (
    spki_sha256 TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE authorities (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('root', 'intermediate')),
    parent_id TEXT REFERENCES authorities (id),
    status TEXT NOT NULL CHECK (status IN ('active', 'revoked', 'invalid', 'unusable')),
    subject TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (digest IN ('sha256', 'sha384', 'sha512', 'none')),
    serial_number TEXT NOT NULL,
    fingerprint_sha256 TEXT NOT NULL UNIQUE,
    subject_key_id TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    key_id TEXT,
    path_length BIGINT,
    crl_number BIGINT NOT NULL,
    crl_urls TEXT NOT NULL,
    aia_urls TEXT NOT NULL,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    der TEXT NOT NULL
);

CREATE TABLE crls (
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    number BIGINT NOT NULL,
    this_update BIGINT NOT NULL,
    next_update BIGINT NOT NULL,
    der TEXT NOT NULL,
    PRIMARY KEY (authority_id, number)
);

-- `names` and `tags` are here as well as in the tables that are searched, so that one row is a whole certificate.
-- `name_set` is a 64-bit hash of the sorted names.
CREATE TABLE certificates (
    id TEXT PRIMARY KEY,
    common_name TEXT NOT NULL,
    names TEXT NOT NULL,
    name_set BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    authority_id TEXT,
    provider_id TEXT,
    algorithm TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (digest IN ('sha256', 'sha384', 'sha512', 'none')),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('managed', 'discovered')),
    fingerprint_sha256 TEXT NOT NULL,
    serial_number TEXT NOT NULL,
    spki_sha256 TEXT NOT NULL,
    key_id TEXT,
    order_id TEXT,
    renewed_from TEXT,
    renewed_to TEXT,
    revoked_at BIGINT,
    revocation_reason TEXT CHECK (revocation_reason IN ('unspecified', 'keyCompromise', 'cACompromise',
                                  'affiliationChanged', 'superseded', 'cessationOfOperation')),
    requester_type TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    policy_warnings TEXT NOT NULL,
    tags TEXT NOT NULL,
    acme_account_id TEXT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    der TEXT NOT NULL
);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    common_name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('local_pki', 'acme', 'external_ca')),
    kind TEXT NOT NULL CHECK (kind IN ('issue', 'renewal')),
    pathway TEXT NOT NULL CHECK (pathway IN ('automated', 'csr', 'acme')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'issued', 'deploying', 'complete', 'failed')),
    requester_type TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    requester_name TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    authority_id TEXT,
    request TEXT NOT NULL,
    certificate_id TEXT,
    error TEXT,
    decision TEXT NOT NULL,
    decision_id TEXT,
    policy_warnings TEXT NOT NULL,
    resubmission_of TEXT,
    renews_certificate TEXT,
    acme_account_id TEXT,
    key_id TEXT,
    submitted_at BIGINT NOT NULL,
    completed_at BIGINT,
    revision BIGINT NOT NULL
);

CREATE TABLE issuance_intents (
    order_id TEXT PRIMARY KEY,
    authority_id TEXT NOT NULL,
    serial_number TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (digest IN ('sha256', 'sha384', 'sha512', 'none')),
    created_at BIGINT NOT NULL,
    tbs TEXT NOT NULL
);

CREATE TABLE acme_servers (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    active SMALLINT NOT NULL CHECK (active IN (0, 1)),
    authority_id TEXT NOT NULL,
    default_validity_days BIGINT NOT NULL,
    max_validity_days BIGINT NOT NULL,
    key_algorithms TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (digest IN ('sha256', 'sha384', 'sha512', 'none')),
    require_eab SMALLINT NOT NULL CHECK (require_eab IN (0, 1)),
    authorization_mode TEXT NOT NULL CHECK (authorization_mode IN ('challenges', 'bindings')),
    terms_of_service TEXT NOT NULL,
    website TEXT NOT NULL,
    caa_identities TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE acme_accounts (
    id TEXT PRIMARY KEY,
    server_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('valid', 'deactivated', 'revoked')),
    jwk TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    spki_sha256 TEXT NOT NULL,
    contacts TEXT NOT NULL,
    terms_agreed_at BIGINT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (thumbprint, server_id)
);

CREATE TABLE acme_orders (
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
    created_at BIGINT NOT NULL
);

CREATE TABLE acme_authorizations (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    identifier_type TEXT NOT NULL CHECK (identifier_type IN ('dns', 'ip', 'email', 'uri')),
    identifier TEXT NOT NULL,
    wildcard SMALLINT NOT NULL CHECK (wildcard IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked')),
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE acme_challenges (
    id TEXT PRIMARY KEY,
    authorization_id TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'processing', 'valid', 'invalid')),
    token TEXT NOT NULL,
    key_authorization TEXT NOT NULL,
    validated_at BIGINT,
    error TEXT
);

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL UNIQUE,
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    title TEXT NOT NULL,
    detail TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    occurrences BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE jobs (
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
);

CREATE TABLE idempotency_keys (
    caller_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (caller_id, idempotency_key)
);

CREATE TABLE revocation_challenges (
    id TEXT PRIMARY KEY,
    certificate_id TEXT NOT NULL,
    caller_id TEXT NOT NULL,
    code_mac TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    UNIQUE (certificate_id, caller_id)
);

CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, sequence, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
