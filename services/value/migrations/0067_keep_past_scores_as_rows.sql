-- What a score was is kept as the row it was: Postgres copies a row several times as fast as it writes it down as JSON, into a third of the room.
-- Rows of before have the image in `score`.
ALTER TABLE value.score_revision ADD COLUMN score_row value.score;
