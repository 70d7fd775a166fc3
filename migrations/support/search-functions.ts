// How calls are searched. Each word is kept as it is written and by its French and English stem, without accents, and begins
// with the tenant's own mark: in the index, words of one tenant lie apart from those of every other.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

const SMALL = 'àáâãäåāăąçćčďèéêëēėęěğìíîïīıłñńňòóôõöøōőřśšşťùúûüūůűýÿźžż';
const PLAIN = 'aaaaaaaaacccdeeeeeeeegiiiiiilnnnoooooooorssstuuuuuuuyyzzz';
/** Capitals too: a database with the locale C has no small letters for them. */
const [FROM, TO] = [SMALL + SMALL.toUpperCase(), PLAIN + PLAIN];
/** Compounds and addresses are words of their own, and so is what stands beside signs, which the locale C takes for letters. */
const BETWEEN = String.raw`[-+./:@<>&_~\u00a0-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]+`;

/**
 * A word that is taken out again stands between summary and transcript, so that no phrase goes from one into the other.
 * Of what is not there nothing is made: most calls of some tenants have no text at all.
 */
const CALL_VECTOR = `CREATE FUNCTION ava.call_vector(tenant uuid, summary text, transcript text) RETURNS tsvector
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  BEGIN
    RETURN CASE WHEN summary IS NULL THEN '' ELSE setweight(ava.marked_words(tenant, summary), 'A') END
      || CASE WHEN transcript IS NULL THEN '' ELSE ts_delete('|:1'::tsvector || ava.marked_words(tenant, transcript), '|') END;
  EXCEPTION WHEN program_limit_exceeded THEN
    -- More different words than a tsvector holds.
    RETURN setweight(ava.marked_words(tenant, left(summary, 5000)), 'A')
      || ts_delete('|:1'::tsvector || ava.marked_words(tenant, left(transcript, 30000)), '|');
  END $$`;

/** As immutable functions and not the extension `unaccent`, which managed servers may lack. */
const WORDS = `
  CREATE FUNCTION ava.fold(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN translate(replace(replace(replace(word, 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'), '${FROM}', '${TO}');

  CREATE FUNCTION ava.word_forms(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(word) = length(word)
      THEN ARRAY[word, nullif((ts_lexize('french_stem', word))[1], word), nullif((ts_lexize('english_stem', word))[1], word)]
      ELSE ARRAY[ava.fold(word), ava.fold((ts_lexize('french_stem', word))[1]),
                 (ts_lexize('french_stem', ava.fold(word)))[1], (ts_lexize('english_stem', ava.fold(word)))[1]] END;

  CREATE FUNCTION ava.words(written text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('simple', lower(normalize(regexp_replace(written, '${BETWEEN}', ' ', 'g'), NFC)));

  CREATE FUNCTION ava.word_mark(tenant uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN right(tenant::text, 8);

  CREATE FUNCTION ava.marked_words(tenant uuid, written text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
      SELECT coalesce(string_agg('''' || ava.word_mark(tenant) || form || ''':' || w.places, ' '),
                      '')::tsvector
        FROM (SELECT lexeme, array_to_string(positions, ',') AS places FROM unnest(ava.words(written)) OFFSET 0) AS w,
             unnest(ava.word_forms(w.lexeme)) AS form
       WHERE form IS NOT NULL);

  ${CALL_VECTOR}`;

const KEEPING = `
  CREATE FUNCTION ava.index_call() RETURNS trigger LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    INSERT INTO public.call_texts (tenant_id, id, sorted_at, vector)
    VALUES (NEW.tenant_id, NEW.id, coalesce(NEW.started_at, NEW.created_at),
            ava.call_vector(NEW.tenant_id, NEW.summary, NEW.transcript))
    ON CONFLICT ON CONSTRAINT call_texts_pkey
      DO UPDATE SET sorted_at = EXCLUDED.sorted_at, vector = EXCLUDED.vector;
    RETURN NULL;
  END $$;

  CREATE TRIGGER calls_indexed AFTER INSERT ON calls FOR EACH ROW EXECUTE FUNCTION ava.index_call();
  CREATE TRIGGER calls_indexed_again AFTER UPDATE ON calls FOR EACH ROW
    WHEN ((OLD.summary, OLD.transcript, OLD.started_at, OLD.created_at)
          IS DISTINCT FROM (NEW.summary, NEW.transcript, NEW.started_at, NEW.created_at))
    EXECUTE FUNCTION ava.index_call()`;

/**
 * A term is {words, exact, prefix, excluded}. Words that say little are left out when there are others, and without any
 * word to look for there is no query. Operators of tsquery in `words` are spaces before they could mean something.
 */
const callQuery = (takes: string, between: string, settings = '') => `
  CREATE FUNCTION ava.call_query(${takes}) RETURNS tsquery LANGUAGE plpgsql STABLE ${DEFINER}${settings} AS $$
  DECLARE
    mark CONSTANT text := ava.word_mark(ava.tenant_id());
    asked text;
  BEGIN
    IF mark IS NULL THEN RETURN NULL; END IF;
    WITH term AS (
      SELECT row_number() OVER () AS n, t.* FROM jsonb_to_recordset(terms)
          AS t(words text, exact boolean, prefix boolean, excluded boolean)
    ), word AS (
      SELECT t.*, w.lexeme, place, max(place) OVER (PARTITION BY t.n) AS last, count(*) OVER (PARTITION BY t.n) AS many
        FROM term t, unnest(ava.words(t.words)) AS w, unnest(w.positions) AS place
    ), part AS (
      SELECT excluded,
             string_agg(CASE WHEN exact OR prefix
               THEN '''' || mark || ava.fold(lexeme) || '''' || CASE WHEN prefix AND place = last THEN ':*' ELSE '' END
               ELSE '(' || (SELECT string_agg(DISTINCT '''' || mark || form || '''', '|')
                              FROM unnest(ava.word_forms(lexeme)) AS form WHERE form IS NOT NULL) || ')' END,
               ${between} ORDER BY place) AS expression,
             many = 1 AND NOT (exact OR prefix OR excluded) AND
               bool_or('{}' IN (ts_lexize('french_stem', lexeme), ts_lexize('english_stem', lexeme))) AS common
        FROM word GROUP BY n, exact, prefix, excluded, many
    ), kept AS (
      SELECT * FROM part
       WHERE NOT common OR NOT EXISTS (SELECT 1 FROM part WHERE NOT excluded AND NOT common)
    )
    SELECT string_agg(CASE WHEN excluded THEN '!' ELSE '' END || '(' || expression || ')', '&') INTO asked
      FROM kept HAVING bool_or(NOT excluded);
    RETURN asked::tsquery;
  END $$`;

const MATCHING = `
  CREATE FUNCTION ava.matching_calls(terms jsonb) RETURNS TABLE (id uuid, sorted_at timestamptz)
  LANGUAGE plpgsql STABLE ${DEFINER} SET enable_seqscan = off SET jit = off AS $$
  DECLARE
    tenant CONSTANT uuid := ava.tenant_id();
    asked CONSTANT tsquery := ava.call_query(terms);
  BEGIN
    -- So written that the words are found first, and not all calls of the tenant.
    RETURN QUERY SELECT c.id, c.sorted_at FROM public.call_texts c
                  WHERE c.vector @@ asked AND c.tenant_id IS NOT DISTINCT FROM tenant;
  END $$`;

const ASKING = [callQuery('terms jsonb', `'<->'`), MATCHING].join(';\n');

export const SEARCH_FUNCTIONS_UP = [WORDS, KEEPING, ASKING].join(';\n');
export const SEARCH_FUNCTIONS_DOWN = `
  DROP TRIGGER calls_indexed ON calls;
  DROP TRIGGER calls_indexed_again ON calls;
  DROP FUNCTION ava.matching_calls(jsonb), ava.call_query(jsonb), ava.index_call(), ava.call_vector(uuid, text, text),
    ava.marked_words(uuid, text), ava.word_mark(uuid), ava.words(text), ava.word_forms(text), ava.fold(text)`;

/**
 * The index knows the words of a phrase and not their order, for which it would read each call that has them all: it answers
 * those calls, and whoever asked looks at as many as are needed. What is excluded is a phrase all the same.
 */
export const WORDS_BEFORE_ORDER_UP = `
  ${CALL_VECTOR.replace('CREATE', 'CREATE OR REPLACE')};
  DROP FUNCTION ava.matching_calls(jsonb), ava.call_query(jsonb);
  ${callQuery(
    'terms jsonb, in_order boolean DEFAULT true',
    `CASE WHEN in_order OR excluded THEN '<->' ELSE '&' END`,
    // Its plan is the same for all terms, and making it took most of the time.
    ' SET plan_cache_mode = force_generic_plan',
  )};
  ${MATCHING.replace('ava.call_query(terms)', 'ava.call_query(terms, in_order => false)')}`;
export const WORDS_BEFORE_ORDER_DOWN = `
  DROP FUNCTION ava.matching_calls(jsonb), ava.call_query(jsonb, boolean);
  ${ASKING}`;
