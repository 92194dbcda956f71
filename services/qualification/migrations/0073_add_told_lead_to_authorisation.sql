-- The lead of which was told last, so that leads that a new policy brings, and that are reached already, are told: 0 for none. Of authorisations that are
-- verified already, every lead of as many days as are left now, or more, counts as told.
ALTER TABLE qualification.authorisation ADD COLUMN told_lead_days integer NOT NULL DEFAULT 0;
UPDATE qualification.authorisation SET told_lead_days = ceil(extract(epoch FROM expire_time - now()) / 86400)
WHERE state = 2 AND expire_time > now();
