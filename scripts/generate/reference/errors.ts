/** `schemas/reference/errors.md`: every error code, what it means and what one can do. */
import { type Disposition, errorCodes } from '../../../services/runtime/error-codes.ts';
import { code, markdownTable } from '../markdown.ts';

const head = `# Error codes

A failure that the program expects has one of these codes; anything else that is thrown is a bug of the program (exit code
70). With \`--json\` a command prints \`{"error": {code, message, subject}}\`; drops and dead letters carry the code as their
reason.`;

/** What the runtime does on each disposition, and whether it retries by itself. */
const dispositions: Readonly<Record<Disposition, readonly [string, string]>> = {
  drop: ['the repository ends as a `dropped` record; the run goes on', 'no'],
  reject: ['the record becomes a dead letter; the run goes on', 'no'],
  retry: ['tried again with growing waits, `runtime.retriesMax` times, then a dead letter', 'yes'],
  fatal: [
    'the run stops with exit code 2 (`VERIFY_FAILED` 1, `INTERRUPTED` 130); repeat the command to resume',
    'no',
  ],
};

export function errorsPage(): string {
  const parts = Object.entries(dispositions).map(([disposition, [what, retriable]]) => {
    const rows = Object.entries(errorCodes)
      .filter(([, facts]) => facts.disposition === disposition)
      .map(([name, { meaning, remedy }]) => [code(name), meaning, remedy]);
    const table = markdownTable([['code', 'what happened', 'what to do'], ...rows]);
    return `## ${disposition}\n\nThe runtime: ${what}. Retriable: ${retriable}.\n\n${table}`;
  });
  return `${[head, ...parts].join('\n\n')}\n`;
}
