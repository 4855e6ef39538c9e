import type { TestEvent } from 'node:test/reporters';

/** What became of one test in the guest, as one line of JSON. */
export interface GuestResult {
  name: string;
  /** Why it was left out. */
  skip?: string;
  /** Why it failed. */
  error?: string;
}

/** A reporter for `node --test-reporter`: a line for each test. */
export default async function* results(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, skip } = event.data;
    const result: GuestResult = {
      name,
      ...(skip !== undefined && skip !== false && { skip: String(skip) }),
      ...(event.type === 'test:fail' && { error: textOf(event.data.details.error) }),
    };
    yield `${JSON.stringify(result)}\n`;
  }
}

/** With the stack of what was thrown, which node wraps. */
function textOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? error.message);
}
