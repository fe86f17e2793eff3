INSERT INTO policy_outcomes (decision_id, rule, outcome, decided_at, requester_type, requester_id)
SELECT DISTINCT d.id, json_extract(f.value, '$.rule'),
       CASE json_extract(f.value, '$.outcome') WHEN 'fail' THEN 'refused' WHEN 'warn' THEN 'warned' ELSE 'waived' END,
       d.decided_at, d.requester_type, d.requester_id
  FROM policy_decisions d, json_each(d.document, '$.findings') f
 WHERE json_extract(f.value, '$.outcome') IN ('fail', 'warn', 'waived');
