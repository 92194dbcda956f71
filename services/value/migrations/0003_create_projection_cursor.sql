-- How far the feeds of other services are applied here.
CREATE TABLE value.projection_cursor (
    source text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL
);
INSERT INTO value.projection_cursor (source, position) VALUES ('customers', 0);
