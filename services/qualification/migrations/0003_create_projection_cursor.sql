-- How far the feeds of other services are applied here.
CREATE TABLE qualification.projection_cursor (
    source text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL
);
INSERT INTO qualification.projection_cursor (source, position) VALUES ('customers', 0);
