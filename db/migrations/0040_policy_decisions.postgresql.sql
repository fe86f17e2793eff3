CREATE FUNCTION policy_decisions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'policy_decisions is append-only';
END
$$;

-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE policy_decisions
    ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN order_id TYPE TEXT COLLATE "C",
    ALTER COLUMN action TYPE TEXT COLLATE "C", ALTER COLUMN pathway TYPE TEXT COLLATE "C",
    ALTER COLUMN requester_type TYPE TEXT COLLATE "C", ALTER COLUMN requester_id TYPE TEXT COLLATE "C",
    ALTER COLUMN requester_name TYPE TEXT COLLATE "C", ALTER COLUMN common_name TYPE TEXT COLLATE "C",
    ALTER COLUMN names TYPE TEXT COLLATE "C", ALTER COLUMN document TYPE TEXT COLLATE "C";

CREATE TRIGGER policy_decisions_no_change BEFORE UPDATE OR DELETE ON policy_decisions
    FOR EACH ROW EXECUTE FUNCTION policy_decisions_refuse();
CREATE TRIGGER policy_decisions_no_truncate BEFORE TRUNCATE ON policy_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION policy_decisions_refuse();
