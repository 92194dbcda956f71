-- How many customers a group has in the market. Groupings by the numbers of the contract's `CustomerGrouping`.
CREATE TABLE value.target_population (
    tenant_id text COLLATE "C" NOT NULL,
    target_population_id uuid NOT NULL,
    grouping_no smallint NOT NULL CHECK (grouping_no BETWEEN 1 AND 4),
    attribute text COLLATE "C" NOT NULL,
    group_name text COLLATE "C" NOT NULL,
    population bigint NOT NULL CHECK (population > 0),
    source text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    actor text NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, target_population_id),
    CONSTRAINT target_population_of_group UNIQUE (tenant_id, grouping_no, attribute, group_name)
);
ALTER TABLE value.target_population ALTER COLUMN tenant_id SET (n_distinct = 100);
