import type { MigrationInterface, QueryRunner } from 'typeorm';

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/** What a login asks before it has an account, in two questions instead of five: its limits, and whose address it is. */
export class FewerRoundTrips1764000019000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE FUNCTION ava.take_turns(keys text[], points integer[], seconds integer[]) RETURNS integer
      LANGUAGE plpgsql ${DEFINER} AS $$
      DECLARE
        present CONSTANT timestamptz := clock_timestamp();
        rule record;
        remaining integer;
        reset_in integer;
        wait integer;
      BEGIN
        IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
        -- Always in the order of the keys: two requests that share some wait for each other and never in a circle.
        FOR rule IN SELECT * FROM unnest(keys, points, seconds) AS r(key, most, secs) ORDER BY r.key LOOP
          INSERT INTO ava.rate_limits AS r (hash, taken, ends_at)
            VALUES (sha256(convert_to(rule.key, 'UTF8')), 1, present + make_interval(secs => rule.secs))
          ON CONFLICT ON CONSTRAINT rate_limits_pkey DO UPDATE SET
            taken = CASE WHEN r.ends_at <= present THEN 1 ELSE least(r.taken, rule.most) + 1 END,
            ends_at = CASE WHEN r.ends_at <= present THEN excluded.ends_at ELSE r.ends_at END
          RETURNING rule.most - r.taken, ceil(extract(epoch FROM r.ends_at - present))::integer
            INTO remaining, reset_in;
          IF remaining < 0 THEN wait := greatest(wait, reset_in, 1); END IF;
        END LOOP;
        -- Each turn adds one row at most and clears two that have run out: the table cannot grow for ever.
        DELETE FROM ava.rate_limits WHERE hash IN (
          SELECT hash FROM ava.rate_limits WHERE ends_at <= present ORDER BY ends_at
           LIMIT 2 * cardinality(keys) FOR UPDATE SKIP LOCKED);
        RETURN wait;
      END $$;

      DROP FUNCTION ava.take_turn(text, integer, integer);

      CREATE FUNCTION ava.find_login(
        address text, network inet, OUT id uuid, OUT hash text, OUT bcrypt_in_use boolean, OUT at_home boolean)
      LANGUAGE plpgsql STABLE ${DEFINER} AS $$
      BEGIN
        IF NOT ava.is_server() THEN RETURN; END IF;
        SELECT u.id, u.password_hash INTO id, hash FROM public.users u WHERE lower(u.email) = lower(address);
        bcrypt_in_use := EXISTS (SELECT 1 FROM public.users WHERE password_hash LIKE '$2%');
        -- Asked of an address that nobody has as well: a question less would tell.
        at_home := EXISTS (SELECT 1 FROM public.sessions s WHERE s.user_id = coalesce(find_login.id, gen_random_uuid()) AND s.ip = network);
      END $$;

      REVOKE ALL ON FUNCTION ava.take_turns(text[], integer[], integer[]), ava.find_login(text, inet) FROM PUBLIC`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.take_turns(text[], integer[], integer[]);
      DROP FUNCTION ava.find_login(text, inet);

      CREATE FUNCTION ava.take_turn(key text, points integer, seconds integer, OUT remaining integer, OUT reset_in integer)
      LANGUAGE plpgsql ${DEFINER} AS $$
      DECLARE
        present CONSTANT timestamptz := clock_timestamp();
      BEGIN
        IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
        INSERT INTO ava.rate_limits AS r (hash, taken, ends_at)
          VALUES (sha256(convert_to(key, 'UTF8')), 1, present + make_interval(secs => seconds))
        ON CONFLICT ON CONSTRAINT rate_limits_pkey DO UPDATE SET
          taken = CASE WHEN r.ends_at <= present THEN 1 ELSE least(r.taken, points) + 1 END,
          ends_at = CASE WHEN r.ends_at <= present THEN excluded.ends_at ELSE r.ends_at END
        RETURNING points - r.taken, ceil(extract(epoch FROM r.ends_at - present))::integer
          INTO remaining, reset_in;
        DELETE FROM ava.rate_limits WHERE hash IN (
          SELECT hash FROM ava.rate_limits WHERE ends_at <= present ORDER BY ends_at LIMIT 2 FOR UPDATE SKIP LOCKED);
      END $$;
      REVOKE ALL ON FUNCTION ava.take_turn(text, integer, integer) FROM PUBLIC`);
  }
}
