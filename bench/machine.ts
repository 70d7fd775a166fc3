import { spawnSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { query } from './postgres';

/** Of others, as the run has not begun. Ratios bear it to a degree, as all programs are measured in turns. */
export const loadBefore = loadavg()[0] ?? 0;

/** What the figures belong to, in one line. */
export async function machine(adminUrl: string, root: string): Promise<string> {
  const [row] = await query<{ version: string }>(
    adminUrl,
    `SELECT current_setting('server_version') AS version`,
  );
  const cores = cpus();
  const git = spawnSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return [
    `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'})`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `${platform()} ${arch()}`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${row?.version ?? '?'}`,
    `load before the run ${loadBefore.toFixed(1)}`,
    `commit ${git.status === 0 ? git.stdout.trim() : 'unknown'}`,
  ].join(', ');
}
