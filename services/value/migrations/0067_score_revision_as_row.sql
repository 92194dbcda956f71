-- What a score was is kept as the row it was: Postgres copies a row several times as fast as it writes it down as JSON.
ALTER TABLE value.score_revision
    ALTER COLUMN score TYPE value.score USING jsonb_populate_record(NULL::value.score, score);
