CREATE TRIGGER policy_decisions_no_update BEFORE UPDATE ON policy_decisions
BEGIN
    SELECT RAISE(ABORT, 'policy_decisions is append-only');
END;

CREATE TRIGGER policy_decisions_no_delete BEFORE DELETE ON policy_decisions
BEGIN
    SELECT RAISE(ABORT, 'policy_decisions is append-only');
END;
