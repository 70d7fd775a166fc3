import { tables } from '../kernel/database/planes';
import { parts } from './tenant-export.query';

describe('the export of a tenant', () => {
  it('has a part for every table of tenants, so that a new one is not forgotten', () => {
    const read = parts.map(({ sql }) => sql).join();
    const ofTenants = Object.entries(tables).filter(([, { kind }]) => kind !== 'person');

    const missing = ofTenants.map(([name]) => name).filter((name) => !read.includes(name));

    // Read through the function that shows members to members; words, which calls have anyway; what has happened within an hour, in ids.
    expect(missing).toEqual(['memberships', 'call_texts', 'call_events', 'call_feeds']);
  });
});
