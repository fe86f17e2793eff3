-- Any name of a certificate, lower case and written backwards: an exact name is one key, a domain and all below it is one
-- key and one range.
CREATE TABLE certificate_names (
    reversed_name TEXT NOT NULL,
    certificate_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (reversed_name, certificate_id)
);

CREATE TABLE certificate_tags (
    tag TEXT NOT NULL,
    certificate_id TEXT NOT NULL,
    PRIMARY KEY (tag, certificate_id)
);

CREATE TABLE acme_order_authorizations (
    authorization_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (authorization_id, order_id)
);

CREATE TABLE audit_events (
    sequence BIGINT PRIMARY KEY,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_type TEXT NOT NULL CHECK (actor_type IN ('user', 'courier', 'service_account', 'acme_client', 'system')),
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    source_address TEXT NOT NULL,
    action TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    request_id TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_events is append-only';
END
$$;

CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

-- Texts sort by their bytes, as they do on SQLite, whatever the locale of the database: pages go on where they stopped,
-- and an index answers a prefix.
DO $$
DECLARE
    change text;
BEGIN
    FOR change IN
        SELECT format('ALTER TABLE %I %s', c.table_name,
                      string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', c.column_name), ', '))
          FROM information_schema.columns c
          JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = current_schema() AND c.data_type = 'text' AND t.table_type = 'BASE TABLE'
           AND c.table_name <> 'schema_migrations'
           AND NOT EXISTS (SELECT 1 FROM information_schema.table_constraints f
                            WHERE f.table_schema = c.table_schema AND f.table_name = c.table_name
                              AND f.constraint_type = 'FOREIGN KEY')
         GROUP BY c.table_name
    LOOP
        EXECUTE change;
    END LOOP;
END
$$;
