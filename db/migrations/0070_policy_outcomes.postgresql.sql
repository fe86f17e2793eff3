-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE policy_outcomes
    ALTER COLUMN decision_id TYPE TEXT COLLATE "C", ALTER COLUMN rule TYPE TEXT COLLATE "C",
    ALTER COLUMN outcome TYPE TEXT COLLATE "C", ALTER COLUMN requester_type TYPE TEXT COLLATE "C",
    ALTER COLUMN requester_id TYPE TEXT COLLATE "C";

INSERT INTO policy_outcomes (decision_id, rule, outcome, decided_at, requester_type, requester_id)
SELECT DISTINCT d.id, f.finding ->> 'rule',
       CASE f.finding ->> 'outcome' WHEN 'fail' THEN 'refused' WHEN 'warn' THEN 'warned' ELSE 'waived' END,
       d.decided_at, d.requester_type, d.requester_id
  FROM policy_decisions d CROSS JOIN LATERAL json_array_elements(CAST(d.document AS json) -> 'findings') AS f (finding)
 WHERE f.finding ->> 'outcome' IN ('fail', 'warn', 'waived');
