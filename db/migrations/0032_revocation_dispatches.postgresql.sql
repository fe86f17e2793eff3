-- Revocations that a certificate authority outside has to carry out, and whether it has.
CREATE TABLE revocation_dispatches (
    certificate_id TEXT COLLATE "C" PRIMARY KEY,
    provider_id TEXT COLLATE "C" NOT NULL,
    job_id TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL CHECK (reason IN ('unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged',
                                           'superseded', 'cessationOfOperation')),
    recorded_at BIGINT NOT NULL,
    published_at BIGINT,
    failed_at BIGINT,
    tries BIGINT NOT NULL,
    last_words TEXT COLLATE "C" NOT NULL
);
