-- Texts sort by their bytes, as they do on SQLite.
ALTER TABLE orders
    ALTER COLUMN reversed_name TYPE TEXT COLLATE "C", ALTER COLUMN belongs_to_type TYPE TEXT COLLATE "C",
    ALTER COLUMN belongs_to_id TYPE TEXT COLLATE "C";

-- The names of an order but for its common name, and all names of a refused request that has a decision and is kept as no
-- order; written backwards as in certificate_names.
CREATE TABLE order_names (
    reversed_name TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (reversed_name, order_id)
);
-- whether the order at hand has such a name
CREATE INDEX order_names_by_order ON order_names (order_id, reversed_name);

UPDATE orders SET reversed_name = left(reverse(lower(common_name)), 1000);

INSERT INTO order_names (reversed_name, order_id)
SELECT n.reversed_name, o.id
  FROM orders o JOIN certificate_names n ON n.certificate_id = o.certificate_id
 WHERE n.reversed_name <> o.reversed_name
    ON CONFLICT DO NOTHING;

-- What did not become a certificate: the names that its decision kept, which are the first ones.
INSERT INTO order_names (reversed_name, order_id)
SELECT left(reverse(lower(substr(n.value, strpos(n.value, ':') + 1))), 1000), d.order_id
  FROM policy_decisions d CROSS JOIN LATERAL json_array_elements_text(CAST(d.names AS json)) AS n (value)
 WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = d.order_id AND o.certificate_id IS NOT NULL)
    ON CONFLICT DO NOTHING;
