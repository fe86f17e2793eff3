-- The servers that share this database: where each can be reached by the others, which ask it about its nonces.
CREATE TABLE acme_nodes (
    url TEXT PRIMARY KEY,
    node TEXT NOT NULL UNIQUE,
    seen_at BIGINT NOT NULL
) WITHOUT ROWID;
