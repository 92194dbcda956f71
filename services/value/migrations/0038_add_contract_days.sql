-- The days of terms for statements that choose contracts or sum them up; the rules in `domain/contract` say the same. Months are added to the
-- first day, and end on the last day of a month that is too short.
CREATE FUNCTION value.contract_term_start(start_date date, term_months integer, terms integer) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (start_date + make_interval(months => term_months * terms))::date;

-- How many terms of a contract that goes on for ever have begun on a day.
CREATE FUNCTION value.contract_terms_begun(start_date date, term_months integer, on_date date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN on_date < start_date THEN 0
        ELSE (
            (extract(year FROM on_date)::integer - extract(year FROM start_date)::integer) * 12
            + extract(month FROM on_date)::integer - extract(month FROM start_date)::integer
            - CASE
                WHEN extract(day FROM on_date) < extract(day FROM start_date)
                    -- The last day of a month is the day of every later one.
                    AND extract(month FROM on_date + 1) = extract(month FROM on_date)
                THEN 1
                ELSE 0
            END
        ) / term_months + 1
    END;
