import { QueryNumber, Text } from './fields';

/** How much of a list, and from where. */
export class PageQuery {
  @QueryNumber([1, 100], {
    description: 'How many at most.',
    example: 25,
    optional: true,
    default: 25,
  })
  limit = 25;

  @Text([1, 500], {
    description: 'nextCursor of the page before, with the same filters.',
    optional: true,
  })
  cursor?: string;
}
