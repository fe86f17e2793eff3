-- The names of an order but for its common name, and all names of a refused request that has a decision and is kept as no
-- order; written backwards as in certificate_names.
CREATE TABLE order_names (
    reversed_name TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (reversed_name, order_id)
) WITHOUT ROWID;
-- whether the order at hand has such a name
CREATE INDEX order_names_by_order ON order_names (order_id, reversed_name);

UPDATE orders
   SET reversed_name = (WITH RECURSIVE letters (rest, backwards) AS (
                            SELECT lower(orders.common_name), ''
                            UNION ALL
                            SELECT substr(rest, 2), substr(rest, 1, 1) || backwards FROM letters WHERE rest <> '')
                        SELECT substr(backwards, 1, 1000) FROM letters WHERE rest = '');

INSERT OR IGNORE INTO order_names (reversed_name, order_id)
SELECT n.reversed_name, o.id
  FROM orders o JOIN certificate_names n ON n.certificate_id = o.certificate_id
 WHERE n.reversed_name <> o.reversed_name;

-- What did not become a certificate: the names that its decision kept, which are the first ones.
INSERT OR IGNORE INTO order_names (reversed_name, order_id)
SELECT (WITH RECURSIVE letters (rest, backwards) AS (
            SELECT lower(substr(n.value, instr(n.value, ':') + 1)), ''
            UNION ALL
            SELECT substr(rest, 2), substr(rest, 1, 1) || backwards FROM letters WHERE rest <> '')
        SELECT substr(backwards, 1, 1000) FROM letters WHERE rest = ''),
       d.order_id
  FROM policy_decisions d, json_each(d.names) n
 WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = d.order_id AND o.certificate_id IS NOT NULL);
