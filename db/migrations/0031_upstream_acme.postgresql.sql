-- What an upstream ACME CA knows of us, and what it may come to look at.
CREATE TABLE upstream_accounts (
    provider_id TEXT COLLATE "C" NOT NULL,
    directory_url TEXT COLLATE "C" NOT NULL,
    account_url TEXT COLLATE "C" NOT NULL,
    sealed_key TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider_id, directory_url)
);

CREATE TABLE upstream_challenges (
    order_id TEXT COLLATE "C" NOT NULL,
    authorization_url TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    prepared_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, authorization_url)
);
CREATE INDEX upstream_challenges_by_token ON upstream_challenges (token);
