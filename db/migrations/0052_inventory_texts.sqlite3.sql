-- The texts that a search of the inventory looks in: names, serial number, tags, and the owner where it is a group. Kept by
-- triggers, so that whoever writes a certificate need not know of them. FTS5 indexes every three characters in a row.

CREATE TABLE certificate_texts (
    number INTEGER PRIMARY KEY,
    certificate_id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
);
CREATE VIRTUAL TABLE certificate_search USING fts5(text, content='certificate_texts', content_rowid='number', tokenize='trigram');

CREATE TRIGGER certificate_texts_added AFTER INSERT ON certificate_texts
BEGIN
    INSERT INTO certificate_search (rowid, text) VALUES (new.number, new.text);
END;
CREATE TRIGGER certificate_texts_changed AFTER UPDATE ON certificate_texts
BEGIN
    INSERT INTO certificate_search (certificate_search, rowid, text) VALUES ('delete', old.number, old.text);
    INSERT INTO certificate_search (rowid, text) VALUES (new.number, new.text);
END;

-- The common name is nearly always among the names; what kind a name is of is not looked for.
CREATE VIEW certificate_text_lines AS
SELECT id AS certificate_id,
       lower(CASE WHEN instr(names, common_name) > 0 THEN '' ELSE common_name || char(10) END
             || replace(replace(replace(replace(names, '"dns:', '"'), '"ip:', '"'), '"email:', '"'), '"uri:', '"')
             || char(10) || serial_number || char(10) || tags
             || CASE owner_type WHEN 'group' THEN char(10) || owner ELSE '' END) AS text
  FROM certificates;

CREATE TRIGGER certificates_text_added AFTER INSERT ON certificates
BEGIN
    INSERT INTO certificate_texts (certificate_id, text)
    SELECT certificate_id, text FROM certificate_text_lines WHERE certificate_id = new.id;
END;
CREATE TRIGGER certificates_text_changed AFTER UPDATE OF tags, owner_type, owner ON certificates
WHEN old.tags <> new.tags OR old.owner_type <> new.owner_type OR old.owner <> new.owner
BEGIN
    UPDATE certificate_texts
       SET text = (SELECT text FROM certificate_text_lines WHERE certificate_id = new.id)
     WHERE certificate_id = new.id;
END;

INSERT INTO certificate_texts (certificate_id, text) SELECT certificate_id, text FROM certificate_text_lines;
