/** The environment in which git is run. Pure. */

/** Environment variables that point git to another repository. */
const elsewhere = new Set(
  ['DIR', 'WORK_TREE', 'COMMON_DIR', 'INDEX_FILE', 'NAMESPACE', 'OBJECT_DIRECTORY']
    .concat('ALTERNATE_OBJECT_DIRECTORIES')
    .map((name) => `GIT_${name}`),
);

/**
 * The owner's environment without variables that point git to another repository, which are set
 * inside a hook of another checkout. Git then prompts for nothing.
 */
export function gitEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !elsewhere.has(name));
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
}
