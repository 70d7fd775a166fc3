/** Runs a command to its end: exit status 1 and a message without a stack when it fails. */
export function runCommand(work: () => Promise<unknown>): void {
  work().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
