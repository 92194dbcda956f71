-- What documents say of their holders (an encoded Document that has only facts), and who changed more than that since they were uploaded.
ALTER TABLE qualification.document
    ADD COLUMN facts bytea NOT NULL DEFAULT '',
    ADD COLUMN editors text[] COLLATE "C" NOT NULL DEFAULT '{}';
