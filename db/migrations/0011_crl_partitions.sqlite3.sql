-- Divisions of a CA's leaves among several CRLs that a certificate has named: they are published for as long as such a
-- certificate may be valid, whatever the CA's setting is by then.
CREATE TABLE crl_partitions (
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    shards BIGINT NOT NULL,
    urls TEXT NOT NULL,
    used_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (authority_id, shards)
) WITHOUT ROWID;
