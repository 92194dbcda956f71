-- Standings that ran out, by when that was written down: the case keeper takes the cases along.
CREATE INDEX standing_expired ON qualification.standing (update_time) WHERE state = 7;
