-- Contents that nobody needs any more: the sweep deletes the objects of the document, then the row. Written in the transaction that deletes what
-- named them.
CREATE TABLE qualification.document_garbage (
    tenant_id text COLLATE "C" NOT NULL,
    document_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, document_id)
);
