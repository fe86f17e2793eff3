-- Which rules a decision found not to be met, and what followed: what its document says, so that it can be counted and
-- searched. A rule of several policies is one row for each outcome. Written with the decision, never changed.
CREATE TABLE policy_outcomes (
    decision_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('refused', 'warned', 'waived')),
    decided_at BIGINT NOT NULL,
    requester_type TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    PRIMARY KEY (decision_id, rule, outcome)
);
-- PolicyDecisionRepository::list, by rule and outcome
CREATE INDEX policy_outcomes_by_rule ON policy_outcomes (rule, outcome, decided_at, decision_id);
-- PolicyDecisionRepository::count_between
CREATE INDEX policy_outcomes_by_time ON policy_outcomes (decided_at, rule, outcome, requester_id, requester_type);

-- PolicyDecisionRepository::list
CREATE INDEX policy_decisions_by_time ON policy_decisions (decided_at, id);
CREATE INDEX policy_decisions_by_requester ON policy_decisions (requester_id, decided_at, id);
