-- What the policies decided, of each request that the gate let through or refused: written once, never changed.
-- `order_id` is the order that was made or was to be made of the request; of a refused one no order may exist.
CREATE TABLE policy_decisions (
    id TEXT PRIMARY KEY,
    decided_at BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('certificate.generate', 'certificate.renew')),
    pathway TEXT NOT NULL CHECK (pathway IN ('automated', 'csr', 'acme')),
    requester_type TEXT NOT NULL,
    requester_id TEXT NOT NULL,
    requester_name TEXT NOT NULL,
    common_name TEXT NOT NULL,
    names TEXT NOT NULL,
    name_count BIGINT NOT NULL,
    document TEXT NOT NULL
);
INSERT INTO policy_decisions (id, decided_at, order_id, action, pathway, requester_type, requester_id, requester_name,
                              common_name, names, name_count, document)
SELECT decision_id, submitted_at, id, CASE kind WHEN 'renewal' THEN 'certificate.renew' ELSE 'certificate.generate' END,
       pathway, requester_type, requester_id, requester_name, common_name, '[]', 0, decision
  FROM orders WHERE decision_id IS NOT NULL AND decision <> '';
