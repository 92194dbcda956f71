-- The parts of a content in the object store, of documents and of uploads: object `<document_id>/<segment_number>-<attempt>`.
CREATE TABLE qualification.document_segment (
    tenant_id text COLLATE "C" NOT NULL,
    document_id uuid NOT NULL,
    segment_number integer NOT NULL,
    attempt integer NOT NULL,
    PRIMARY KEY (tenant_id, document_id, segment_number)
);
ALTER TABLE qualification.document_segment ALTER COLUMN tenant_id SET (n_distinct = 100);
-- The sweep asks by the id that stands in an object's name.
CREATE INDEX document_segment_document ON qualification.document_segment (document_id);
