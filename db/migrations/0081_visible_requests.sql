-- Whose orders are, and what names they have, for callers who see a part of all requests (db/repositories/visible_requests.hpp).
-- `reversed_name` is the common name as certificate_names has names; `belongs_to_…` whom the certificate belongs to that
-- somebody else, or the server itself, renews by the order.
ALTER TABLE orders ADD COLUMN reversed_name TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN belongs_to_type TEXT;
ALTER TABLE orders ADD COLUMN belongs_to_id TEXT;

UPDATE orders SET belongs_to_type = c.requester_type, belongs_to_id = c.requester_id
  FROM certificates c
 WHERE c.id = orders.renews_certificate AND orders.kind = 'renewal'
   AND (c.requester_id <> orders.requester_id OR c.requester_type <> orders.requester_type);

-- OrderRepository::list by common name, and by domain; it takes the place of the index by the name as it is written
DROP INDEX orders_by_common_name;
CREATE INDEX orders_by_reversed_name ON orders (reversed_name, submitted_at, id);
-- list, of one who did not submit them
CREATE INDEX orders_by_whom_they_belong_to ON orders (belongs_to_id, submitted_at, id) WHERE belongs_to_id IS NOT NULL;
-- PolicyDecisionRepository::list, of orders with a name under a domain; order ids ascend, so that it grows at its end
CREATE INDEX policy_decisions_by_order ON policy_decisions (order_id);
-- PolicyReplayRepository::list, of one person
CREATE INDEX policy_replays_by_requester ON policy_replays (requester_id, created_at, id);
