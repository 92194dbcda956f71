-- Records a few transactions and their events: what the service does statement by statement, in one round trip. Each statement in here sees what
-- was committed before it, as it would by itself. What must be done otherwise, such as a row that is recorded already, is an error, which undoes all;
-- so is a lock that somebody holds for long, for which the service waits as long as its caller does.
CREATE FUNCTION value.transactions_record(
    tenant text, epoch_known bigint, now timestamptz,
    external_ids text[], buyer_ids bigint[], kinds smallint[], amounts_minor bigint[], currency_codes text[], occur_dates date[],
    occur_times timestamptz[], refunded_external_ids text[], cost_kinds smallint[], companies text[], departments text[], employees text[],
    event_ids uuid[], event_types text[], subjects text[], event_times timestamptz[], actors text[], request_ids text[], traceparents text[],
    payloads bytea[]
) RETURNS void LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('value.buyer'), hashtext(tenant));
    IF coalesce((SELECT epoch FROM value.buyer_epoch WHERE tenant_id = tenant), 0) <> epoch_known THEN
        RAISE EXCEPTION USING ERRCODE = 'CL001', MESSAGE = 'a customer key means another buyer by now';
    END IF;
    WITH noted AS (
        INSERT INTO value.transaction_currency (tenant_id, currency_code)
        SELECT DISTINCT tenant, code FROM unnest(currency_codes) AS code ON CONFLICT DO NOTHING
    )
    INSERT INTO value.transaction (tenant_id, create_time, external_id, buyer_id, kind, amount_minor, currency_code, occur_date, occur_time,
        refunded_external_id, cost_kind, company, department, employee)
    SELECT tenant, now, * FROM unnest(external_ids, buyer_ids, kinds, amounts_minor, currency_codes, occur_dates, occur_times,
        refunded_external_ids, cost_kinds, companies, departments, employees);
    -- After the rows are written: who deletes one at the same time has either committed by then, or cannot see it.
    IF EXISTS (SELECT FROM value.transaction_revision WHERE tenant_id = tenant AND external_id = ANY (external_ids) AND change = 2) THEN
        RAISE EXCEPTION USING ERRCODE = 'CL001', MESSAGE = 'a transaction with this id was deleted';
    END IF;
    INSERT INTO value.outbox (tenant_id, event_id, event_type, subject, event_time, actor, request_id, traceparent, data)
    SELECT tenant, * FROM unnest(event_ids, event_types, subjects, event_times, actors, request_ids, traceparents, payloads);
END
$$;
