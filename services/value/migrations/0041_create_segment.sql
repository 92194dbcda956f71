-- Clusters found together; the rows of their segments hold the centres. `clustering` is an encoded `SegmentClustering`.
CREATE TABLE value.segment_clustering (
    tenant_id text COLLATE "C" NOT NULL,
    segment_clustering_id uuid NOT NULL,
    currency_code text COLLATE "C" NOT NULL,
    clustering bytea NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, segment_clustering_id)
);
ALTER TABLE value.segment_clustering ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Segments. Kinds: 1 rule (an AIP-160 filter), 2 list, 3 cluster (the place of its centre in the clustering, from 1).
CREATE TABLE value.segment (
    tenant_id text COLLATE "C" NOT NULL,
    segment_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    description text NOT NULL,
    kind smallint NOT NULL CHECK (kind IN (1, 2, 3)),
    rule text,
    segment_clustering_id uuid,
    cluster smallint,
    currency_code text COLLATE "C" NOT NULL DEFAULT '',
    members bigint NOT NULL DEFAULT 0 CHECK (members >= 0),
    evaluate_time timestamptz,
    score_run_id uuid,
    version bigint NOT NULL DEFAULT 1,
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, segment_id),
    CONSTRAINT segment_name_taken UNIQUE (tenant_id, name),
    CONSTRAINT segment_is_defined CHECK (
        (rule IS NOT NULL) = (kind = 1) AND (segment_clustering_id IS NOT NULL) = (kind = 3) AND (cluster IS NOT NULL) = (kind = 3))
);
ALTER TABLE value.segment ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX segment_of_clustering ON value.segment (tenant_id, segment_clustering_id) WHERE kind = 3;
