-- The texts that a search of the inventory looks in: names, serial number, tags, and the owner where it is a group. Kept by
-- triggers, so that whoever writes a certificate need not know of them.

CREATE TABLE certificate_texts (
    certificate_id TEXT COLLATE "C" PRIMARY KEY,
    text TEXT COLLATE "C" NOT NULL
);

-- The common name is nearly always among the names; what kind a name is of is not looked for.
CREATE FUNCTION certificate_text(certificates) RETURNS TEXT LANGUAGE sql STABLE AS $$
    SELECT lower((CASE WHEN position($1.common_name IN $1.names) > 0 THEN '' ELSE $1.common_name || chr(10) END
           || replace(replace(replace(replace($1.names, '"dns:', '"'), '"ip:', '"'), '"email:', '"'), '"uri:', '"')
           || chr(10) || $1.serial_number || chr(10) || $1.tags
           || CASE $1.owner_type WHEN 'group' THEN chr(10) || $1.owner ELSE '' END) COLLATE "C")
$$;

CREATE FUNCTION add_certificate_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO certificate_texts (certificate_id, text) VALUES (new.id, certificate_text(new));
    RETURN NULL;
END
$$;
CREATE FUNCTION change_certificate_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE certificate_texts SET text = certificate_text(new) WHERE certificate_id = new.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER certificates_text_added AFTER INSERT ON certificates
    FOR EACH ROW EXECUTE FUNCTION add_certificate_text();
CREATE TRIGGER certificates_text_changed AFTER UPDATE OF tags, owner_type, owner ON certificates
    FOR EACH ROW
    WHEN (old.tags <> new.tags OR old.owner_type <> new.owner_type OR old.owner <> new.owner)
    EXECUTE FUNCTION change_certificate_text();

INSERT INTO certificate_texts (certificate_id, text) SELECT c.id, certificate_text(c) FROM certificates c;

-- pg_trgm comes with PostgreSQL and is trusted, but the role needs CREATE on the database. Without it a search reads all
-- texts; docs/inventory.md says how an administrator adds both later.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX certificate_texts_trigrams ON certificate_texts USING gin (text gin_trgm_ops);
EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
        RAISE WARNING 'pg_trgm is not available: searching the inventory for a text reads all of it';
END
$$;
