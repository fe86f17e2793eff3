-- What an upstream ACME CA knows of us, and what it may come to look at.
CREATE TABLE upstream_accounts (
    provider_id TEXT NOT NULL,
    directory_url TEXT NOT NULL,
    account_url TEXT NOT NULL,
    sealed_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider_id, directory_url)
);

CREATE TABLE upstream_challenges (
    order_id TEXT NOT NULL,
    authorization_url TEXT NOT NULL,
    type TEXT NOT NULL,
    identifier TEXT NOT NULL,
    token TEXT NOT NULL,
    content TEXT NOT NULL,
    prepared_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, authorization_url)
);
CREATE INDEX upstream_challenges_by_token ON upstream_challenges (token);
