-- What people note about certificates beside their tags: who answers for one, and fields that administrators add.

ALTER TABLE certificates ADD COLUMN owner_type TEXT NOT NULL DEFAULT '' CHECK (owner_type IN ('', 'user', 'group'));
ALTER TABLE certificates ADD COLUMN owner TEXT NOT NULL DEFAULT '';
-- a JSON object, name to value
ALTER TABLE certificates ADD COLUMN custom_fields TEXT NOT NULL DEFAULT '{}';
CREATE INDEX certificates_by_owner ON certificates (owner, created_at, id) WHERE owner <> '';

CREATE TABLE custom_fields (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('text', 'integer', 'boolean', 'date', 'choice')),
    description TEXT NOT NULL,
    required SMALLINT NOT NULL CHECK (required IN (0, 1)),
    choices TEXT NOT NULL,
    retired_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
-- a retired field keeps its name: its values are still there
CREATE UNIQUE INDEX custom_fields_by_name ON custom_fields (name);

-- The values of custom fields as they are found; `number` of integers and booleans.
CREATE TABLE certificate_custom_values (
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    number BIGINT,
    certificate_id TEXT NOT NULL,
    PRIMARY KEY (certificate_id, field)
);
CREATE INDEX certificate_custom_values_by_text ON certificate_custom_values (field, value, certificate_id);
CREATE INDEX certificate_custom_values_by_number ON certificate_custom_values (field, number, certificate_id)
    WHERE number IS NOT NULL;
