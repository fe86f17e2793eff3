-- How an ACME server has names proven, and whether it obeys CAA records. Servers that work by bindings serve private
-- names, of which no DNS that others see knows anything.
ALTER TABLE acme_servers ADD COLUMN check_caa SMALLINT NOT NULL DEFAULT 1 CHECK (check_caa IN (0, 1));
ALTER TABLE acme_servers ADD COLUMN challenge_types TEXT NOT NULL DEFAULT '["http-01","dns-01","tls-alpn-01"]';
UPDATE acme_servers SET check_caa = 0 WHERE authorization_mode = 'bindings';

-- Keys that an account had before a key change: records that prove control for long name them (dns-persist-01).
CREATE TABLE acme_account_keys (
    account_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    thumbprint TEXT NOT NULL,
    PRIMARY KEY (account_id, revision)
);
