/** What a surrounding test runner or run leaves in the environment and a command under test must not see. */
const foreign = ['NODE_TEST_CONTEXT', 'RIG_RUN', 'RIG_FAULTS', 'FORCE_COLOR', 'TEST_WORKER_INDEX'];

/** This process' environment as a user's shell would have it. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.includes(name)));
}
