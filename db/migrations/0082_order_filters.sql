-- What orders are narrowed by and few of them have (OrderRepository::list: order_type, kind, pathway, requester_type,
-- resubmission_of, has_policy_warnings). An order of an ACME client at the local PKI, of which there are most, has the values
-- that these leave out, and pays for none.
CREATE INDEX orders_by_rare_type ON orders (type, submitted_at, id) WHERE type <> 'local_pki';
CREATE INDEX orders_of_renewals ON orders (submitted_at, id) WHERE kind = 'renewal';
CREATE INDEX orders_by_rare_pathway ON orders (pathway, submitted_at, id) WHERE pathway <> 'acme';
CREATE INDEX orders_by_rare_requester_type ON orders (requester_type, submitted_at, id)
    WHERE requester_type <> 'acme_client';
CREATE INDEX orders_by_resubmission ON orders (resubmission_of, submitted_at, id) WHERE resubmission_of IS NOT NULL;
CREATE INDEX orders_with_warnings ON orders (submitted_at, id) WHERE policy_warnings <> '[]';
