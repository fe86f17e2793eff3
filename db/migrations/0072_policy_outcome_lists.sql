-- PolicyDecisionRepository::list, by an outcome alone and by a rule alone
CREATE INDEX policy_outcomes_by_outcome ON policy_outcomes (outcome, decided_at, decision_id);
CREATE INDEX policy_outcomes_of_rule ON policy_outcomes (rule, decided_at, decision_id);
