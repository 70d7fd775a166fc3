import { OneOf, Text } from '../kernel/http/fields';

/** What to search for, beside the filters. */
export class SearchCalls {
  @Text([1, 200], {
    description:
      'Search in summary and transcript, at most 10 terms, all of which must be there: `facture`, `"service client"`, `reserv*` (3 letters or more), `-spam`. Without accents and in French and English forms; see docs/search.md.',
    example: 'facture -spam',
    optional: true,
  })
  q?: string;

  @OneOf(['date', 'relevance'], {
    description: 'With q: by date, or the best of the 500 newest matches first.',
    example: 'relevance',
    optional: true,
    default: 'date',
  })
  sort: 'date' | 'relevance' = 'date';
}
